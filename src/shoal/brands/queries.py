"""Every read on brands: who they are, what they handed in, what they agreed to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.files.base import File
from django.db.models import Count, Prefetch, Q, QuerySet

from shoal.brands.models import (
    Brand,
    BrandMember,
    BrandStep,
    Contract,
    CounterfeitReport,
    Paper,
    Sample,
)
from shoal.brands.rules import PaperFacts, papers_missing
from shoal.kit import vault
from shoal.kit.errors import NotFound
from shoal.kit.money import Money
from shoal.ledger.models import Account
from shoal.ledger.queries import party_balance
from shoal.people.models import Person


@dataclass(frozen=True, slots=True)
class BrandFile:
    """Everything an operator weighs, and a brand sees of itself."""

    brand: Brand
    steps: Sequence[BrandStep]
    members: Sequence[BrandMember]
    papers: Sequence[Paper]
    papers_missing: Sequence[str]
    samples: Sequence[Sample]
    contracts: Sequence[Contract]
    signed: Contract | None
    offered: Contract | None
    deposit_due: Money
    deposit_held: Money


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A brand in the operator's list, with what waits for her."""

    brand: Brand
    papers_waiting: int
    samples_waiting: int
    reports_waiting: int


@dataclass(frozen=True, slots=True)
class ReadReport:
    """A counterfeit report with its text; None when the reporter was erased."""

    report: CounterfeitReport
    text: str | None


@dataclass(frozen=True, slots=True)
class OpenPaper:
    """A paper's file, to be handed to somebody who may read it."""

    file: "File[bytes]"
    media_type: str
    name: str


def brand_by_code(*, code: str) -> Brand:
    """This will return the brand with this code. Raises NotFound."""
    brand = Brand.objects.filter(code=code).first()
    if brand is None:
        raise NotFound
    return brand


def brands_by_id(*, ids: Iterable[UUID]) -> dict[UUID, Brand]:
    """This will return the brands with these ids, by id."""
    return Brand.objects.in_bulk(list(ids))


def memberships_of(*, person: Person) -> list[BrandMember]:
    """This will list a person's present roles at brands, with the brands."""
    rows = BrandMember.objects.filter(person=person, until_at=None).select_related("brand")
    return list(rows.order_by("since_at", "id"))


def membership(*, person: Person, brand: Brand) -> BrandMember | None:
    """This will return a person's present role at one brand, or None."""
    rows = BrandMember.objects.filter(person=person, brand=brand, until_at=None)
    return rows.select_related("brand").first()


def brand_members(*, brand: Brand) -> list[BrandMember]:
    """This will list who works for a brand at present, with the persons, oldest first."""
    rows = BrandMember.objects.filter(brand=brand, until_at=None).select_related("person")
    return list(rows.order_by("since_at", "id"))


def reports_about(*, brand: Brand) -> "QuerySet[CounterfeitReport]":
    """This will list the reports about a brand, newest first, without what was written."""
    rows = CounterfeitReport.objects.filter(brand=brand).defer("sealed")
    return rows.order_by("-reported_at", "-id")


def brand_queue(
    *, state: Brand.State | None = None, limit: int = 50, offset: int = 0
) -> list[QueueRow]:
    """This will list brands for the operator, those who wait longest first."""
    rows = Brand.objects.annotate(
        papers_waiting=Count("papers", filter=Q(papers__verdict=""), distinct=True),
        samples_waiting=Count("samples", filter=Q(samples__verdict=""), distinct=True),
        reports_waiting=Count(
            "counterfeit_reports", filter=Q(counterfeit_reports__verdict=""), distinct=True
        ),
    ).order_by("applied_at", "id")
    if state is not None:
        rows = rows.filter(state=state)
    return [
        QueueRow(row, row.papers_waiting, row.samples_waiting, row.reports_waiting)
        for row in rows[offset : offset + limit]
    ]


def brand_counts() -> dict[str, int]:
    """This will return how many brands are in each state; states with none are left out."""
    rows = Brand.objects.order_by().values_list("state").annotate(count=Count("id"))
    return {state: count for state, count in rows}  # noqa: C416 - a typed pair, not a row


def brand_file(*, code: str, at: datetime) -> BrandFile:
    """This will return a brand with its whole application. Raises NotFound."""
    current = BrandMember.objects.filter(until_at=None).select_related("person")
    brand = (
        Brand.objects.filter(code=code)
        .prefetch_related(
            "steps",
            Prefetch("members", current),
            Prefetch("papers", Paper.objects.order_by("handed_in_at", "id")),
            Prefetch("samples", Sample.objects.order_by("asked_at", "id")),
            Prefetch("contracts", Contract.objects.order_by("-version")),
        )
        .first()
    )
    if brand is None:
        raise NotFound
    papers, contracts = list(brand.papers.all()), list(brand.contracts.all())
    signed = next((row for row in contracts if row.signed_at is not None), None)
    newest = contracts[0] if contracts else None
    held = party_balance(kind=Account.Kind.DEPOSIT, party=brand.id, currency=brand.currency)
    agreed = Money(signed.deposit_minor if signed else 0, brand.currency)
    return BrandFile(
        brand=brand,
        steps=list(brand.steps.all()),
        members=list(brand.members.all()),
        papers=papers,
        papers_missing=papers_missing(
            [PaperFacts(paper.kind, paper.verdict, paper.valid_until) for paper in papers],
            on=at.date(),
        ),
        samples=list(brand.samples.all()),
        contracts=contracts,
        signed=signed,
        offered=newest if newest is not None and newest.signed_at is None else None,
        deposit_due=max(agreed - held, Money(0, brand.currency), key=lambda money: money.minor),
        deposit_held=held,
    )


def signed_contract(*, brand_id: UUID) -> Contract | None:
    """This will return the contract in force: the newest version that was signed."""
    rows = Contract.objects.filter(brand=brand_id, signed_at__isnull=False)
    return rows.order_by("-version").first()


def paper_of(*, brand: Brand, code: str) -> Paper:
    """This will return a paper of this brand's. Raises NotFound."""
    paper = Paper.objects.filter(brand=brand, code=code).first()
    if paper is None:
        raise NotFound
    return paper


def open_paper(*, code: str, brand: Brand | None = None) -> OpenPaper:
    """This will open a paper's file, of `brand` only when one is given. Raises NotFound.

    An operator passes no brand; a member of a brand always passes hers.
    """
    rows = Paper.objects.filter(code=code)
    if brand is not None:
        rows = rows.filter(brand=brand)
    paper = rows.first()
    if paper is None or not paper.file.storage.exists(str(paper.file.name)):
        raise NotFound
    suffix = str(paper.file.name).rsplit(".", 1)[-1]
    return OpenPaper(
        file=paper.file.open("rb"),
        media_type=paper.media_type,
        name=f"{paper.kind}-{paper.code}.{suffix}",
    )


def open_report_count() -> int:
    """This will count the counterfeit reports that nobody has judged."""
    return CounterfeitReport.objects.filter(verdict="").count()


def counterfeit_reports(
    *, open_only: bool = True, brand: Brand | None = None, limit: int = 50, offset: int = 0
) -> list[ReadReport]:
    """This will list reports for the operator with what was written, oldest first."""
    rows = CounterfeitReport.objects.select_related("brand", "reporter").order_by("reported_at")
    if open_only:
        rows = rows.filter(verdict="")
    if brand is not None:
        rows = rows.filter(brand=brand)
    reports = list(rows[offset : offset + limit])
    texts = vault.reveal_many((report.reporter_id, report.sealed) for report in reports)
    return [
        ReadReport(report, text["text"] if text else None)
        for report, text in zip(reports, texts, strict=True)
    ]
