"""The partner's own key, and the signatures of both sides."""

import base64
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PRIVATE_FILE = "partner.key"
PUBLIC_FILE = "partner.pub"
WINDOW_SECONDS = 300


class BadSignature(Exception):
    """A request was not signed by the merchant, or too long ago."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Our private key and the merchant's public one."""

    own: Ed25519PrivateKey
    merchant: Ed25519PublicKey


def load_keys(folder: Path, merchant_key: bytes) -> Keys:
    """This will read our key, making it on the first start, and write its public half beside it."""
    path = folder / PRIVATE_FILE
    if not path.exists():
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(Ed25519PrivateKey.generate().private_bytes_raw())
        fresh.replace(path)
    own = Ed25519PrivateKey.from_private_bytes(path.read_bytes())
    public = folder / f"{PUBLIC_FILE}.new"
    public.write_text(own.public_key().public_bytes_raw().hex() + "\n", encoding="ascii")
    public.replace(folder / PUBLIC_FILE)
    return Keys(own, Ed25519PublicKey.from_public_bytes(merchant_key))


def sign(own: Ed25519PrivateKey, body: bytes, *, at: int) -> dict[str, str]:
    """This will return the headers that sign `body` as said at `at`, in Unix seconds."""
    nonce = secrets.token_hex(16)
    signature = own.sign(f"{at}\n{nonce}\n".encode() + body + b"\n")
    return {
        "Pay-Timestamp": str(at),
        "Pay-Nonce": nonce,
        "Pay-Signature": base64.b64encode(signature).decode(),
    }


def check(
    keys: Keys, *, method: str, path: str, headers: dict[str, str], body: bytes, at: int
) -> str:
    """This will check a request's signature and age and return its nonce, or raise BadSignature.

    `headers` have lower-case names.
    """
    stamp, nonce = headers.get("pay-timestamp", ""), headers.get("pay-nonce", "")
    if not stamp.isdecimal() or abs(at - int(stamp)) > WINDOW_SECONDS or len(nonce) < 16:
        raise BadSignature
    message = f"{method}\n{path}\n{stamp}\n{nonce}\n".encode() + body + b"\n"
    try:
        signature = base64.b64decode(headers.get("pay-signature", ""), validate=True)
        keys.merchant.verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise BadSignature from error
    return nonce
