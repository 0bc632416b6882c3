"""Which offers are sold beside others: the other sizes and colours of a product, in the same sale.

Where somebody wants one of them, somebody soon wants the next: whoever remembers offers remembers
them together, and a crowd that spreads over the sizes of a product asks once for all.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from shoal.kit.asking import ask

# The offer itself comes along whatever has become of it; others only while they are listed.
_BESIDE = """
SELECT wanted.id, beside.id, beside.code
FROM offers_offer wanted
JOIN catalog_sku its ON its.id = wanted.sku_id
JOIN catalog_sku other ON other.product_id = its.product_id
JOIN offers_offer beside ON beside.sku_id = other.id
    AND beside.sale_id IS NOT DISTINCT FROM wanted.sale_id
    AND (beside.state = 'listed' OR beside.id = wanted.id)
WHERE wanted.id = ANY(%s) OR wanted.code = ANY(%s)
"""


def offers_beside(ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """This will return, by offer id, the ids of all that are sold beside it, its own among them."""
    found: dict[UUID, set[UUID]] = {}
    for wanted, beside, _ in ask(_BESIDE, [list(ids), []]):
        found.setdefault(wanted, set()).add(beside)
    return found


def codes_beside(codes: Collection[str]) -> Iterable[tuple[str, UUID]]:
    """This will return code and id of the offers with these codes and of all sold beside them."""
    return {(code, beside) for _, beside, code in ask(_BESIDE, [[], list(codes)])}
