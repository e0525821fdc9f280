"""Answers that are read from outcomes: pure functions over arrays, which know neither scenarios nor files.

Which arm to regret least, which assumptions matter, when a policy fails, which portfolio to choose.
"""
