"""Pictures from strangers."""

import contextlib
import io
import struct
import zlib

import pytest
from django.core.files.storage import default_storage
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from shoal.kit import pictures
from shoal.kit.pictures import NoPicture, PictureTooLarge, PictureTooSmall, StoredPicture
from tests.goods import picture


def stored_names() -> set[str]:
    if not default_storage.exists("pictures"):
        return set()
    return set(default_storage.listdir("pictures")[1])


def opened(stored: StoredPicture, width: int, kind: str) -> Image.Image:
    with default_storage.open(stored.name(width, kind)) as file:
        image = Image.open(io.BytesIO(file.read()))
    image.load()
    return image


def encoded(image: Image.Image, kind: str, **how: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **how)
    return buffer.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_each_width_is_kept_in_both_kinds(kind: str) -> None:
    stored = pictures.store_picture(picture(1500, 900, "#c04020", kind))
    assert (stored.width, stored.height, stored.widths) == (1500, 900, (320, 640, 1280))
    assert not pictures.missing_files(stored)
    for width in stored.widths:
        for suffix in pictures.KINDS:
            image = opened(stored, width, suffix)
            assert image.size == (width, round(900 * width / 1500))
            assert image.format == suffix.upper()


def test_a_large_photograph_is_unpacked_at_a_half() -> None:
    stored = pictures.store_picture(picture(6000, 5600, "#806040", "JPEG"))
    assert (stored.width, stored.height, stored.widths) == (3000, 2800, (320, 640, 1280))


def test_nothing_is_enlarged() -> None:
    stored = pictures.store_picture(picture(200, 100, "#123456"))
    assert stored.widths == (200,)
    assert stored.largest == f"pictures/{stored.digest}-200.webp"


def test_the_tint_is_the_average_colour() -> None:
    assert pictures.store_picture(picture(400, 300, "#336699")).tint == "#336699"


def test_the_same_picture_twice_is_stored_once() -> None:
    first = pictures.store_picture(picture(500, 400, "#778899"))
    held = stored_names()
    image = Image.open(io.BytesIO(picture(500, 400, "#778899")))
    again = pictures.store_picture(encoded(image, "PNG", compress_level=1))
    assert again == first
    assert stored_names() == held


def test_metadata_is_stripped_and_orientation_applied() -> None:
    image = Image.new("RGB", (400, 200), "#aa0000")
    image.paste("#0000aa", (0, 0, 200, 200))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    exif[0x010E] = "Alice at home"
    stored = pictures.store_picture(encoded(image, "JPEG", exif=exif, quality=95))
    assert (stored.width, stored.height) == (200, 400)
    upright = opened(stored, 200, "webp").convert("RGB")
    red, _, blue = upright.getpixel((100, 20))  # type: ignore[misc]
    assert blue > red
    for kind in pictures.KINDS:
        with default_storage.open(stored.name(200, kind)) as file:
            data = file.read()
        assert b"Alice" not in data
        assert not Image.open(io.BytesIO(data)).getexif()


def test_transparent_goods_stand_on_white() -> None:
    image = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    stored = pictures.store_picture(encoded(image, "PNG"))
    assert stored.tint == "#ffffff"


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "LA", "1", "I;16"])
def test_every_mode_becomes_plain_colours(mode: str) -> None:
    image = Image.new(mode, (100, 100))
    data = encoded(image, "JPEG" if mode == "CMYK" else "PNG")
    assert not pictures.missing_files(pictures.store_picture(data))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    held = stored_names()
    for width, height in ((8_000, 8_000), (12_000, 12_000), (50_000, 50_000)):
        with pytest.raises(PictureTooLarge):
            pictures.store_picture(bomb(width, height))
    with pytest.raises(PictureTooLarge):
        pictures.store_picture(b"\x89PNG\r\n\x1a\n" + b"\0" * pictures.MAX_BYTES)
    assert stored_names() == held


def test_what_is_no_picture_is_refused() -> None:
    held = stored_names()
    whole = picture(400, 300, "#010203", "JPEG")
    for data in (
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7 ...",
        whole[: len(whole) // 2],
        encoded(Image.new("RGB", (100, 100)), "GIF"),
        encoded(Image.new("RGB", (100, 100)), "TIFF"),
        bomb(200, 200),
    ):
        with pytest.raises(NoPicture):
            pictures.store_picture(data)
    with pytest.raises(PictureTooSmall):
        pictures.store_picture(picture(400, 40))
    assert stored_names() == held


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 800), st.integers(0, 255))
def test_a_damaged_picture_is_taken_or_refused(place: int, value: int) -> None:
    data = bytearray(picture(80, 80, "#204060", "PNG"))
    data[place % len(data)] = value
    with contextlib.suppress(NoPicture, PictureTooLarge, PictureTooSmall):
        kept = pictures.store_picture(bytes(data))
        assert (kept.width, kept.height) == (80, 80)


def test_many_are_checked_before_any_is_kept() -> None:
    held = stored_names()
    with pytest.raises(NoPicture):
        pictures.store_pictures([picture(400, 300, "#424242"), b"no picture"])
    assert stored_names() == held
    uploads = [picture(300, 300, colour) for colour in ("#111111", "#222222", "#333333")]
    assert [stored.tint for stored in pictures.store_pictures(uploads)] == [
        "#111111",
        "#222222",
        "#333333",
    ]


def test_sources_name_every_file() -> None:
    stored = pictures.store_picture(picture(700, 700, "#00aa88"))
    sources = pictures.sources(stored, alt="a shirt")
    assert sources.webp == (
        f"/media/pictures/{stored.digest}-320.webp 320w, "
        f"/media/pictures/{stored.digest}-640.webp 640w"
    )
    assert sources.src.endswith("-640.webp")
    assert pictures.from_json(stored.as_json()) == stored
