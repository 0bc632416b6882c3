"""A brand's way from its application to its first sale, and out of sale and back."""

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction

from shoal.brands import doctor, operations, queries
from shoal.brands.models import Brand, BrandMember, BrandStep, Contract, Paper, Sample
from shoal.brands.operations import (
    AlreadyApplied,
    AlreadyJudged,
    AlreadyMember,
    LastOwner,
    PapersMissing,
    SampleRefused,
    SamplesOpen,
)
from shoal.brands.operations_contracts import (
    ContractReplaced,
    ContractSigned,
    DepositUnclear,
    FeesUnclear,
    GuaranteeMissing,
)
from shoal.brands.operations_papers import PaperExpired, PaperHandedIn, PaperJudged
from shoal.brands.rules import least_fee_bp
from shoal.brands.steps import ReasonMissing, WrongBrandState
from shoal.kit.errors import NotFound
from shoal.kit.papers import MAX_BYTES, NotAPaper, PaperTooLarge, private_storage
from shoal.kit.texts import TextMissing
from tests import goods
from tests.goods import AT, DAY, OLGA

pytestmark = pytest.mark.django_db


def states(brand: Brand) -> list[str]:
    brand.refresh_from_db()
    steps = list(BrandStep.objects.filter(brand=brand).values_list("state", flat=True))
    assert steps[-1] == brand.state
    return steps


def fee_bp(brand: Brand, *path: str) -> int:
    """The least fee by the contract in force; the category, leaf first."""
    contract = queries.signed_contract(brand_id=brand.id)
    assert contract
    return least_fee_bp(contract.fees, path)


def accept_papers(brand: Brand) -> None:
    for paper in Paper.objects.filter(brand=brand, verdict=""):
        operations.judge_paper(code=paper.code, accepted=True, reason="", by=OLGA, at=AT)


def test_papers_then_a_contract_make_a_brand_active() -> None:
    nordwind = goods.active_brand(name="Nordwind")
    assert states(nordwind) == ["applied", "vetted", "active"]
    file = queries.brand_file(code=nordwind.code, at=AT)
    assert file.papers_missing == ()
    assert file.signed == Contract.objects.get()
    assert file.offered is None
    assert all(check.ok for check in doctor.checks())


def test_the_same_application_twice_is_refused() -> None:
    mei = goods.person()
    goods.applied_brand(name="海风", owner=mei)
    with pytest.raises(AlreadyApplied):
        operations.apply_brand(person=mei, names={"zh": " 海风 "}, currency="CNY", at=AT)
    assert Brand.objects.count() == 1


def test_a_brand_has_a_name_in_its_base_language() -> None:
    with pytest.raises(TextMissing):
        operations.apply_brand(
            person=goods.person(), names={"en": "Nordwind"}, currency="CNY", at=AT
        )
    assert not Brand.objects.exists()


def test_without_accepted_papers_nobody_is_vetted() -> None:
    brand = goods.applied_brand()
    with pytest.raises(PapersMissing, match="Business licence, Trademark"):
        operations.vet_brand(brand=brand, accepted=True, reason="…", by=OLGA, at=AT)
    licence = Paper.objects.get(kind=Paper.Kind.LICENCE)
    operations.judge_paper(code=licence.code, accepted=False, reason="cut off", by=OLGA, at=AT)
    with pytest.raises(PaperJudged):
        operations.judge_paper(code=licence.code, accepted=True, reason="", by=OLGA, at=AT)
    assert states(brand) == ["applied"]


def test_samples_are_asked_for_and_judged_before_the_verdict() -> None:
    brand = goods.applied_brand()
    accept_papers(brand)
    sample = operations.ask_for_sample(brand=brand, wanted="a towel", by=OLGA, at=AT)
    operations.send_sample(brand=brand, code=sample.code, tracking="SF123")
    with pytest.raises(SamplesOpen):
        operations.vet_brand(brand=brand, accepted=True, reason="…", by=OLGA, at=AT)
    with pytest.raises(ReasonMissing):
        operations.judge_sample(
            brand=brand, code=sample.code, accepted=False, reason=" ", by=OLGA, at=AT
        )
    operations.judge_sample(
        brand=brand, code=sample.code, accepted=False, reason="fades", by=OLGA, at=AT
    )
    with pytest.raises(AlreadyJudged):
        operations.send_sample(brand=brand, code=sample.code, tracking="SF124")
    with pytest.raises(SampleRefused):
        operations.vet_brand(brand=brand, accepted=True, reason="…", by=OLGA, at=AT)
    again = operations.ask_for_sample(brand=brand, wanted="a towel", by=OLGA, at=AT + DAY)
    operations.judge_sample(
        brand=brand, code=again.code, accepted=True, reason="", by=OLGA, at=AT + DAY
    )
    operations.vet_brand(brand=brand, accepted=True, reason="good", by=OLGA, at=AT + DAY)
    assert states(brand) == ["applied", "samples", "vetted"]
    assert Sample.objects.filter(verdict="").count() == 0


def test_a_sample_of_another_brand_is_not_found() -> None:
    nordwind, haifeng = goods.applied_brand(name="Nordwind"), goods.applied_brand(name="海风")
    sample = operations.ask_for_sample(brand=nordwind, wanted="a towel", by=OLGA, at=AT)
    with pytest.raises(NotFound):
        operations.send_sample(brand=haifeng, code=sample.code, tracking="SF1")
    sample.refresh_from_db()
    assert sample.tracking == ""


def test_refused_with_a_reason_and_back_with_better_papers() -> None:
    brand = goods.applied_brand()
    with pytest.raises(ReasonMissing):
        operations.vet_brand(brand=brand, accepted=False, reason="", by=OLGA, at=AT)
    operations.vet_brand(brand=brand, accepted=False, reason="trademark lapsed", by=OLGA, at=AT)
    operations.apply_brand_again(brand=brand, by="owner", at=AT + DAY)
    assert states(brand) == ["applied", "refused", "applied"]


def test_suspended_and_back() -> None:
    brand = goods.active_brand()
    with pytest.raises(WrongBrandState):
        operations.restore_brand(brand=brand, reason="…", by=OLGA, at=AT)
    operations.suspend_brand(brand=brand, reason="reports", by=OLGA, at=AT)
    assert states(brand)[-1] == "suspended"
    operations.restore_brand(brand=brand, reason="cleared", by=OLGA, at=AT + DAY)
    assert states(brand) == ["applied", "vetted", "active", "suspended", "active"]


def test_steps_are_never_edited() -> None:
    goods.applied_brand()
    with pytest.raises(DatabaseError, match="never edited"), transaction.atomic():
        BrandStep.objects.update(reason="rewritten")
    assert BrandStep.objects.get().reason == ""


class TestPapers:
    def test_what_a_file_is_decides_not_its_name(self) -> None:
        brand = goods.applied_brand()
        before = Paper.objects.count()
        for fake in (
            b"",
            b"MZ\x90\x00" + b"x" * 500,
            b"%PDF-1.7 but it never ends",
            b"<html><script>alert(1)</script>",
            goods.picture()[:200],
            goods.picture(kind="GIF"),
        ):
            with pytest.raises(NotAPaper):
                operations.hand_in_paper(brand=brand, kind=Paper.Kind.INSPECTION, data=fake, at=AT)
        assert Paper.objects.count() == before

    @pytest.mark.parametrize(
        ("kind", "media_type"),
        [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")],
    )
    def test_pictures_of_papers_are_taken(self, kind: str, media_type: str) -> None:
        brand = goods.applied_brand()
        data = goods.picture(kind=kind)
        paper = operations.hand_in_paper(brand=brand, kind=Paper.Kind.INSPECTION, data=data, at=AT)
        assert paper.media_type == media_type
        opened = queries.open_paper(code=paper.code, brand=brand)
        with opened.file as file:
            assert file.read() == data
        assert opened.media_type == media_type

    def test_papers_stand_where_no_address_leads(self) -> None:
        brand = goods.applied_brand()
        paper = Paper.objects.filter(brand=brand)[0]
        name = str(paper.file.name)
        assert private_storage().exists(name)
        assert not default_storage.exists(name)
        with pytest.raises(ValueError, match="no address"):
            _ = paper.file.url

    def test_another_brand_does_not_read_them(self) -> None:
        nordwind, haifeng = goods.applied_brand(name="Nordwind"), goods.applied_brand(name="海风")
        paper = Paper.objects.filter(brand=nordwind)[0]
        with pytest.raises(NotFound):
            queries.open_paper(code=paper.code, brand=haifeng)

    def test_too_large_lapsed_or_the_same_again_is_refused_and_leaves_no_file(self) -> None:
        brand = goods.applied_brand()
        held = set(private_storage().listdir(f"papers/{brand.code}")[1])
        kind = Paper.Kind.LICENCE
        with pytest.raises(PaperTooLarge):
            operations.hand_in_paper(
                brand=brand, kind=kind, data=b"%PDF-1.7" + b"0" * MAX_BYTES, at=AT
            )
        with pytest.raises(PaperExpired):
            operations.hand_in_paper(
                brand=brand,
                kind=kind,
                data=goods.paper("new"),
                at=AT,
                valid_until=(AT - DAY).date(),
            )
        with pytest.raises(PaperHandedIn):
            operations.hand_in_paper(
                brand=brand, kind=kind, data=goods.paper(f"licence {brand.code}"), at=AT
            )
        assert Paper.objects.filter(brand=brand).count() == 2
        assert set(private_storage().listdir(f"papers/{brand.code}")[1]) == held


class TestContracts:
    def offer(self, brand: Brand, **other: object) -> Contract:
        terms: dict[str, Any] = {"fees": {"": 500}, "deposit_minor": 100_000, "terms": "…"}
        return operations.offer_contract(brand=brand, by=OLGA, at=AT, **(terms | other))

    def vetted(self) -> Brand:
        brand = goods.applied_brand()
        accept_papers(brand)
        return operations.vet_brand(brand=brand, accepted=True, reason="good", by=OLGA, at=AT)

    def sign(self, brand: Brand, version: int, *, confirms: bool = True) -> Contract:
        return operations.sign_contract(
            brand=brand, version=version, confirms_guarantee=confirms, by="owner", at=AT
        )

    def test_only_a_vetted_brand_is_offered_one(self) -> None:
        with pytest.raises(WrongBrandState):
            self.offer(goods.applied_brand())
        assert not Contract.objects.exists()

    def test_unclear_terms_are_refused(self) -> None:
        brand = self.vetted()
        with pytest.raises(FeesUnclear):
            self.offer(brand, fees={"home": 500})
        with pytest.raises(DepositUnclear):
            self.offer(brand, deposit_minor=-1)
        assert not Contract.objects.exists()

    def test_the_newest_version_is_signed_once_with_the_guarantee(self) -> None:
        brand = self.vetted()
        self.offer(brand)
        self.offer(brand, fees={"": 600})
        with pytest.raises(ContractReplaced):
            self.sign(brand, 1)
        with pytest.raises(GuaranteeMissing):
            self.sign(brand, 2, confirms=False)
        assert states(brand)[-1] == "vetted"
        self.sign(brand, 2)
        with pytest.raises(ContractSigned):
            self.sign(brand, 2)
        assert states(brand)[-1] == "active"
        assert fee_bp(brand, "home") == 600
        file = queries.brand_file(code=brand.code, at=AT)
        assert file.deposit_due.minor == 100_000

    def test_the_signed_version_holds_until_the_next_is_signed(self) -> None:
        brand = goods.active_brand(fees={"": 500, "home": 800})
        self.offer(brand, fees={"": 100})
        assert fee_bp(brand, "towels", "home") == 800
        self.sign(brand, 2)
        assert fee_bp(brand, "towels", "home") == 100
        assert states(brand)[-1] == "active"


class TestMembers:
    def test_a_brand_keeps_an_owner(self) -> None:
        mei, bao = goods.person(), goods.person()
        brand = goods.applied_brand(owner=mei)
        operations.add_member(brand=brand, person=bao, role=BrandMember.Role.GOODS, at=AT)
        with pytest.raises(AlreadyMember):
            operations.add_member(brand=brand, person=bao, role=BrandMember.Role.OWNER, at=AT)
        with pytest.raises(LastOwner):
            operations.end_member(brand=brand, person=mei, at=AT)
        operations.end_member(brand=brand, person=bao, at=AT)
        assert queries.membership(person=bao, brand=brand) is None
        assert [row.brand for row in queries.memberships_of(person=mei)] == [brand]


def test_the_logo_is_a_checked_picture() -> None:
    brand = operations.set_logo(brand=goods.applied_brand(), data=goods.picture())
    assert default_storage.exists(str(brand.logo.name))
    assert brand.logo.url.endswith(".webp")


def test_the_queue_counts_what_waits() -> None:
    brand = goods.applied_brand()
    goods.active_brand(name="Nordwind")
    rows = queries.brand_queue(state=Brand.State.APPLIED)
    assert [(row.brand, row.papers_waiting, row.samples_waiting) for row in rows] == [(brand, 2, 0)]
    assert queries.brand_counts() == {"applied": 1, "active": 1}


def test_doctor_finds_a_state_that_no_step_gave() -> None:
    brand = goods.applied_brand()
    Brand.objects.filter(id=brand.id).update(state=Brand.State.ACTIVE)
    private_storage().delete(str(Paper.objects.all()[0].file.name))
    assert [check.ok for check in doctor.checks()] == [False, False, False]
