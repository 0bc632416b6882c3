"""Pages that are the same for everybody, rendered once and kept until something on them changes."""
