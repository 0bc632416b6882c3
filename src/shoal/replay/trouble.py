"""What keeps a history from being lived through, in one line for the person."""


class CannotReplay(Exception):
    """The file, or what stands in the database already, does not allow it; the text says why."""
