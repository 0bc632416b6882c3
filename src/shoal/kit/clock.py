"""The clock of the edge: web, cli and tasks read it; everything below is handed `at`."""

from datetime import UTC, datetime


def now() -> datetime:
    """This will return the present moment, timezone-aware, in UTC."""
    return datetime.now(UTC)
