"""Do intervals hold the truth as often as they say? Experiments whose truth is known, thousands of times over."""
