"""What must hold between statements, the facts they list and the ledger."""

from collections.abc import Iterable

from shoal.kit.health import Check, none_found

_SUMS_OFF = """
WITH listed AS (
    SELECT stated.statement_id,
        sum(transfer.amount) FILTER (WHERE transfer.credit_id = stated.account_id) AS credits,
        sum(transfer.amount) FILTER (WHERE transfer.debit_id = stated.account_id) AS debits,
        count(*) FILTER (
            WHERE stated.account_id IN (transfer.credit_id, transfer.debit_id)) AS transfers
    FROM settlement_statementtransfer stated
    JOIN ledger_transfer transfer ON transfer.id = stated.transfer_id
    GROUP BY 1
)
SELECT count(*) FROM settlement_statement statement
LEFT JOIN listed ON listed.statement_id = statement.id
WHERE (statement.credits_minor, statement.debits_minor, statement.transfers)
    <> (coalesce(listed.credits, 0), coalesce(listed.debits, 0), coalesce(listed.transfers, 0))
"""

_CHAIN_BROKEN = """
SELECT count(*) FROM (
    SELECT opening_minor, coalesce(lag(closing_minor) OVER (
        PARTITION BY account_id ORDER BY run.ends_at), 0) AS expected
    FROM settlement_statement statement
    JOIN settlement_statementrun run ON run.id = statement.run_id
) chain WHERE opening_minor <> expected
"""

_BALANCE_OFF = """
WITH stated AS (
    SELECT account_id, sum(credits_minor - debits_minor) AS amount
    FROM settlement_statement GROUP BY 1
), side AS (
    SELECT credit_id AS account_id, id, amount FROM ledger_transfer
    UNION ALL
    SELECT debit_id, id, -amount FROM ledger_transfer
), open AS (
    SELECT side.account_id, sum(side.amount) AS amount
    FROM side JOIN ledger_balance party USING (account_id)
    LEFT JOIN settlement_statementtransfer told
        ON told.account_id = side.account_id AND told.transfer_id = side.id
    WHERE told.transfer_id IS NULL
    GROUP BY 1
)
SELECT count(*) FROM ledger_balance balance
LEFT JOIN stated USING (account_id) LEFT JOIN open USING (account_id)
WHERE balance.credits - balance.debits <> coalesce(stated.amount, 0) + coalesce(open.amount, 0)
"""

# For each settlement or refund, what the lines of a brand and of a keeper come to, against what
# their accounts moved for it: the lines of a statement are these.
_LINES_OFF = """
WITH line AS (
    SELECT batch_id AS subject, brand_id AS party, currency, brand_minor AS amount
    FROM settlement_settledline
    UNION ALL
    SELECT batch_id, earner_id, currency, keeper_minor FROM settlement_settledline
    WHERE earner_id IS NOT NULL
    UNION ALL
    SELECT batch_id, brand_id, currency, freight_minor FROM settlement_settledfreight
    UNION ALL
    SELECT refund.subject, brand_id, currency, -reversal.brand_minor
    FROM settlement_reversal reversal
    JOIN orders_linerefund refund ON refund.id = reversal.refund_id
    UNION ALL
    SELECT refund.subject, earner_id, currency, -reversal.keeper_minor
    FROM settlement_reversal reversal
    JOIN orders_linerefund refund ON refund.id = reversal.refund_id WHERE earner_id IS NOT NULL
    UNION ALL
    SELECT refund.subject, brand_id, currency, -reversal.freight_minor
    FROM settlement_freightreversal reversal
    JOIN orders_freightrefund refund ON refund.id = reversal.refund_id
), lines AS (
    SELECT subject, party, currency, sum(amount) AS amount FROM line GROUP BY 1, 2, 3
), side AS (
    SELECT credit_id AS account_id, subject, amount FROM ledger_transfer
    WHERE kind IN ('settlement', 'discount', 'reversal')
    UNION ALL
    SELECT debit_id, subject, -amount FROM ledger_transfer
    WHERE kind IN ('settlement', 'discount', 'reversal')
), moved AS (
    SELECT side.subject, account.party, account.currency, sum(side.amount) AS amount
    FROM side JOIN ledger_account account ON account.id = side.account_id
    WHERE account.kind IN ('brand_payable', 'keeper_payable')
    GROUP BY 1, 2, 3
)
SELECT count(*) FROM lines FULL JOIN moved USING (subject, party, currency)
WHERE coalesce(lines.amount, 0) <> coalesce(moved.amount, 0)
"""


def checks() -> Iterable[Check]:
    """This will sum every statement again, from the ledger and from what it lists."""
    yield none_found(
        "statements: totals are the sums of the transfers they list",
        _SUMS_OFF,
        "{found} statements differ from their transfers. Stop payouts and compare"
        " settlement_statement with settlement_statementtransfer and ledger_transfer.",
    )
    yield none_found(
        "statements: each opens with what the one before closed with",
        _CHAIN_BROKEN,
        "{found} statements do not go on where the one before ended. Stop payouts and look at the"
        " statements of these accounts by their periods.",
    )
    yield none_found(
        "statements: what is on them and what waits for the next add up to the balance",
        _BALANCE_OFF,
        "{found} balances differ from their statements. Stop payouts and compare ledger_balance"
        " with settlement_statement.",
    )
    yield none_found(
        "statements: their lines come to what the accounts moved",
        _LINES_OFF,
        "{found} settlements or refunds moved another sum than their lines. Stop payouts and"
        " compare settlement_settledline and settlement_reversal with ledger_transfer.",
    )
