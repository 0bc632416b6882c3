"""The frame as a Django app, last in the list: when it is ready everything is loaded."""

from django.apps import AppConfig


class Frame(AppConfig):
    """Loads the wiring once every module is there."""

    name = "shoal"
    label = "frame"

    def ready(self) -> None:
        # Models exist only now, and the wiring's reactors import them.
        from shoal import wiring

        wiring.load()
