"""Stylesheets and scripts, with the copies that were compressed when they were gathered."""

from typing import Any

from django.http import HttpRequest
from whitenoise.middleware import WhiteNoiseMiddleware


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # WhiteNoise ships no types
    """WhiteNoise, which also finds what a newer version has gathered since this process began.

    While processes are restarted one after the other, a page of a new one may ask an old one.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.directories.append((str(self.static_root).rstrip("/") + "/", self.static_prefix))

    def __call__(self, request: HttpRequest) -> Any:
        """This will answer with the file, or with what the site says to any other address."""
        path = request.path_info
        if path.startswith(self.static_prefix) and path not in self.files:
            found = self.find_file(path)
            if found is not None:
                self.files[path] = found
        return super().__call__(request)
