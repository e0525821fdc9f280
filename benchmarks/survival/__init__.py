"""What a store must survive: kills, failing disks, broken files, many sweeps at once. See docs/results.md."""
