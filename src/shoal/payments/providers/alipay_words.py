"""What Alipay's records say, in our words."""

import csv
from collections.abc import Iterable, Mapping
from datetime import datetime

from shoal.payments.providers import BillKind, BillRow, ProviderNotice
from shoal.payments.providers.beijing import fen, moment
from shoal.payments.rules import Kind

NAME = "alipay"
_HEAD = "支付宝交易号"
_KINDS = {"交易": BillKind.PAY, "退款": BillKind.REFUND}


def was_paid(told: Mapping[str, str]) -> bool:
    """This will say whether a trade, in a notice or an answer, has been paid.

    One that was refunded to the end is closed as one that nobody paid is: only the first was sent.
    """
    state = told.get("trade_status")
    sent = told.get("send_pay_date") or told.get("gmt_payment")
    return state in {"TRADE_SUCCESS", "TRADE_FINISHED"} or (state == "TRADE_CLOSED" and bool(sent))


def captured(told: Mapping[str, str], *, digest: bytes = b"") -> ProviderNotice:
    """This will read a paid trade, from a notice or from the answer to a query."""
    return ProviderNotice(
        provider=NAME,
        event=f"paid:{told['trade_no']}"[:80],  # a trade is paid once
        kind=Kind.CAPTURED,
        code=told["out_trade_no"][:40],
        amount=fen(told["total_amount"]),
        currency="CNY",
        happened_at=moment(told.get("gmt_payment") or told["send_pay_date"]),
        digest=digest,
    )


def refunded(told: Mapping[str, str], *, at: datetime) -> list[ProviderNotice]:
    """This will read what has become of a refund; nothing while Alipay has not done it.

    `at` stands for the moment where the answer leaves it out.
    """
    if not told.get("refund_amount") or told.get("refund_status", "") not in {"", "REFUND_SUCCESS"}:
        return []
    back_at = told.get("gmt_refund_pay")
    return [
        ProviderNotice(
            provider=NAME,
            event=f"refund:{told['out_request_no']}"[:80],  # our number: a refund is done once
            kind=Kind.REFUNDED,
            code=told["out_request_no"][:40],
            amount=fen(told["refund_amount"]),
            currency="CNY",
            happened_at=moment(back_at) if back_at else at,
        )
    ]


def bill_rows(texts: Iterable[str]) -> list[BillRow]:
    """This will read a trade bill's files, one of which lists the trades.

    Raises ValueError or KeyError where none does.
    """
    for text in texts:
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        if lines and lines[0].startswith(_HEAD):
            found = (_bill_row(_stripped(row)) for row in csv.DictReader(lines))
            return [row for row in found if row is not None]
    raise ValueError("no file of the bill lists the trades")


def _stripped(row: Mapping[str, str]) -> dict[str, str]:
    # A tab keeps long numbers from being cut by a spreadsheet.
    return {name.strip(): (value or "").strip() for name, value in row.items()}


def _bill_row(row: Mapping[str, str]) -> BillRow | None:
    kind = _KINDS.get(row["业务类型"], BillKind.FEE)
    fee = -fen(row["服务费（元）"])  # written as what it does to our balance
    if kind is BillKind.FEE and not fee:
        return None
    back = kind is BillKind.REFUND
    return BillRow(
        kind=kind,
        code=row["退款批次号/请求号" if back else "商户订单号"],
        reference=row["支付宝交易号"],
        amount=0 if kind is BillKind.FEE else abs(fen(row["订单金额（元）"])),
        fee=fee,
        currency="CNY",
        happened_at=moment(row["完成时间"]),
    )
