"""The moments at which a page changes by the clock alone: sales and coupons begin and end."""

from datetime import datetime

from shoal.kit import clock
from shoal.kit.changes import Moments


def _now() -> datetime:
    return clock.now()


MOMENTS = Moments(
    clock=_now,
    tables=frozenset({"offers_offer", "offers_flashsale", "promotions_promotion"}),
    next="""
SELECT min(at) FROM (
    SELECT min(opens_at) FROM offers_offer WHERE opens_at > %(now)s
    UNION ALL SELECT min(closes_at) FROM offers_offer WHERE closes_at > %(now)s
    UNION ALL SELECT min(trailer_at) FROM offers_flashsale WHERE trailer_at > %(now)s
    UNION ALL SELECT min(starts_at) FROM offers_flashsale WHERE starts_at > %(now)s
    UNION ALL SELECT min(ends_at) FROM offers_flashsale WHERE ends_at > %(now)s
    UNION ALL SELECT min(claim_from_at) FROM promotions_promotion WHERE claim_from_at > %(now)s
    UNION ALL SELECT min(claim_until_at) FROM promotions_promotion WHERE claim_until_at > %(now)s
    UNION ALL SELECT min(use_from_at) FROM promotions_promotion WHERE use_from_at > %(now)s
    UNION ALL SELECT min(use_until_at) FROM promotions_promotion WHERE use_until_at > %(now)s
) AS moments (at)
""",
)
