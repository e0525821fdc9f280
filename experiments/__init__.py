"""What people run: studies, comparison, charts and the report."""
