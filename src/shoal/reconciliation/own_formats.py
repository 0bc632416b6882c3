"""Bills as WeChat Pay and Alipay hand them out at their own sites, told apart by what is in them.

Nothing else is needed to read one: neither keys nor the name of the provider's file.
"""

import io
import zipfile
from pathlib import Path

from shoal.kit.errors import Refused
from shoal.payments.providers import BillRow
from shoal.payments.providers.alipay_words import NAME as ALIPAY
from shoal.payments.providers.alipay_words import bill_rows as alipay_rows
from shoal.payments.providers.wechat_words import NAME as WECHAT
from shoal.payments.providers.wechat_words import bill_rows as wechat_rows

_LARGEST = 256 * 1024 * 1024
_WECHAT_HEAD = "交易时间,".encode()
_ALIPAY_HEAD = "支付宝".encode("gb18030")
_MARK = b"\xef\xbb\xbf"


class UnreadableBill(Refused):
    """This looks like {provider}'s own bill, but cannot be read. Download it there once more."""

    code = "bill_unreadable"


def own_bill(*, path: Path) -> tuple[str, list[BillRow]] | None:
    """This will read a provider's own file: whose it is, and its rows; None for no such format.

    Raises UnreadableBill.
    """
    with path.open("rb") as file:
        begins = file.read(512).removeprefix(_MARK)
    if begins.startswith(_WECHAT_HEAD):
        return WECHAT, _wechat(path)
    if begins.startswith(b"PK\x03\x04"):
        rows = _alipay_archive(path)
        return None if rows is None else (ALIPAY, rows)
    if begins.startswith(b"#") and _ALIPAY_HEAD in begins:
        return ALIPAY, _alipay_text(path)
    return None


def _wechat(path: Path) -> list[BillRow]:
    try:
        return wechat_rows(_bounded(path).decode("utf-8-sig"))
    except (ValueError, KeyError, ArithmeticError) as error:
        raise UnreadableBill(provider="WeChat Pay") from error


def _alipay_archive(path: Path) -> list[BillRow] | None:
    """An XLSX is an archive too: Alipay's holds nothing but texts."""
    try:
        with zipfile.ZipFile(io.BytesIO(_bounded(path))) as files:
            parts = files.infolist()
            if not parts or not all(part.filename.lower().endswith(".csv") for part in parts):
                return None
            if sum(part.file_size for part in parts) > _LARGEST:
                raise UnreadableBill(provider="Alipay")
            return _alipay([files.read(part).decode("gb18030") for part in parts])
    except zipfile.BadZipFile:
        return None  # whose it was meant to be, nobody can tell
    except ValueError as error:
        raise UnreadableBill(provider="Alipay") from error


def _alipay_text(path: Path) -> list[BillRow]:
    try:
        return _alipay([_bounded(path).decode("gb18030")])
    except ValueError as error:
        raise UnreadableBill(provider="Alipay") from error


def _alipay(texts: list[str]) -> list[BillRow]:
    try:
        return alipay_rows(texts)
    except (ValueError, KeyError, ArithmeticError) as error:
        raise UnreadableBill(provider="Alipay") from error


def _bounded(path: Path) -> bytes:
    if path.stat().st_size > _LARGEST:
        raise ValueError("a bill larger than any")
    return path.read_bytes()
