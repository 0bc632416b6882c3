"""Statements and tax summaries as files to keep."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from uuid import UUID

from django.http import FileResponse
from django.utils.translation import gettext, pgettext

from shoal.brands.models import Brand
from shoal.brands.queries import brands_by_id
from shoal.kit import clock
from shoal.kit.money import Money
from shoal.ledger.models import Account
from shoal.settlement.invoices import invoice_data
from shoal.settlement.models_statements import Statement
from shoal.settlement.parties import Party
from shoal.settlement.queries_statements import every_line
from shoal.settlement.tax import TaxMonth, tax_months, tax_of_all, tax_totals
from shoal.shops.models import Shop
from shoal.shops.queries import shops_by_id
from shoal.web.statements import pages, words
from shoal.web.statements.papers import Cell, Column, Paper
from shoal.web.supply import uploads

_NAMES_AT_ONCE = 500


def statement_file(*, statement: Statement, party: Party, kind: str) -> FileResponse:
    """This will hand out a statement with all its lines as "pdf" or "xlsx"."""
    paper = statement_paper(statement=statement, party=party)
    return _sent(paper, kind, gettext("statement"), statement.code)


def year_file(*, party: Party) -> FileResponse:
    """This will hand out a party's last twelve months for the tax office as XLSX."""
    until = clock.market_day(clock.now())
    months = tax_months(kind=party.ledger, party=party.id, currency=party.currency, until=until)
    paper = Paper(
        title=gettext("Tax summary"),
        facts=[(gettext("Whose"), party.name), *pages.invoice_facts(invoice_data(party=party))],
        sums=[],
        columns=[Column(gettext("Month"), 2), *_tax_columns()],
        rows=[[f"{row.month:%Y-%m}", *_tax_cells(row)] for row in months],
    )
    return _sent(paper, "xlsx", gettext("tax-summary"), party.code)


def tax_file(*, account: Account.Kind, currency: str, month: date) -> FileResponse:
    """This will hand out a month of every party with accounts of a kind as XLSX."""
    total = tax_totals(kind=account, currency=currency, month=month)
    paper = Paper(
        title=gettext("Tax summary"),
        facts=[(gettext("Month"), f"{month:%Y-%m}"), (gettext("Currency"), currency)],
        sums=[
            (label.label, amount)
            for label, amount in zip(_tax_columns(), _tax_cells(total), strict=True)
        ],
        columns=[Column(pgettext("desk", "Code"), 2), Column(gettext("Whose"), 4), *_tax_columns()],
        rows=_parties(account, tax_of_all(kind=account, currency=currency, month=month)),
    )
    return _sent(paper, "xlsx", gettext("tax-summary"), f"{month:%Y-%m}", account, currency)


def statement_paper(*, statement: Statement, party: Party) -> Paper:
    """This will put a statement on paper; its lines are read while it is written."""
    run = statement.run
    return Paper(
        title=" ".join([gettext("Statement"), words.period_words(run)]),
        facts=[
            (pgettext("statement", "Number"), statement.code),
            (gettext("Whose"), f"{party.name} ({party.code})"),
            *pages.invoice_facts(invoice_data(party=party, at=run.finished_at)),
            (gettext("Account"), words.account_words(statement.account.kind)),
            (
                gettext("Period"),
                gettext("{start} until before {end} ({zone})").format(
                    start=words.moment_words(run.starts_at, run),
                    end=words.moment_words(run.ends_at, run),
                    zone=run.zone,
                ),
            ),
        ],
        sums=[
            (gettext("Opening balance"), statement.opening),
            *pages.sums_of(statement),
            (gettext("Closing balance"), statement.closing),
        ],
        columns=[
            Column(gettext("Time"), 25),
            Column(gettext("Kind"), 17),
            Column(gettext("Order"), 19),
            Column(gettext("Goods"), 35),
            Column(gettext("Units"), 7, figures=True),
            Column(gettext("Your discount"), 18, figures=True),
            Column(gettext("Amount"), 18, figures=True),
        ],
        rows=_line_cells(statement),
        note=gettext("The lines add up to the change of the balance, as the ledger has it."),
    )


def _line_cells(statement: Statement) -> Iterator[Sequence[Cell]]:
    for line in every_line(statement=statement):
        yield [
            words.moment_words(line.at, statement.run),
            words.what_words(line.what),
            line.order,
            words.goods_words(line),
            line.units or "",
            line.off if line.off.minor else "",
            line.amount,
        ]


def _tax_columns() -> list[Column]:
    return [
        Column(label, 3, figures=True)
        for label in (
            gettext("Earned"),
            gettext("Own discounts"),
            gettext("Taken back"),
            gettext("Net"),
            gettext("Withheld"),
            gettext("Paid out"),
            gettext("Other"),
        )
    ]


def _tax_cells(row: TaxMonth) -> list[Money]:
    return [
        row.earned, row.discounts, row.taken_back, row.net, row.withheld, row.paid_out, row.other
    ]  # fmt: skip


def _parties(
    account: Account.Kind, rows: Iterator[tuple[UUID, TaxMonth]]
) -> Iterator[Sequence[Cell]]:
    """Names are looked up some hundred at a time."""
    while chunk := list(islice(rows, _NAMES_AT_ONCE)):
        ids = [party for party, _ in chunk]
        found: Mapping[UUID, Brand | Shop] = (
            brands_by_id(ids=ids) if account == Account.Kind.BRAND else shops_by_id(ids=ids)
        )
        for party, row in chunk:
            yield [found[party].code, found[party].name, *_tax_cells(row)]


def _sent(paper: Paper, kind: str, *names: str) -> FileResponse:
    # Loaded when somebody asks: both bring large libraries along, which no other page needs.
    with uploads.to_be_sent(kind) as path:
        if kind == "pdf":
            from shoal.web.statements.pdf import write_pdf

            write_pdf(path, paper)
        else:
            from shoal.web.statements.sheets import write_xlsx

            write_xlsx(path, paper)
        return uploads.sent(path, name="-".join(names))
