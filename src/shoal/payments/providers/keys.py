"""Keys of payment partners: from a setting, or from the file that a setting names; never logged."""

from pathlib import Path

from django.conf import settings

from shoal.kit.errors import Refused


class NotSetUp(Refused):
    """This payment partner is not set up yet."""

    # What each kind of it says is for the operator; a payer reads that the partner does not answer.
    code = "not_set_up"


class KeyMissing(NotSetUp):
    """Payments cannot start: {setting} is not set, nor {setting}_FILE to a file one can read."""

    code = "key_missing"


def key_of(setting: str) -> str:
    """This will return the key that `setting` gives, or the file that `<setting>_FILE` names.

    Raises KeyMissing, which names the setting and never shows a value.
    """
    given: str = getattr(settings, setting, "")
    file: str = getattr(settings, f"{setting}_FILE", "")
    if not given and file:
        try:
            given = Path(file).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            given = ""
    if not given:
        raise KeyMissing(setting=setting)
    return given
