"""Speed, as ratios to contenders that are measured in the same run, in turn, best of several."""
