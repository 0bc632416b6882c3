"""A bank that takes files: a CSV to upload there, and the answer it gives, uploaded back.

What goes out has a line per payout: number, kind, holder, bank, account, amount, currency, note.
What comes back has at least: number, outcome (paid or failed), amount, date; and may have the
bank's reference and a reason. Amounts are in major units, dates as YYYY-MM-DD or with a time.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils import timezone

from shoal.kit.errors import Refused
from shoal.kit.money import parse_amount
from shoal.settlement.payout_providers import PayoutWord, Sending
from shoal.settlement.rules_payouts import Word

NAME = "file"
_OUT = ("number", "kind", "holder", "bank", "account", "amount", "currency", "note")
_BACK = ("number", "outcome", "amount", "currency", "date")
_MOST_LINES = 20_000
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class AnswerUnreadable(Refused):
    """Line {line} of the bank’s answer cannot be read: {why}. Nothing was taken in."""

    code = "answer_unreadable"


class AnswerLacks(Refused):
    """The bank’s answer needs the columns {columns}."""

    code = "answer_lacks"


def make() -> "BankFile":
    """This will return the adapter for banks that take files."""
    return BankFile()


class BankFile:
    """Nothing is called: an operator carries the files."""

    name = NAME
    by_hand = True
    proves = False

    def send(self, *, sending: Sending) -> Sequence[PayoutWord]:
        """This will say nothing: the file carries it."""
        del sending
        return []

    def query(self, *, code: str) -> Sequence[PayoutWord]:
        """This will say nothing: the answer's file tells it."""
        del code
        return []


def write_file(*, sendings: Iterable[Sending]) -> bytes:
    """This will write the file to upload at the bank; the same payouts give the same bytes."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(_OUT)
    for one in sendings:
        amount = f"{one.money.decimal:f}"
        cells = (one.code, one.kind, one.holder, one.bank, one.number, amount)
        rows.writerow([_plain(cell) for cell in (*cells, one.money.currency, one.note)])
    return "\ufeff".encode() + text.getvalue().encode()


def read_answer(*, data: bytes) -> list[PayoutWord]:
    """This will read a bank's answer, or raise AnswerLacks or AnswerUnreadable."""
    try:
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as error:
        raise AnswerUnreadable(line=1, why=str(error)[:80]) from error
    if not rows or any(name not in rows[0] for name in _BACK):
        raise AnswerLacks(columns=", ".join(_BACK))
    if len(rows) > _MOST_LINES:
        raise AnswerUnreadable(line=_MOST_LINES, why="too many lines")
    return [_word(row, line) for line, row in enumerate(rows, start=2)]


def _word(row: dict[str, str | None], line: int) -> PayoutWord:
    cells = {name: (row.get(name) or "").strip() for name in (*_BACK, "reference", "reason")}
    try:
        word = Word(cells["outcome"].lower())
        happened_at = datetime.fromisoformat(cells["date"])
        if happened_at.tzinfo is None:
            happened_at = timezone.make_aware(happened_at)
        money = parse_amount(cells["amount"], cells["currency"])
    except ValueError as error:
        raise AnswerUnreadable(line=line, why=str(error)[:80]) from error
    if not cells["number"] or money.minor <= 0 or len(cells["currency"]) != 3:
        raise AnswerUnreadable(line=line, why="no number, amount or currency")
    return PayoutWord(
        provider=NAME,
        # The same answer uploaded twice is the same event.
        event=f"{cells['number'][:40]}:{word}:{money.minor}:{happened_at:%Y%m%dT%H%M%S}",
        word=word,
        code=cells["number"][:40],
        money=money,
        happened_at=happened_at,
        reference=cells["reference"][:80],
        reason=cells["reason"][:200],
    )


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
