"""Sheets that people hand in, on disk for as long as they are read."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse

MOST_BYTES = 8 * 1024 * 1024
FORMATS = ("xlsx", "csv")
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}


@contextmanager
def on_disk(upload: "UploadedFile[bytes]") -> Iterator[Path]:
    """This will yield the path of an upload's copy, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="shoal-sheet-") as folder:
        path = Path(folder) / "sheet"
        with path.open("wb") as file:
            for block in upload.chunks():
                file.write(block)
        yield path


@contextmanager
def to_be_sent(kind: str) -> Iterator[Path]:
    """This will yield a path to write a sheet of `kind` to; read it before the block ends."""
    with tempfile.TemporaryDirectory(prefix="shoal-sheet-") as folder:
        yield Path(folder) / f"sheet.{kind}"


def sent(path: Path, *, name: str) -> FileResponse:
    """This will hand a written sheet out for download under `name`, and nobody keeps a copy."""
    # On Unix a file that is open stays readable after its folder is gone.
    kind = path.suffix.lstrip(".")
    response = FileResponse(path.open("rb"), as_attachment=True, filename=f"{name}.{kind}")
    response["Content-Type"] = _TYPES[kind]
    response["Cache-Control"] = "no-store"
    return response
