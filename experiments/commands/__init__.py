"""The commands of `watercooler`, one a file; each is imported only when it is called."""
