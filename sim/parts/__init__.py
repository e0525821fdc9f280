"""Parts of a week besides the channels of everyday learning, each held by the week under its name."""
