"""What stops an installation from running, in one line that says what to do."""

import errno
from pathlib import Path


class CannotRun(Exception):
    """Something outside Shoal is not as it must be; the text is one line for the person."""


def disk_full(folder: Path) -> CannotRun:
    """This will return the sentence about a full disk."""
    return CannotRun(f"The disk that holds {folder} is full: free some space and start again.")


def explained(error: OSError, folder: Path) -> CannotRun:
    """This will turn an error of the file system under `folder` into one line."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return disk_full(folder)
    where = error.filename or folder
    return CannotRun(
        f"{where} cannot be used ({error.strerror}): choose another data folder with --data."
    )
