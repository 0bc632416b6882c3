"""Pages that have something on them, one after the other in one busy world."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from django.http import HttpResponse


def open_with_few_queries(
    open_page: Callable[[str], HttpResponse],
    pages: Mapping[str, int],
    at_most: Callable[[int], AbstractContextManager[Any]],
    subtests: Any,
) -> None:
    """Opens each of `pages` with no more queries than it names; none has a style or script of its
    own."""
    for name, most in pages.items():
        with subtests.test(name):
            with at_most(most):
                response = open_page(name)
            assert response.status_code == 200
            assert b"style=" not in response.content
            assert b"<script>" not in response.content
