"""Pictures from strangers: checked for what they really are, stripped, kept once in several sizes.

Files stand at pictures/<digest>-<width>.<webp|avif> in the public storage. The digest is that of
the cleaned pixels, so the same picture twice is stored once, whatever it was called.
"""

import hashlib
import io
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from shoal.kit.errors import Refused

WIDTHS = (320, 640, 1280)
KINDS = ("avif", "webp")
MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 60_000_000
MIN_SIDE = 64

_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
# AVIF at speed 8 takes 60 ms for 1280 x 1280 and 10% more bytes than speed 6, which takes 340 ms.
_HOW: dict[str, dict[str, Any]] = {
    "webp": {"format": "WEBP", "quality": 80, "method": 4},
    "avif": {"format": "AVIF", "quality": 60, "speed": 8, "max_threads": 1},
}


class NoPicture(Refused):
    """This file is not a picture we can read. Use a JPEG, PNG, WebP or AVIF picture."""

    code = "no_picture"


class PictureTooLarge(Refused):
    """This picture is too large. The limit is {megabytes} MB and {megapixels} million pixels."""

    code = "picture_too_large"


class PictureTooSmall(Refused):
    """This picture is only {width} × {height} pixels. Each side needs at least {least}."""

    code = "picture_too_small"


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture in the storage: its own size, the widths that exist (rising), its colour."""

    digest: str
    width: int
    height: int
    widths: tuple[int, ...]
    tint: str

    def name(self, width: int, kind: str = "webp") -> str:
        """The file's name in the storage."""
        return f"pictures/{self.digest}-{width}.{kind}"

    @property
    def largest(self) -> str:
        """The name of the widest WebP file, for an ImageField."""
        return self.name(self.widths[-1])

    def as_json(self) -> dict[str, Any]:
        """The facts as JSON, for a proposal that is not accepted yet."""
        return {
            "digest": self.digest,
            "width": self.width,
            "height": self.height,
            "widths": list(self.widths),
            "tint": self.tint,
        }


@dataclass(frozen=True, slots=True)
class LoosePicture:
    """A checked and stripped picture that is in no storage: its WebP file, its size."""

    webp: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Sources:
    """What a <picture> element needs: two srcset texts, a fallback, the size, the colour."""

    avif: str
    webp: str
    src: str
    width: int
    height: int
    tint: str
    alt: str


def store_picture(data: bytes) -> StoredPicture:
    """This will check one uploaded picture, strip it and keep it in every width.

    Raises NoPicture, PictureTooLarge or PictureTooSmall; nothing is kept then.
    """
    return _keep(_cleaned(data))


def store_pictures(uploads: Iterable[bytes]) -> list[StoredPicture]:
    """This will store many pictures side by side; all are checked before any is kept."""
    uploads = list(uploads)
    with ThreadPoolExecutor(max_workers=2) as pool:
        # Decoded twice, so that only two are ever in memory as pixels.
        for _ in pool.map(check_picture, uploads):
            pass
        return list(pool.map(store_picture, uploads))


def loose_pictures(uploads: Iterable[bytes]) -> list[LoosePicture]:
    """This will check and strip pictures that not everybody may see, and keep none of them.

    Raises what `store_picture` raises for the first that is none.
    """
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(_loose, uploads))


def _loose(data: bytes) -> LoosePicture:
    image = _cleaned(data)
    image.thumbnail((WIDTHS[-1], WIDTHS[-1]), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, **_HOW["webp"])
    return LoosePicture(buffer.getvalue(), image.width, image.height)


def check_picture(data: bytes) -> None:
    """This will raise what `store_picture` raises, and keep nothing."""
    _cleaned(data)


def sources(picture: StoredPicture, *, alt: str = "") -> Sources:
    """This will return the addresses of all files of `picture`."""
    sets = {
        kind: ", ".join(
            f"{default_storage.url(picture.name(width, kind))} {width}w" for width in picture.widths
        )
        for kind in KINDS
    }
    return Sources(
        avif=sets["avif"],
        webp=sets["webp"],
        src=default_storage.url(picture.largest),
        width=picture.width,
        height=picture.height,
        tint=picture.tint,
        alt=alt,
    )


def missing_files(picture: StoredPicture) -> list[str]:
    """This will name the files of `picture` that the storage does not have."""
    names = [picture.name(width, kind) for width in picture.widths for kind in KINDS]
    return [name for name in names if not default_storage.exists(name)]


def media_type(data: bytes) -> str:
    """This will decode a whole picture and say what it really is ("image/png").

    Raises what `store_picture` raises for what cannot be read; keeps nothing.
    """
    return Image.MIME[str(_decoded(data).format)]


def from_json(facts: Mapping[str, Any]) -> StoredPicture:
    """This will read back what `as_json` wrote."""
    return StoredPicture(
        digest=facts["digest"],
        width=facts["width"],
        height=facts["height"],
        widths=tuple(facts["widths"]),
        tint=facts["tint"],
    )


def _decoded(data: bytes) -> Image.Image:
    too_large = PictureTooLarge(
        megabytes=MAX_BYTES // (1024 * 1024), megapixels=MAX_PIXELS // 1_000_000
    )
    if len(data) > MAX_BYTES:
        raise too_large
    try:
        image = Image.open(io.BytesIO(data), formats=_FORMATS)
        # The header tells the size: a decompression bomb is refused before it is unpacked.
        if image.width * image.height > MAX_PIXELS:
            raise too_large
        # A large photograph is unpacked at a half or less: nothing wider than 1280 is kept.
        image.draft("RGB", (2 * WIDTHS[-1], 2 * WIDTHS[-1]))
        image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_large from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise NoPicture from error
    return image


def _cleaned(data: bytes) -> Image.Image:
    """Decode into plain sRGB pixels, upright; what else the file carried is left behind."""
    plain = _flat(_in_srgb(ImageOps.exif_transpose(_decoded(data))))
    if min(plain.size) < MIN_SIDE:
        raise PictureTooSmall(width=plain.width, height=plain.height, least=MIN_SIDE)
    return plain


def _in_srgb(image: Image.Image) -> Image.Image:
    """Follow the colour profile once, so that stripping it does not shift the goods' colours."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in {"RGB", "CMYK"}:
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(
            image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError):
        return image
    return converted if converted is not None else image


def _flat(image: Image.Image) -> Image.Image:
    """Put transparent goods on white, and forget everything but the pixels."""
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    plain = image.convert("RGB")
    return Image.frombytes("RGB", plain.size, plain.tobytes())


def _keep(image: Image.Image) -> StoredPicture:
    size = f"{image.width}x{image.height}:".encode()
    digest = hashlib.sha256(size + image.tobytes()).hexdigest()
    # Nothing is enlarged: a small picture keeps its own width only.
    widths = tuple(width for width in WIDTHS if width <= image.width) or (image.width,)
    mean = image.resize((1, 1), Image.Resampling.BOX).tobytes()
    stored = StoredPicture(digest, image.width, image.height, widths, f"#{mean.hex()}")
    for width in reversed(widths):
        missing = [kind for kind in KINDS if not default_storage.exists(stored.name(width, kind))]
        if missing:
            height = max(1, round(image.height * width / image.width))
            smaller = image.resize((width, height), Image.Resampling.LANCZOS)
            for kind in missing:
                _write(stored.name(width, kind), smaller, kind)
    return stored


def _write(name: str, image: Image.Image, kind: str) -> None:
    buffer = io.BytesIO()
    image.save(buffer, **_HOW[kind])
    kept = default_storage.save(name, ContentFile(buffer.getvalue()))
    if kept != name:  # somebody stored the same picture at the same moment
        default_storage.delete(kept)
