"""What must hold: facts from the literature, each a paired experiment with a verdict that can go either way."""
