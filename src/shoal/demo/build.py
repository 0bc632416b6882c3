"""The demo world, from a seed, through the same operations as everything else."""

from datetime import timedelta
from random import Random

from django.conf import settings

from shoal.demo import people
from shoal.demo.bills import reconcile
from shoal.demo.cases import ask_for_help
from shoal.demo.charges import bring_along
from shoal.demo.goods import Tell, hold_sales, load_texts, supply
from shoal.demo.payouts import leave_a_run, pay_first_earnings, state_periods
from shoal.demo.promotions import claim_some, promote
from shoal.demo.trade import SETTLED, trade, trade_early
from shoal.demo.visits import come
from shoal.demo.waiting import leave_waiting
from shoal.kit.clock import now
from shoal.people.operations.invitations import appoint_operator
from shoal.traffic.queries import shares_of

_SEED = 20_260_501
_CUSTOMERS = 200
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_DAYS = 50
_OPERATORS = ("Olga", "Oskar")
_ROLES = ("admin", "vetting", "money", "care")


def build_world(*, progress: Tell) -> None:
    """This will build the demo world in an empty database; `progress` hears (what, done, total)."""
    random = Random(_SEED)
    at = now()
    began_at = at - _DAYS * _DAY
    operators = people.add_named(_OPERATORS, first=1, at=began_at)
    for operator in operators:
        for role in _ROLES:
            appoint_operator(person=operator, role=role, at=began_at)
    names = [f"{row['names']['zh']}·掌柜" for row in load_texts()["brands"]]
    owners = people.add_named(names, first=100, at=began_at)
    suppliers = supply(owners=owners, operator=operators[0], at=began_at, tell=progress)
    hold_sales(suppliers, operator=operators[0], at=at)
    keepers = people.add_named([row[0] for row in people.SHOPS], first=200, at=began_at)
    shops = people.open_shops(keepers, suppliers, began_at)
    progress("shops", len(shops), len(shops))
    customers = people.add_customers(_CUSTOMERS, first=1000, random=random, at=began_at)
    progress("customers", len(customers), len(customers))
    coupons = promote(
        shop=shops[0],
        keeper=keepers[0],
        supplier=suppliers[0],
        operator=operators[0],
        began_at=began_at,
        now=at,
    )
    claim_some(coupons=coupons, customers=customers, random=random, at=began_at)
    trade_early(shops=shops, customers=customers, suppliers=suppliers, at=at)
    pay_first_earnings(
        shop=shops[0],
        keeper=keepers[0],
        supplier=suppliers[0],
        operators=operators,
        at=at - SETTLED * _DAY + _HOUR,
    )
    trade(
        shops=shops,
        keepers=keepers,
        customers=customers,
        suppliers=suppliers,
        operators=operators,
        random=random,
        at=at,
        tell=progress,
    )
    shares = [share for shop in shops for share in shares_of(shop=shop)]
    come(shares=shares, random=Random(_SEED), at=at)
    ask_for_help(suppliers=suppliers, operators=operators, at=at)
    reconcile(operators=operators, at=at)
    leave_waiting(suppliers=suppliers, operators=operators, customers=customers, at=at)
    leave_a_run(supplier=suppliers[1], operators=operators, at=at)
    state_periods(since=began_at, at=at)
    people.talk(shops, keepers, customers, at)
    bring_along(settings.SHOAL_PAY_SANDBOX_FOLDER)
