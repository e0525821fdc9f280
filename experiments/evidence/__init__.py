"""What every policy, every parameter and every pair of policies does, measured: the tables of docs/policies.md."""
