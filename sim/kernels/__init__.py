"""Numba functions over arrays: pure, given their randomness and their output, and free of any other room."""
