"""Keys of payment partners: from a setting, or from the file that a setting names; never logged."""

from pathlib import Path

from django.conf import settings

from shoal.kit.errors import Refused


class NotSetUp(Refused):
    """This payment partner is not set up yet."""

    # What each kind of it says is for the operator; a payer reads that the partner does not answer.
    code = "not_set_up"


class KeyMissing(NotSetUp):
    """Payments cannot start: neither {setting} nor {setting}_FILE is set."""

    code = "key_missing"


class KeyFileUnreadable(KeyMissing):
    """Payments cannot start: the file that {setting}_FILE names is empty, or cannot be read."""

    code = "key_file_unreadable"


class KeyBroken(NotSetUp):
    """Payments cannot start: what {setting} or its file gives is not a key that fits."""

    code = "key_broken"


def key_of(setting: str) -> str:
    """This will return the key that `setting` gives, or the file that `<setting>_FILE` names.

    Raises KeyMissing or KeyFileUnreadable, which name the setting and never show a value.
    """
    given: str = getattr(settings, setting, "")
    file: str = getattr(settings, f"{setting}_FILE", "")
    if not given and file:
        try:
            given = Path(file).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            given = ""
    if not given:
        raise KeyFileUnreadable(setting=setting) if file else KeyMissing(setting=setting)
    return given


def word_of(setting: str) -> str:
    """This will return a key that is one word of plain letters, as it travels in a header.

    What cannot travel would stand in the error's own words. Raises KeyBroken or what key_of does.
    """
    given = key_of(setting)
    if not (given.isascii() and given.isprintable()) or " " in given:
        raise KeyBroken(setting=setting)
    return given
