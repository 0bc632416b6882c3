"""Stylesheets and scripts as a phone gets them."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from shoal.web.files import StaticFiles

_SHEET = b"main { color: teal; }" * 99


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> StaticFiles:
    """What serves a folder that holds one stylesheet and its compressed copy."""
    settings.STATIC_ROOT = tmp_path
    put(tmp_path, "shoal.0123456789ab.css")
    return StaticFiles(lambda _request: HttpResponse("a page", status=404))


def put(folder: Path, name: str) -> None:
    (folder / name).write_bytes(_SHEET)
    (folder / f"{name}.gz").write_bytes(gzip.compress(_SHEET))


def ask(address: str, **headers: str) -> HttpRequest:
    return RequestFactory().get(address, headers=headers)


def body(answer: Any) -> bytes:
    """What an answer sends; its file is closed again."""
    sent: bytes = answer.getvalue()
    answer.close()
    return sent


def test_who_can_unpack_gets_the_small_one(files: StaticFiles) -> None:
    answer = files(ask("/static/shoal.0123456789ab.css", accept_encoding="gzip"))
    assert answer["Content-Encoding"] == "gzip"
    assert answer["Vary"] == "Accept-Encoding"
    assert gzip.decompress(body(answer)) == _SHEET
    plain = files(ask("/static/shoal.0123456789ab.css"))
    assert body(plain) == _SHEET
    assert "Content-Encoding" not in plain


def test_what_a_newer_version_gathered_is_found(files: StaticFiles, tmp_path: Path) -> None:
    put(tmp_path, "shoal.ba9876543210.css")
    answer = files(ask("/static/shoal.ba9876543210.css", accept_encoding="gzip"))
    assert gzip.decompress(body(answer)) == _SHEET


@pytest.mark.parametrize(
    "address", ["/static/none.css", "/static/../secrets.json", "/static/", "/static/x/", "/shop/a"]
)
def test_anything_else_is_the_sites(files: StaticFiles, tmp_path: Path, address: str) -> None:
    (tmp_path.parent / "secrets.json").write_text("{}")
    assert files(ask(address)).content == b"a page"
