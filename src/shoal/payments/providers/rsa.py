"""RSA keys of partners that sign with SHA-256 and PKCS#1 v1.5, and the settings that give them.

A key may stand there as PEM, as the bare Base64 that partners' own tools hand out, or, for a
partner's, as its certificate. Nothing here shows or logs a value.
"""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)
from cryptography.x509 import load_pem_x509_certificate
from django.conf import settings

from shoal.payments.providers.keys import KeyBroken, NotSetUp, key_of


class SettingMissing(NotSetUp):
    """Payments cannot start: {setting} is not set."""

    code = "setting_missing"


def told(setting: str) -> str:
    """This will return what `setting` says, or raise SettingMissing, which names it."""
    given: str = getattr(settings, setting)
    if not given:
        raise SettingMissing(setting=setting)
    return given


def private_key(setting: str) -> RSAPrivateKey:
    """This will return the private key that `setting` gives. Raises KeyMissing or KeyBroken."""
    text = _as_typed(key_of(setting))
    try:
        pem = text.startswith("-----BEGIN")
        data = text.encode() if pem else base64.b64decode("".join(text.split()), validate=True)
        key = (load_pem_private_key if pem else load_der_private_key)(data, password=None)
    except (ValueError, TypeError, binascii.Error) as error:
        raise KeyBroken(setting=setting) from error
    if not isinstance(key, RSAPrivateKey):
        raise KeyBroken(setting=setting)
    return key


def public_key(setting: str) -> tuple[RSAPublicKey, str]:
    """This will return the public key that `setting` gives, and its serial number if it has one.

    Only a certificate has a serial number (capital hexadecimal). Raises KeyMissing or KeyBroken.
    """
    text, serial = _as_typed(key_of(setting)), ""
    key: object
    try:
        if "BEGIN CERTIFICATE" in text:
            certificate = load_pem_x509_certificate(text.encode())
            key, serial = certificate.public_key(), f"{certificate.serial_number:X}"
        elif text.startswith("-----BEGIN"):
            key = load_pem_public_key(text.encode())
        else:
            key = load_der_public_key(base64.b64decode("".join(text.split()), validate=True))
    except (ValueError, TypeError, binascii.Error) as error:
        raise KeyBroken(setting=setting) from error
    if not isinstance(key, RSAPublicKey):
        raise KeyBroken(setting=setting)
    return key, serial


def as_pem(key: RSAPrivateKey | RSAPublicKey) -> str:
    """This will write a key as PEM, a private one as PKCS#8."""
    if isinstance(key, RSAPrivateKey):
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def sign(key: RSAPrivateKey, message: bytes) -> str:
    """This will return the signature of `message` in Base64."""
    return base64.b64encode(key.sign(message, PKCS1v15(), SHA256())).decode()


def is_signed(key: RSAPublicKey, message: bytes, signature: str) -> bool:
    """This will say whether `signature` (Base64) is that of `message`."""
    try:
        key.verify(base64.b64decode(signature, validate=True), message, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def _as_typed(text: str) -> str:
    # In one line of an environment file a line break is written as two characters.
    return text.replace("\\n", "\n").strip()
