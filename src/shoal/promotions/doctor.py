"""What must hold for promotions."""

from collections.abc import Iterable

from shoal.kit.health import Check, none_found
from shoal.kit.projections import state_follows
from shoal.promotions.models import Promotion, PromotionStep

_CLAIMED_OFF = """
SELECT count(*) FROM promotions_promotion promotion
WHERE promotion.claimed <> (
    SELECT count(*) FROM promotions_claim claim WHERE claim.promotion_id = promotion.id)
"""

_USED_OFF = """
WITH last AS (
    SELECT DISTINCT ON (claim_id) claim_id, kind, "order" FROM promotions_use
    WHERE claim_id IS NOT NULL ORDER BY claim_id, id DESC
)
SELECT count(*) FROM promotions_claim claim LEFT JOIN last ON last.claim_id = claim.id
WHERE claim.used_by IS DISTINCT FROM CASE WHEN last.kind = 'taken' THEN last."order" END
"""

_TAKEN_TWICE = """
SELECT count(*) FROM (
    SELECT "order", promotion_id FROM promotions_use GROUP BY 1, 2
    HAVING sum(CASE kind WHEN 'taken' THEN 1 ELSE -1 END) NOT IN (0, 1)
) twice
"""


def checks() -> Iterable[Check]:
    """This will compare promotions with their steps, their claims and their uses."""
    yield state_follows(
        "promotions: each state is that of the last step",
        rows=Promotion,
        steps=PromotionStep,
        key="promotion",
    )
    yield none_found(
        "promotions: as many coupons are claimed as counted",
        _CLAIMED_OFF,
        "{found} promotions count other claims than there are. Compare promotions_promotion with"
        " promotions_claim.",
    )
    yield none_found(
        "promotions: each coupon is where its last use says",
        _USED_OFF,
        "{found} coupons are not where their last use says. Compare promotions_claim with"
        " promotions_use.",
    )
    yield none_found(
        "promotions: no order has a promotion twice",
        _TAKEN_TWICE,
        "{found} orders took or returned a promotion twice. Look at promotions_use for them.",
    )
