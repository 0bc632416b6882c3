"""What must hold for stock."""

from collections.abc import Iterable

from shoal.kit.health import Check, none_found

# Every column of every allotment, from its movements alone.
_REBUILT = """
WITH moved AS (
    SELECT allotment_id,
        coalesce(sum(quantity) FILTER (WHERE kind = 'receive'), 0) AS received,
        coalesce(sum(quantity) FILTER (WHERE kind = 'hold'), 0) AS hold,
        coalesce(sum(quantity) FILTER (WHERE kind = 'release'), 0) AS release,
        coalesce(sum(quantity) FILTER (WHERE kind = 'sell'), 0) AS sell,
        coalesce(sum(quantity) FILTER (WHERE kind = 'withdraw'), 0) AS withdrawn,
        coalesce(sum(quantity) FILTER (WHERE kind = 'write_off'), 0) AS written_off,
        coalesce(sum(quantity) FILTER (WHERE kind = 'return'), 0) AS returned
    FROM stock_movement GROUP BY allotment_id
)
SELECT count(*) FROM stock_allotment allotment
LEFT JOIN moved ON moved.allotment_id = allotment.id
WHERE allotment.received <> coalesce(moved.received, 0)
    OR allotment.held <> coalesce(moved.hold - moved.release - moved.sell, 0)
    OR allotment.sold <> coalesce(moved.sell, 0)
    OR allotment.withdrawn <> coalesce(moved.withdrawn, 0)
    OR allotment.written_off <> coalesce(moved.written_off, 0)
    OR allotment.returned <> coalesce(moved.returned, 0)
    OR allotment.available <> coalesce(
        moved.received - moved.hold + moved.release - moved.withdrawn - moved.written_off
        + moved.returned, 0)
"""

_HOLDS_OFF = """
SELECT count(*) FROM stock_allotment allotment
LEFT JOIN (
    SELECT allotment_id, sum(quantity) AS quantity FROM stock_hold
    WHERE state = 'held' GROUP BY allotment_id
) holds ON holds.allotment_id = allotment.id
WHERE allotment.held <> coalesce(holds.quantity, 0)
"""

_RETURNS_OFF = """
SELECT count(*) FROM stock_hold hold
LEFT JOIN (
    SELECT line, sum(quantity) AS quantity FROM stock_movement
    WHERE kind = 'return' GROUP BY line
) back ON back.line = hold.id
WHERE hold.returned <> coalesce(back.quantity, 0)
"""


def checks() -> Iterable[Check]:
    """This will rebuild every allotment from its movements and compare."""
    yield none_found(
        "stock: each allotment is the sum of its movements",
        _REBUILT,
        "{found} allotments differ from their movements. Pause the offers that"
        " use them and compare stock_allotment with stock_movement.",
    )
    yield none_found(
        "stock: what is held is what the holds say",
        _HOLDS_OFF,
        "{found} allotments hold other numbers than their holds. Compare"
        " stock_allotment.held with stock_hold.",
    )
    yield none_found(
        "stock: what came back of each line is what its movements say",
        _RETURNS_OFF,
        "{found} holds count other returned units than their movements. Compare"
        " stock_hold.returned with stock_movement.",
    )
