"""Launchers: what is missing in a store is cut into parts, and Hydra launches a job a part, here or on a cluster.

A world's bits depend on its scenario and seed alone, so a launcher changes nothing but where and when. A job that sees
the results folder writes its blocks there; one that does not sends them back as bytes.
"""
