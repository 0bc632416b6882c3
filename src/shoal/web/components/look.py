"""The look that a reader has chosen for every page."""

from django.http import HttpRequest

THEMES = ("light", "dark")


def chosen_theme(request: HttpRequest) -> str:
    """This will name the reader's own choice, "light" or "dark", or nothing.

    What else a cookie says is nobody's choice: pages are kept by it, and must not be kept in vain.
    """
    chosen = request.COOKIES.get("theme", "")
    return chosen if chosen in THEMES else ""
