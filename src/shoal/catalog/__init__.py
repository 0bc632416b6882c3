"""Products: what they are, what they look like, how they are found."""
