"""What must hold for after-sales cases."""

from collections.abc import Iterable
from dataclasses import replace

from shoal.care.models import Case, CaseStep
from shoal.kit.health import Check, none_found
from shoal.kit.projections import state_follows

_FREEZES_OFF = """
SELECT count(*) FROM orders_orderline line
LEFT JOIN (
    SELECT line_id, count(*) AS open FROM care_caseline row
    JOIN care_case held ON held.id = row.case_id WHERE held.closed_at IS NULL GROUP BY line_id
) cases ON cases.line_id = line.id
WHERE line.open_cases <> coalesce(cases.open, 0)
"""

_UNITS_OFF = """
SELECT count(*) FROM orders_orderline line
JOIN (
    SELECT line_id, sum(units) AS units, sum(full_minor) AS paid FROM care_caseline row
    JOIN care_case held ON held.id = row.case_id WHERE held.closed_at IS NULL GROUP BY line_id
) asked ON asked.line_id = line.id
WHERE asked.units + line.back_units > line.quantity
    OR asked.paid + line.back_paid_minor > line.line_minor - line.brand_discount_minor
        - line.keeper_discount_minor - line.platform_discount_minor
"""

_MONEY_OFF = """
SELECT count(*) FROM care_case held
LEFT JOIN (
    SELECT subject, sum(amount) AS amount FROM (
        SELECT subject, paid_minor AS amount FROM orders_linerefund
        UNION ALL SELECT subject, amount_minor FROM orders_freightrefund
    ) parts GROUP BY subject
) back ON back.subject = held.id
LEFT JOIN payments_refund refund ON refund.subject = held.id
WHERE held.refund_minor <> coalesce(back.amount, 0)
    OR held.refund_minor <> coalesce(refund.amount, 0)
    OR (held.refund_minor > 0 AND held.state <> 'refunded')
"""

_HOLDS_OFF = """
SELECT count(*) FROM care_replacement goods
JOIN care_caseline row ON row.id = goods.case_line_id
JOIN care_case held ON held.id = row.case_id
LEFT JOIN stock_hold hold ON hold.id = goods.id
WHERE hold.quantity IS DISTINCT FROM goods.units
    OR hold.allotment_id IS DISTINCT FROM goods.allotment_id
    OR hold.state <> CASE goods.state
        WHEN 'held' THEN 'held' WHEN 'released' THEN 'released' ELSE 'sold' END
    OR (goods.state = 'held' AND held.closed_at IS NOT NULL)
    OR (goods.state <> 'released' AND row.agreed_units <> goods.units)
"""

# What was taken from each brand for a way back, and what of it was transferred to the customer.
_POSTAGE_OFF = """
SELECT count(*) FROM care_case held
LEFT JOIN (
    SELECT subject, sum(amount) FILTER (WHERE kind = 'postage') AS owed,
        sum(amount) FILTER (WHERE kind = 'postage_paid') AS paid
    FROM ledger_transfer WHERE kind IN ('postage', 'postage_paid') GROUP BY subject
) moved ON moved.subject = held.id
WHERE held.postage_minor <> coalesce(moved.owed, 0)
    OR coalesce(moved.paid, 0)
        <> CASE WHEN held.postage_paid_at IS NULL THEN 0 ELSE held.postage_minor END
"""

# By what has happened since: a check reads no clock.
_OVERDUE = """
SELECT count(*) FROM care_case
WHERE closed_at IS NULL
    AND until_at < (SELECT max(at) FROM care_casestep) - interval '1 hour'
"""


def checks() -> Iterable[Check]:
    """This will compare cases with their steps, the lines they freeze, their money and goods."""
    yield state_follows(
        "cases: each state is that of the last step", rows=Case, steps=CaseStep, key="case"
    )
    yield none_found(
        "cases: a line is frozen as often as it has open cases, and not otherwise",
        _FREEZES_OFF,
        "{found} order lines count other open cases than there are. Compare"
        " orders_orderline.open_cases with care_case.",
    )
    yield none_found(
        "cases: nothing is asked back twice",
        _UNITS_OFF,
        "{found} order lines have more units or money in open cases than are left of them.",
    )
    yield none_found(
        "cases: what a case gave back was asked of payments, to the cent",
        _MONEY_OFF,
        "{found} cases say other sums than the refunds they asked for. Compare care_case with"
        " orders_linerefund and payments_refund.",
    )
    yield none_found(
        "cases: new goods are held as long as they wait, as many as were agreed",
        _HOLDS_OFF,
        "{found} replacements do not match their stock hold. Compare care_replacement with"
        " stock_hold.",
    )
    yield none_found(
        "cases: what ways back cost was taken from their brands and given on, once",
        _POSTAGE_OFF,
        "{found} cases say other sums for the way back than the ledger. Compare care_case with the"
        " transfers “postage” and “postage_paid”.",
    )
    yield replace(
        none_found(
            "cases: silence past a deadline decides",
            _OVERDUE,
            "{found} cases wait though their deadline was over an hour before the newest step of"
            " any case. Is the worker running? The log says what it could not decide, and why.",
        ),
        warning=True,
    )
