"""THE table: which fact, told by a low module, makes whom above it react, in this order."""

from shoal.brands import steps_members as brand_members
from shoal.brands.events import BrandRenamed, BrandStateChanged
from shoal.care.steps_erasure import refuse_open_cases
from shoal.care.steps_money import note_money_back, note_money_failed
from shoal.catalog import steps as catalog
from shoal.kit import events
from shoal.kit.events import Reactor
from shoal.offers import steps as offers
from shoal.orders.events import LinesRefunded, LinesThawed, OrderCompleted
from shoal.orders.steps import note_refunds, take_payments
from shoal.orders.steps_erasure import refuse_open_orders
from shoal.payments.events import PaymentCaptured, PaymentRefunded, RefundFailed
from shoal.people.events import ErasureAsked, InvitationAccepted
from shoal.settlement.accounts import refuse_open_money
from shoal.settlement.steps import reverse_refunded, settle_orders, settle_thawed
from shoal.shops import steps_members as shop_members

REACTIONS: dict[type, tuple[Reactor, ...]] = {
    InvitationAccepted: (brand_members.admit_members, shop_members.admit_helpers),
    ErasureAsked: (
        refuse_open_orders,
        refuse_open_cases,
        refuse_open_money,
        brand_members.release_members,
        shop_members.release_members,
    ),
    BrandStateChanged: (catalog.brands_changed, offers.brands_changed),
    BrandRenamed: (catalog.brands_renamed,),
    PaymentCaptured: (take_payments,),
    PaymentRefunded: (note_refunds, note_money_back),
    RefundFailed: (note_money_failed,),
    OrderCompleted: (settle_orders,),
    LinesRefunded: (reverse_refunded,),
    LinesThawed: (settle_thawed,),
}


def load() -> None:
    """This will make the table the one that `publish` follows."""
    events.route(REACTIONS)
