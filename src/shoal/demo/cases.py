"""The demo's after-sales: a case in nearly every state, so that every side has something to do."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from shoal.care.models import Case
from shoal.care.opening import WantedUnits
from shoal.care.operations_brand import (
    accept_case,
    offer_less,
    receive_return,
    refuse_case,
    set_return_address,
)
from shoal.care.operations_cases import ask_platform, forward_case, open_case, send_back
from shoal.care.operations_rulings import rule_case
from shoal.care.queries_cases import Askable, askable_of
from shoal.care.rules_cases import Kind, Reason
from shoal.care.steps_cases import GivenUnits
from shoal.demo.drawings import VIEWS, draw
from shoal.demo.goods import Supplier, png
from shoal.kit.errors import Refused
from shoal.kit.pictures import LoosePicture, loose_pictures
from shoal.orders.models import Order
from shoal.orders.queries import orders_of_all, with_lines
from shoal.people.models import Person

_HOUR = timedelta(hours=1)
_MANY = 60
_POSTAGE = 1_300

# What a customer asks for, with which words, and how far it has come when the demo starts.
_SCENES: tuple[tuple[Kind, Reason, str, str], ...] = (
    (Kind.RETURN, Reason.DOES_NOT_FIT, "尺码偏小，想退掉", "asked"),
    (Kind.REFUND, Reason.BROKEN, "收到时边上磕了一块，照片在下面", "forwarded"),
    (Kind.EXCHANGE, Reason.WRONG, "发错颜色了，想换成我拍的", "forwarded"),
    (Kind.REFUND, Reason.QUALITY, "有个小线头，能不能补一点", "offered"),
    (Kind.REFUND, Reason.NOT_AS_DESCRIBED, "和页面写的不一样", "disputed"),
    (Kind.RETURN, Reason.QUALITY, "洗了一次就变形", "agreed"),
    (Kind.RETURN, Reason.BROKEN, "盖子裂了", "sent back"),
    (Kind.EXCHANGE, Reason.MISSING, "少了一件", "agreed"),
    (Kind.RETURN, Reason.WRONG, "不是我买的那款", "received"),
    (Kind.EXCHANGE, Reason.BROKEN, "两件里有一件磕坏了，想都换新的", "part offered"),
    (Kind.REFUND, Reason.BROKEN, "说是摔坏的", "refused"),
    (Kind.REFUND, Reason.COUNTERFEIT, "包装和以前买的不一样，怀疑不是正品", "asked"),
)


def ask_for_help(
    *, suppliers: Sequence[Supplier], operators: Sequence[Person], at: datetime
) -> None:
    """This will open a case of each kind about orders that have arrived, and move some of them on.

    The last brand has named no return address: its page asks for one.
    """
    owners = {row.brand.id: row.owner for row in suppliers}
    for row in suppliers[:-1]:
        _name_address(row, at)
    opened_at = at - 6 * _HOUR
    found = list(_arrived(opened_at))
    for place, (kind, reason, words, stage) in enumerate(_SCENES):
        units = 2 if stage == "part offered" else 1
        for order, asked in list(found):
            fits = asked.lines[0].free_units >= units
            if not fits or reason not in asked.kinds.get(kind, []):
                continue
            with suppress(Refused):
                case = _open(order, asked, kind, reason, words, units, place, opened_at)
                _move_on(case, stage, owners[case.brand_id], operators[0], opened_at)
                found.remove((order, asked))
                break
    _cancel_one_unit(at)


def _name_address(row: Supplier, at: datetime) -> None:
    record = {
        "recipient": f"{row.brand.names['zh']}售后",
        "phone": "0571-88880000",
        "address": "浙江省杭州市滨江区潮声路 8 号 2 号仓",
        "note": "请在包裹里放一张写着售后单号的纸条",
    }
    set_return_address(brand=row.brand.id, record=record, by=row.owner.code, at=at - 48 * _HOUR)


def _arrived(at: datetime) -> Iterator[tuple[Order, Askable]]:
    """Orders that have arrived, each once: the newest first."""
    rows = with_lines(orders_of_all(states=["delivered"]))[:_MANY]
    for order in rows:
        for asked in askable_of(order=order, at=at)[:1]:
            yield order, asked


def _open(
    order: Order,
    asked: Askable,
    kind: Kind,
    reason: Reason,
    words: str,
    units: int,
    place: int,
    at: datetime,
) -> Case:
    shown = [_picture(place)] if reason in {Reason.BROKEN, Reason.WRONG, Reason.QUALITY} else []
    return open_case(
        customer=order.customer_id,
        order=order.code,
        kind=kind,
        reason=reason,
        lines=[WantedUnits(asked.lines[0].line.id, units)],
        words=words,
        pictures=shown,
        by=order.customer.code,
        at=at,
    )


def _picture(place: int) -> LoosePicture:
    return loose_pictures([png(draw(kind="mug", seed=place, size=640, view=VIEWS[0]))])[0]


def _move_on(case: Case, stage: str, owner: Person, operator: Person, opened_at: datetime) -> None:
    if stage == "asked":
        return
    moments = (opened_at + number * _HOUR / 2 for number in range(1, 9))
    hers: dict[str, Any] = {
        "customer": case.customer_id,
        "code": case.code,
        "by": case.customer.code,
    }
    brands: dict[str, Any] = {"brand": case.brand_id, "code": case.code, "by": owner.code}
    line = case.lines.get()
    fifth = GivenUnits(line.line_id, 1, line.asked_minor // 5)
    steps: dict[str, list[Callable[..., object]]] = {
        "offered": [
            partial(offer_less, **brands, given=[fifth], words="抱歉，线头可以剪掉，补您一部分"),
        ],
        "part offered": [
            partial(
                offer_less, **brands, given=[GivenUnits(line.line_id, 1, 0)],
                words="坏的那件给您换，另一件照片里是好的",
            ),
        ],
        "disputed": [
            partial(refuse_case, **brands, words="页面写明了是手工制作，有色差"),
            partial(ask_platform, **hers, words="页面图和实物差太多，请平台看看"),
        ],
        "agreed": [partial(accept_case, **brands, words="好的")],
        "refused": [
            partial(refuse_case, **brands, words="照片里是使用后的痕迹"),
            partial(ask_platform, **hers, words="我没有用过"),
            partial(
                rule_case, code=case.code, grants=False, by=operator.code,
                words="照片显示为使用痕迹，不属于运输破损",
            ),
        ],
    }  # fmt: skip
    steps["sent back"] = [
        *steps["agreed"],
        # The brand answers for what was broken or wrong: once it accepts the goods it owes this.
        partial(send_back, **hers, carrier="顺丰速运", tracking="SF20260001", postage=_POSTAGE),
    ]
    steps["received"] = [*steps["sent back"], partial(receive_return, **brands)]
    shop, keeper = case.shop_id, "keeper"
    forward_case(shop=shop, code=case.code, words="麻烦尽快处理", by=keeper, at=next(moments))
    for step in steps.get(stage, []):
        step(at=next(moments))


def _cancel_one_unit(at: datetime) -> None:
    """Somebody takes one of two back before it is shipped."""
    for order in with_lines(orders_of_all(states=["paid"]))[:_MANY]:
        for asked in askable_of(order=order, at=at):
            several = [row for row in asked.lines if row.free_units > 1]
            if several and Kind.CANCEL in asked.kinds:
                open_case(
                    customer=order.customer_id,
                    order=order.code,
                    kind=Kind.CANCEL,
                    reason=Reason.ORDERED_WRONG,
                    lines=[WantedUnits(several[0].line.id, 1)],
                    words="",
                    by=order.customer.code,
                    at=at - _HOUR,
                )
                return
