"""What must hold between payouts, deposits, goodwill and the ledger."""

from collections.abc import Iterable

from shoal.kit.health import Check, none_found
from shoal.kit.projections import state_follows
from shoal.settlement.models_payouts import Payout, PayoutStep

_WAY_OFF = """
WITH way AS (
    SELECT account.currency,
        (SELECT coalesce(sum(amount), 0) FROM ledger_transfer WHERE credit_id = account.id)
        - (SELECT coalesce(sum(amount), 0) FROM ledger_transfer WHERE debit_id = account.id)
        AS balance
    FROM ledger_account account WHERE account.kind = 'payout'
), open AS (
    SELECT currency, sum(amount) AS amount FROM settlement_payout
    WHERE state IN ('made', 'released', 'sent') GROUP BY currency
)
SELECT count(*) FROM way FULL JOIN open USING (currency)
WHERE coalesce(way.balance, 0) <> coalesce(open.amount, 0)
"""

# By each payout's own transfers: what is at the bank, and what was kept back.
_MOVES_OFF = """
WITH moved AS (
    SELECT transfer.subject,
        sum(CASE WHEN credit.kind = 'bank' THEN transfer.amount
            WHEN debit.kind = 'bank' THEN -transfer.amount
            ELSE 0 END) AS bank,
        sum(CASE WHEN credit.kind = 'tax_payable' THEN transfer.amount
            WHEN debit.kind = 'tax_payable' THEN -transfer.amount ELSE 0 END) AS tax,
        sum(CASE WHEN debit.kind IN ('brand_payable', 'keeper_payable', 'brand_deposit', 'goodwill')
            THEN transfer.amount
            WHEN credit.kind IN ('brand_payable', 'keeper_payable', 'brand_deposit', 'goodwill')
            THEN -transfer.amount ELSE 0 END) AS taken
    FROM settlement_payout payout
    JOIN ledger_transfer transfer ON transfer.subject = payout.id
    JOIN ledger_account credit ON credit.id = transfer.credit_id
    JOIN ledger_account debit ON debit.id = transfer.debit_id
    GROUP BY transfer.subject
)
SELECT count(*) FROM settlement_payout payout LEFT JOIN moved ON moved.subject = payout.id
WHERE (coalesce(moved.bank, 0), coalesce(moved.tax, 0), coalesce(moved.taken, 0)) <> (
    CASE WHEN payout.state = 'paid' THEN payout.amount ELSE 0 END,
    CASE WHEN payout.state = 'failed' THEN 0 ELSE payout.withheld_minor END,
    CASE WHEN payout.state = 'failed' THEN 0 ELSE payout.gross_minor END
)
"""

_DEPOSITS_OFF = """
WITH moved AS (
    SELECT brand_id, move.currency, sum(CASE
        WHEN kind = 'paid_in' THEN move.amount
        WHEN kind = 'covered' THEN -move.amount
        WHEN payout.state = 'failed' THEN 0
        ELSE -move.amount END) AS amount
    FROM settlement_depositmove move
    LEFT JOIN settlement_payout payout ON payout.id = move.payout_id
    WHERE move.state = 'confirmed' GROUP BY brand_id, move.currency
), held AS (
    SELECT account.party, account.currency, balance.credits - balance.debits AS amount
    FROM ledger_account account JOIN ledger_balance balance ON balance.account_id = account.id
    WHERE account.kind = 'brand_deposit'
)
SELECT count(*) FROM moved FULL JOIN held
    ON held.party = moved.brand_id AND held.currency = moved.currency
WHERE coalesce(moved.amount, 0) <> coalesce(held.amount, 0) OR held.amount < 0
"""

_GOODWILL_OFF = """
SELECT count(*) FROM settlement_goodwill gift
LEFT JOIN (
    SELECT subject, sum(amount) AS amount FROM ledger_transfer
    WHERE kind = 'goodwill' GROUP BY subject
) moved ON moved.subject = gift.id
WHERE coalesce(moved.amount, 0) <> gift.amount
"""

_STUCK = """
SELECT count(*) FROM settlement_payout
WHERE state IN ('released', 'sent') AND next_at IS NULL AND provider <> 'file'
"""


def checks() -> Iterable[Check]:
    """This will compare payouts, deposits and goodwill with their steps and the ledger."""
    yield state_follows(
        "payouts: each state is that of the last step", rows=Payout, steps=PayoutStep, key="payout"
    )
    yield none_found(
        "payouts: what is on its way is what left and did not arrive",
        _WAY_OFF,
        "The payout account differs from the open payouts in {found} currencies. Release nothing"
        " before somebody has looked.",
    )
    yield none_found(
        "payouts: each moved exactly what its state says",
        _MOVES_OFF,
        "{found} payouts moved another sum than their state says. Release nothing, and compare"
        " settlement_payout with ledger_transfer.",
    )
    yield none_found(
        "deposits: each is what two people confirmed, and never below zero",
        _DEPOSITS_OFF,
        "{found} brands' deposits differ from settlement_depositmove. Give none back before"
        " somebody has looked.",
    )
    yield none_found(
        "goodwill: each gift is on the ledger, once",
        _GOODWILL_OFF,
        "{found} gifts moved another sum than they say. Compare settlement_goodwill with"
        " ledger_transfer.",
    )
    stuck = none_found(
        "payouts: none is stuck",
        _STUCK,
        "The worker has given up on {found} payouts: open them on the payouts page, mend the cause"
        " and send them once more.",
    )
    yield Check(stuck.name, ok=stuck.ok, sentence=stuck.sentence, warning=True)
