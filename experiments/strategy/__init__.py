"""A strategy study: which policies to choose while much is uncertain, what they cost, and when they fail."""
