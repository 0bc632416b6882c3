"""What changes a brand: its application, its people, samples, the verdict, a suspension."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q

from shoal.brands.events import BrandRenamed
from shoal.brands.models import Brand, BrandMember, Paper, Sample, Verdict
from shoal.brands.operations_contracts import offer_contract, sign_contract
from shoal.brands.operations_papers import hand_in_paper, judge_paper
from shoal.brands.operations_reports import judge_counterfeit, report_counterfeit
from shoal.brands.rules import PaperFacts, papers_missing
from shoal.brands.steps import (
    WrongBrandState,
    change_state,
    lock_brand,
    need_reason,
    write_step,
)
from shoal.brands.steps_members import LastOwner
from shoal.kit import pictures
from shoal.kit.errors import NotFound, Refused
from shoal.kit.events import publish
from shoal.kit.ids import uuid7
from shoal.kit.texts import checked_texts
from shoal.kit.transactions import one_transaction, operation
from shoal.people.models import Person

__all__ = [
    "LastOwner",
    "add_member",
    "apply_brand",
    "apply_brand_again",
    "ask_for_sample",
    "describe_brand",
    "end_member",
    "hand_in_paper",
    "judge_counterfeit",
    "judge_paper",
    "judge_sample",
    "offer_contract",
    "report_counterfeit",
    "restore_brand",
    "send_sample",
    "set_logo",
    "sign_contract",
    "suspend_brand",
    "vet_brand",
]

_NAME_LENGTH = 60
_STORY_LENGTH = 2000


class AlreadyApplied(Refused):
    """You have already applied for “{name}”. We will answer as soon as it is vetted."""

    code = "already_applied"


class PapersMissing(Refused):
    """Accepted papers are still missing: {papers}."""

    code = "papers_missing"


class SamplesOpen(Refused):
    """Some samples have not been judged yet ({count})."""

    code = "samples_open"


class SampleRefused(Refused):
    """The sample “{wanted}” was refused. Ask for another one, or refuse the brand."""

    code = "sample_refused"


class AlreadyJudged(Refused):
    """This has already been judged."""

    code = "already_judged"


class AlreadyMember(Refused):
    """This person already belongs to the brand."""

    code = "already_member"


@operation
def apply_brand(
    *,
    person: Person,
    names: Mapping[str, str],
    currency: str,
    at: datetime,
    stories: Mapping[str, str] | None = None,
    base_language: str = "zh",
) -> Brand:
    """This will open a brand's application, with `person` as its owner.

    `names` and `stories` are language ("zh", "en") to text. Raises AlreadyApplied when she has an
    open application under the same name.
    """
    names = checked_texts(names, base=base_language, longest=_NAME_LENGTH)
    told = {key: text.strip() for key, text in (stories or {}).items() if text.strip()}
    if told:
        told = checked_texts(told, base=next(iter(told)), longest=_STORY_LENGTH)
    # Her own row orders two clicks at the same moment.
    Person.objects.select_for_update().get(id=person.id)
    mine = BrandMember.objects.filter(person=person, until_at=None).exclude(
        brand__state=Brand.State.REFUSED
    )
    if mine.filter(**{f"brand__names__{base_language}": names[base_language]}).exists():
        raise AlreadyApplied(name=names[base_language])
    brand = Brand.objects.create(
        id=uuid7(),
        names=names,
        stories=told,
        base_language=base_language,
        currency=currency,
        applied_at=at,
    )
    BrandMember.objects.create(brand=brand, person=person, role=BrandMember.Role.OWNER, since_at=at)
    write_step(brand=brand, state=Brand.State.APPLIED, reason="", by=person.code, at=at)
    return brand


@operation
def apply_brand_again(*, brand: Brand, by: str, at: datetime) -> Brand:
    """This will reopen the application of a brand that was refused."""
    locked = lock_brand(brand.id)
    change_state(brand=locked, state=Brand.State.APPLIED, reason="", by=by, at=at)
    return locked


@operation
def describe_brand(
    *,
    brand: Brand,
    names: Mapping[str, str],
    stories: Mapping[str, str],
    at: datetime,
) -> Brand:
    """This will change what a brand calls itself before it is vetted, and its story at any time."""
    locked = lock_brand(brand.id)
    names = checked_texts(names, base=locked.base_language, longest=_NAME_LENGTH)
    before_vetting = {Brand.State.APPLIED, Brand.State.SAMPLES, Brand.State.REFUSED}
    if names != locked.names and locked.state not in before_vetting:
        # Its papers were vetted for the name it had.
        raise WrongBrandState(state=locked.get_state_display())
    told = {key: text.strip() for key, text in stories.items() if text.strip()}
    if told:
        told = checked_texts(told, base=next(iter(told)), longest=_STORY_LENGTH)
    renamed = names != locked.names
    locked.names, locked.stories = names, told
    locked.save(update_fields=["names", "stories"])
    if renamed:
        publish([BrandRenamed(brand=locked.id, at=at)])
    return locked


def set_logo(*, brand: Brand, data: bytes) -> Brand:
    """This will check and keep `data` as the brand's logo. Raises what `store_picture` raises."""
    stored = pictures.store_picture(data)
    with one_transaction():
        locked = lock_brand(brand.id)
        locked.logo.name = stored.largest
        locked.save(update_fields=["logo"])
        return locked


@operation
def add_member(
    *, brand: Brand, person: Person, role: BrandMember.Role, at: datetime
) -> BrandMember:
    """This will give `person` a role at the brand. Raises AlreadyMember when she has one."""
    lock_brand(brand.id)
    if BrandMember.objects.filter(brand=brand, person=person, until_at=None).exists():
        raise AlreadyMember
    return BrandMember.objects.create(brand=brand, person=person, role=role, since_at=at)


@operation
def end_member(*, brand: Brand, person: Person, at: datetime) -> None:
    """This will end a person's role at the brand. Raises LastOwner for its only owner."""
    lock_brand(brand.id)
    members = BrandMember.objects.filter(brand=brand, until_at=None)
    member = members.filter(person=person).first()
    if member is None:
        raise NotFound
    if not members.filter(~Q(person=person), role=BrandMember.Role.OWNER).exists():
        raise LastOwner
    member.until_at = at
    member.save(update_fields=["until_at"])


@operation
def ask_for_sample(*, brand: Brand, wanted: str, by: str, at: datetime) -> Sample:
    """This will ask the brand to send in a sample of `wanted`."""
    locked = lock_brand(brand.id)
    if locked.state == Brand.State.APPLIED:
        change_state(brand=locked, state=Brand.State.SAMPLES, reason=wanted, by=by, at=at)
    elif locked.state not in {Brand.State.SAMPLES, Brand.State.ACTIVE, Brand.State.SUSPENDED}:
        raise WrongBrandState(state=locked.get_state_display())
    return Sample.objects.create(
        brand=locked, wanted=need_reason(wanted)[:200], asked_at=at, asked_by=by
    )


@operation
def send_sample(*, brand: Brand, code: str, tracking: str) -> Sample:
    """This will note the tracking number under which the brand sent a sample."""
    sample = _open_sample(brand, code)
    sample.tracking = tracking.strip()[:60]
    sample.save(update_fields=["tracking"])
    return sample


@operation
def judge_sample(
    *, brand: Brand, code: str, accepted: bool, reason: str, by: str, at: datetime
) -> Sample:
    """This will accept or refuse a sample; a refusal needs a reason. Raises AlreadyJudged."""
    sample = _open_sample(brand, code)
    sample.reason = reason.strip() if accepted else need_reason(reason)
    sample.verdict = Verdict.ACCEPTED if accepted else Verdict.REFUSED
    sample.judged_at, sample.judged_by = at, by
    sample.save(update_fields=["verdict", "reason", "judged_at", "judged_by"])
    return sample


@operation
def vet_brand(*, brand: Brand, accepted: bool, reason: str, by: str, at: datetime) -> Brand:
    """This will accept a brand, whose contract comes next, or refuse it; both with a reason.

    Accepting raises PapersMissing, SamplesOpen or SampleRefused while something is wanting.
    """
    locked = lock_brand(brand.id)
    reason = need_reason(reason)
    state = Brand.State.VETTED if accepted else Brand.State.REFUSED
    if accepted:
        _check_complete(locked, at)
    change_state(brand=locked, state=state, reason=reason, by=by, at=at)
    return locked


@operation
def suspend_brand(*, brand: Brand, reason: str, by: str, at: datetime) -> Brand:
    """This will take everything the brand sells out of sale; carts keep their lines and say so."""
    locked = lock_brand(brand.id)
    change_state(
        brand=locked, state=Brand.State.SUSPENDED, reason=need_reason(reason), by=by, at=at
    )
    return locked


@operation
def restore_brand(*, brand: Brand, reason: str, by: str, at: datetime) -> Brand:
    """This will put a suspended brand back: what it sells is open again where it stands."""
    locked = lock_brand(brand.id)
    if locked.state != Brand.State.SUSPENDED:
        raise WrongBrandState(state=locked.get_state_display())
    change_state(brand=locked, state=Brand.State.ACTIVE, reason=need_reason(reason), by=by, at=at)
    return locked


def _open_sample(brand: Brand, code: str) -> Sample:
    sample = Sample.objects.select_for_update().filter(brand=brand, code=code).first()
    if sample is None:
        raise NotFound
    if sample.verdict:
        raise AlreadyJudged
    return sample


def _check_complete(brand: Brand, at: datetime) -> None:
    papers = [
        PaperFacts(paper.kind, paper.verdict, paper.valid_until)
        for paper in Paper.objects.filter(brand=brand)
    ]
    missing = papers_missing(papers, on=at.date())
    if missing:
        raise PapersMissing(papers=", ".join(str(Paper.Kind(kind).label) for kind in missing))
    samples = Sample.objects.filter(brand=brand).order_by("asked_at", "id")
    waiting = sum(not sample.verdict for sample in samples)
    if waiting:
        raise SamplesOpen(count=waiting)
    # The last word counts for each thing that was asked for.
    last = {sample.wanted: sample for sample in samples}
    for sample in last.values():
        if sample.verdict == Verdict.REFUSED:
            raise SampleRefused(wanted=sample.wanted)
