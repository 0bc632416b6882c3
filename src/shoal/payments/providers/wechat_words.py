"""What WeChat Pay's records say, in our words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shoal.payments.providers import BillKind, BillRow, ProviderNotice
from shoal.payments.providers.beijing import fen, first_of, moment
from shoal.payments.rules import Kind

NAME = "wechat"
_BECAME = {
    "SUCCESS": Kind.REFUNDED,
    "CLOSED": Kind.REFUND_FAILED,
    "ABNORMAL": Kind.REFUND_FAILED,
}
_SUMMARY = "总交易单数"


def captured(told: Mapping[str, Any], *, digest: bytes = b"", nonce: str = "") -> ProviderNotice:
    """This will read a paid transaction, from a notice or from the answer to a query."""
    return ProviderNotice(
        provider=NAME,
        event=f"paid:{told['transaction_id']}"[:80],  # a transaction is paid once
        kind=Kind.CAPTURED,
        code=str(told["out_trade_no"])[:40],
        amount=_whole(told["amount"]["total"]),
        currency=_currency(told["amount"]),
        happened_at=_moment(told["success_time"]),
        digest=digest,
        nonce=nonce,
    )


def refunded(
    told: Mapping[str, Any], *, digest: bytes = b"", nonce: str = ""
) -> list[ProviderNotice]:
    """This will read what has become of a refund; nothing while it is on its way.

    A notice names its state `refund_status`, the answer to a query `status`.
    """
    state = str(told.get("refund_status") or told.get("status"))
    if state not in _BECAME:
        return []
    return [
        ProviderNotice(
            provider=NAME,
            event=f"refund:{told['refund_id']}:{state.lower()}"[:80],
            kind=_BECAME[state],
            code=str(told["out_refund_no"])[:40],
            amount=_whole(told["amount"]["refund"]),
            currency=_currency(told["amount"]),
            happened_at=_moment(told.get("success_time") or told["create_time"]),
            digest=digest,
            nonce=nonce,
        )
    ]


def bill_rows(text: str) -> list[BillRow]:
    """This will read a trade bill of kind ALL; ValueError or KeyError where it is none.

    Each value has a "`" in front, so that a comma within a value divides nothing.
    https://pay.weixin.qq.com/docs/merchant/products/bill-download/format-trade.html
    """
    lines = text.splitlines()
    names = lines[0].split(",")
    rows: list[BillRow] = []
    for line in lines[1:]:
        if line.startswith(_SUMMARY):
            return rows
        values = [value.strip() for value in line.removeprefix("`").split(",`")]
        if len(values) != len(names):
            raise ValueError("a line of the bill has other columns than its head")
        row = dict(zip(names, values, strict=True))
        if row["交易状态"] in {"SUCCESS", "REFUND"}:
            rows.append(_bill_row(row))
    raise ValueError("the bill ends without its sums")


def _bill_row(row: Mapping[str, str]) -> BillRow:
    back = row["交易状态"] == "REFUND"
    amount = ("申请退款金额", "退款金额") if back else ("订单金额", "总金额")
    return BillRow(
        kind=BillKind.REFUND if back else BillKind.PAY,
        code=row["商户退款单号" if back else "商户订单号"],
        reference=row["微信退款单号" if back else "微信订单号"],
        amount=fen(first_of(row, amount)),
        fee=fen(row["手续费"]),
        currency=row["货币种类"] or "CNY",
        happened_at=moment(row["交易时间"]),
    )


def _whole(amount: object) -> int:
    if type(amount) is not int:
        raise TypeError("an amount that is no whole number")
    return amount


def _currency(amount: Mapping[str, Any]) -> str:
    return str(amount.get("currency", "CNY"))[:3]  # notices of refunds leave it out


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a moment without a zone")
    return found
