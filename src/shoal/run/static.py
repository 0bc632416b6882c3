"""Static files under names that carry their content's hash, so that browsers keep them for ever."""

import hashlib
import re
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from whitenoise.compress import Compressor

_STAMP = ".gathered"
_HOW = "gzip beside each"
"""What a folder that was gathered otherwise does not have."""
_HASHED = re.compile(r"\.[0-9a-f]{12}\.")
_OTHERS = ("admin/", "django_htmx/", "unfold/")


class HashedFiles(ManifestStaticFilesStorage):
    """Also follows `import` between ES modules."""

    support_js_module_import_aggregation = True

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        """This will put the content's hash into `name`.

        What another package's file names only in a comment may be missing; ours may not.
        """
        try:
            return super().hashed_name(name, content, filename)
        except ValueError:
            if name.startswith(_OTHERS):
                return name
            raise


def gather(root: Path) -> bool:
    """This will collect every static file into `root` if any changed; tells whether it did.

    Beside each that gains from it stands a compressed one, for whoever pays by the byte.
    """
    from django.core.management import call_command

    stamp, mark = root / _STAMP, _fingerprint()
    if stamp.is_file() and stamp.read_text() == mark:
        return False
    root.mkdir(parents=True, exist_ok=True)
    # Nothing is cleared away: pages of the version before still ask for their files.
    call_command("collectstatic", interactive=False, verbosity=0)
    _compress(root)
    stamp.write_text(mark)
    return True


def _compress(root: Path) -> None:
    compressor = Compressor(quiet=True)
    for path in [path for path in root.rglob("*") if path.is_file()]:
        there = path.with_name(f"{path.name}.gz").is_file() and _HASHED.search(path.name)
        if compressor.should_compress(path.name) and not there:
            compressor.compress(str(path))


def _fingerprint() -> str:
    """What tells these files from others: contents, as a registry hands times out in seconds."""
    found = hashlib.sha256(_HOW.encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            found.update(f"{path}\0".encode())
            found.update(hashlib.sha256(Path(storage.path(path)).read_bytes()).digest())
    return found.hexdigest()
