"""Standing offers, sales, money, the team, joining."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from shoal.brands import operations as brands
from shoal.brands.models import Brand, BrandMember, Paper
from shoal.kit.clock import now
from shoal.offers.models import FlashSale, Offer
from shoal.offers.operations import judge_sale
from shoal.people.models import Invitation
from shoal.people.operations import NewPerson, add_people
from tests import goods, trade
from tests.goods import DAY, HOUR
from tests.web.supply.cast import signed_in

pytestmark = pytest.mark.django_db
TERMS = {"supply": "70", "sale": "100", "percent": "20", "floor": "90", "cap": "120"}


def url(name: str, *args: str) -> str:
    return reverse(f"supply:{name}", args=args)


def when(at) -> str:
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"


def test_a_standing_offer_says_who_gets_what(staff, market):
    product = goods.live_product(market.brand)
    codes = [sku.code for sku in product.skus.all()]
    here = f"{url('new-offer')}?product={product.code}"
    assert staff.goods.get(here).context["split"] is None
    assert staff.goods.post(here, {**TERMS, "skus": codes}).status_code == 302
    made = Offer.objects.filter(sku__product=product)
    assert {(row.supply_minor, row.sale_minor, row.rate_bp) for row in made} == {
        (7000, 10000, 2000)
    }
    split = staff.goods.get(url("offer", made[0].code)).context["split"]
    assert (split.brand.minor, split.keeper.minor, split.platform.minor) == (7000, 2000, 1000)


def test_terms_that_leave_too_little_for_the_platform(staff, market):
    product = goods.live_product(market.brand)
    codes = [sku.code for sku in product.skus.all()]
    page = staff.goods.post(
        f"{url('new-offer')}?product={product.code}", {**TERMS, "supply": "78", "skus": codes}
    )
    assert page.status_code == 422
    assert "below the contract" in page.content.decode()
    assert not page.context["split"].fits
    assert not Offer.objects.filter(sku__product=product).exists()


def test_new_terms_and_a_page_that_was_open_too_long(staff, market):
    offer = market.offer
    sent = {**TERMS, "sale": "110", "version": str(offer.version)}
    assert staff.goods.post(url("offer", offer.code), sent).status_code == 302
    again = staff.goods.post(url("offer", offer.code), {**sent, "sale": "105"})
    assert again.status_code == 422
    assert "in the meantime" in again.content.decode()
    offer.refresh_from_db()
    assert offer.sale_minor == 11_000
    staff.goods.post(url("withdraw-offer", offer.code), {"reason": "season is over"})
    offer.refresh_from_db()
    assert offer.state == "withdrawn"


def drafted(staff) -> FlashSale:
    at = now()
    sent = {"title_zh": "夏日专场", "starts_at": when(at + HOUR), "ends_at": when(at + DAY)}
    assert staff.goods.post(url("new-sale"), sent).status_code == 302
    return FlashSale.objects.get(titles__zh="夏日专场")


def applied(staff, sku, **changes: str):
    sent = {f"{sku.code}-{name}": text for name, text in {**TERMS, "quantity": "4"}.items()}
    sent |= {f"{sku.code}-{name}": text for name, text in changes.items()}
    sale = FlashSale.objects.get()
    return staff.goods.post(url("sale-offers", sale.code), {**sent, "sku": sku.code})


def test_a_sale_from_draft_to_progress(staff, market):
    sale, sku = drafted(staff), market.offer.sku
    page = staff.goods.get(f"{url('sale-offers', sale.code)}?product={sku.product.code}")
    assert [row.sku for row, _ in page.context["rows"]] == list(sku.product.skus.all())
    assert applied(staff, sku, per_customer="2").status_code == 302
    judge_sale(sale=sale, accepted=True, reason="lovely", by="olga", at=now())
    page = staff.goods.get(url("sale", sale.code))
    assert [(row["sold"], row["total"]) for row in page.context["rows"]] == [(0, 4)]
    assert "lovely" in page.content.decode()


def test_a_refused_sale_comes_back_with_its_rows(staff, market):
    sale, sku = drafted(staff), market.offer.sku
    applied(staff, sku)
    judge_sale(sale=sale, accepted=False, reason="too close to the last one", by="olga", at=now())
    assert "too close" in staff.goods.get(url("sale", sale.code)).content.decode()
    page = staff.goods.get(url("sale-offers", sale.code))
    [(row, _)] = page.context["rows"]
    assert (row["quantity"].value(), row["sale"].value()) == (4, "100.00")


def test_more_than_there_is_and_terms_that_cannot_be(staff, market):
    drafted(staff)
    sku = market.offer.sku
    assert "not that many left" in applied(staff, sku, quantity="99").content.decode()
    page = applied(staff, sku, floor="10")
    [(row, _)] = page.context["rows"]
    assert "a keeper would pay" in str(row.non_field_errors())
    assert FlashSale.objects.get().state == "draft"
    assert not Offer.objects.filter(sale__isnull=False).exists()


def test_another_brands_variants_cannot_be_put_into_a_sale(staff, market):
    drafted(staff)
    other = goods.live_product(goods.active_brand(name="Nordwind"))
    page = applied(staff, other.skus.all()[0])
    assert page.context["rows"] == []
    assert not Offer.objects.filter(sale__isnull=False).exists()


def test_money_names_each_line_and_how_it_comes_about(staff, market):
    order = trade.order(market, quantity=2, at=now())
    trade.pay(order, at=now())
    page = staff.money.get(url("money"))
    [row] = page.context["rows"]
    assert row.amount.minor == 14_000
    assert row.how == "2 × ¥70.00 supply price"
    [earned] = page.context["earnings"]
    assert earned.on_its_way.minor == 14_000


def test_invitations_by_mail(staff, market):
    sent = {"email": "ning@haifeng.example", "role": "warehouse"}
    assert staff.owner.post(url("invitations"), sent).status_code == 302
    invitation = Invitation.objects.get(subject=market.brand.id)
    assert invitation.role == "warehouse"
    assert "ning@haifeng.example" in staff.owner.get(url("team")).content.decode()
    staff.owner.post(url("withdraw-invitation", invitation.code))
    assert "ning@haifeng.example" not in staff.owner.get(url("team")).content.decode()
    page = staff.owner.post(url("invitations"), {"email": "nobody", "role": "warehouse"})
    assert page.status_code == 422


def test_somebody_leaves_but_never_the_last_owner(staff, market):
    members = {row.role: row for row in BrandMember.objects.filter(brand=market.brand)}
    packer = members["warehouse"].person
    staff.owner.post(url("end-member", packer.code))
    assert BrandMember.objects.get(person=packer).until_at
    assert staff.warehouse.get(url("parcels")).status_code == 403


def test_a_brand_joins(db):
    [nils] = add_people(entries=[NewPerson("13700000099", "Nils", "en")], at=now())
    client = signed_in(nils)
    sent = {"name_zh": "北风", "name_en": "Nordwind", "story_zh": "来自北方"}
    assert client.post(url("apply"), sent)["Location"] == url("application")
    brand = Brand.objects.get()
    liar = SimpleUploadedFile("licence.pdf", b"MZ")
    page = client.post(url("papers"), {"kind": "licence", "file": liar})
    assert page.status_code == 422
    assert "cannot read this file" in page.content.decode()
    for kind in ("licence", "trademark"):
        file = SimpleUploadedFile("x.pdf", goods.paper(kind))
        assert client.post(url("papers"), {"kind": kind, "file": file}).status_code == 302
    first = Paper.objects.filter(brand=brand)[0]
    assert b"%PDF" in b"".join(client.get(url("paper", first.code)).streaming_content)
    sample = brands.ask_for_sample(brand=brand, wanted="one cup", by="olga", at=now())
    assert "one cup" in client.get(url("application")).content.decode()
    client.post(url("sample", sample.code), {"tracking": "SF123"})
    sample.refresh_from_db()
    assert sample.tracking == "SF123"


def test_a_contract_is_signed_with_its_guarantee(db):
    [nils] = add_people(entries=[NewPerson("13700000099", "Nils", "en")], at=now())
    client = signed_in(nils)
    brand = goods.applied_brand(name="北风", owner=nils)
    for row in Paper.objects.filter(brand=brand):
        brands.judge_paper(code=row.code, accepted=True, reason="", by="olga", at=now())
    brands.vet_brand(brand=brand, accepted=True, reason="fine", by="olga", at=now())
    brands.offer_contract(
        brand=brand, fees={"": 500}, deposit_minor=100, terms="We agree.", by="olga", at=now()
    )
    assert "We agree." in client.get(url("contract")).content.decode()
    page = client.post(url("contract"), {"version": "1", "read": "on"})
    assert page.context["form"].errors["guarantee"]
    sent = {"version": "1", "read": "on", "guarantee": "on"}
    assert client.post(url("contract"), sent).status_code == 302
    brand.refresh_from_db()
    assert brand.state == "active"


def test_reports_hide_who_wrote_what(staff, market):
    brands.report_counterfeit(
        brand=market.brand, reporter=market.alice, text="the seam is wrong", at=now(),
        product=market.offer.sku.product_id,
    )  # fmt: skip
    page = staff.owner.get(url("reports")).content.decode()
    assert market.offer.sku.product.titles["en"] in page
    assert "the seam is wrong" not in page
    assert "爱丽" not in page


def test_a_name_that_was_vetted_stays_and_the_story_changes(staff, market):
    sent = {"name_zh": "别的名字", "story_zh": "海边来的"}
    staff.owner.post(url("settings"), sent)
    market.brand.refresh_from_db()
    assert market.brand.names == {"zh": "海风"}
    assert market.brand.stories == {"zh": "海边来的"}
    logo = SimpleUploadedFile("logo.png", goods.picture())
    staff.owner.post(url("settings"), {"logo-sent": "1", "logo": logo})
    market.brand.refresh_from_db()
    assert market.brand.logo
