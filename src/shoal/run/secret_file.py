"""The installation's secrets: made once, kept in one file that only its owner reads."""

import fcntl
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from shoal import env
from shoal.env import BadSetting

NAMES = ("django", "blind_index", "vault_wrap", "pay_sandbox", "nats")
_BYTES = 32


def load(path: Path) -> dict[str, bytes]:
    """This will return each secret's 32 bytes, making the file or what it lacks first.

    Raises BadSetting when the file cannot be read, made or understood.
    """
    try:
        known = _read(path)
        return known if set(NAMES) <= set(known) else _complete(path)
    except OSError as error:
        raise BadSetting(f"The secrets file {path} cannot be used: {error.strerror}.") from error
    except (ValueError, AttributeError) as error:
        raise BadSetting(
            f"The secrets file {path} is damaged; restore it from a backup."
        ) from error


def ours(data: Path) -> dict[str, bytes]:
    """This will load the secrets of the installation in `data`, wherever the settings keep them."""
    return load(Path(env.read("SHOAL_SECRET_FILE") or data / "secrets.json"))


def fresh() -> str:
    """This will make new secrets, as the text of a file of them."""
    return _written({name: secrets.token_bytes(_BYTES) for name in NAMES})


def mark(known: Mapping[str, bytes]) -> bytes:
    """This will return what tells these secrets from others and gives none of them away.

    Of those that can never change: sealed data and looked-up phones rest on them.
    """
    lasting = known["vault_wrap"] + known["blind_index"]
    return hmac.new(lasting, b"shoal installation", hashlib.sha256).digest()


def _written(known: Mapping[str, bytes]) -> str:
    return json.dumps({name: value.hex() for name, value in known.items()}, indent=2)


def _read(path: Path) -> dict[str, bytes]:
    try:
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        return {}
    return {name: bytes.fromhex(value) for name, value in json.loads(text).items()}


def _complete(path: Path) -> dict[str, bytes]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("w") as lock:
        # Several processes may start at once: one makes what is missing, all read the same.
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = _read(path)
        missing = [name for name in NAMES if name not in known]
        if missing:
            known |= {name: secrets.token_bytes(_BYTES) for name in missing}
            new = path.with_name(f".{path.name}.new")
            new.unlink(missing_ok=True)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                out.write(_written(known))
            new.replace(path)
        return known
