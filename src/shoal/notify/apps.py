"""Messages out, as a Django app."""

from django.apps import AppConfig


class Notify(AppConfig):
    """Registers the check of the outbox."""

    name = "shoal.notify"

    def ready(self) -> None:
        # Checks register themselves when they are imported, and settings must be there first.
        from shoal.notify import checks  # noqa: F401
