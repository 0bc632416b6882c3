"""The parts that the four faces are made of: README.md lists them, the style guide shows them."""
