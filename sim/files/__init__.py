"""Strict reading of the user's files: text tables, located problems, typed columns."""
