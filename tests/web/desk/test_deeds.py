"""What operators decide: each deed with its reason, each refusal with nothing changed."""

import logging
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from shoal.brands import operations as brands
from shoal.brands.models import Brand, BrandStep, Contract, Paper, Sample
from shoal.catalog import operations as catalog
from shoal.catalog.models import Category, Product, Revision
from shoal.catalog.operations_revisions import propose_revision
from shoal.kit.clock import now
from shoal.kit.ids import short_code
from shoal.offers.making import NewOffer
from shoal.offers.models import FlashSale
from shoal.offers.operations import apply_for_sale
from shoal.orders.models import Order, RefundApproval
from shoal.orders.shipping import report_problem
from shoal.payments.models import Refund
from shoal.people.models import Invitation, Operator, Terms
from shoal.shops.models import Shop, ShopStep
from tests import goods, trade
from tests.goods import DAY, HOUR

pytestmark = pytest.mark.django_db


def post(client, name, *args: str, **form: str):
    return client.post(reverse(f"desk:{name}", args=args), form, follow=True)


def said(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def test_a_brand_is_vetted_from_papers_to_contract(sign_in):
    vera = sign_in("vetting")
    brand = goods.applied_brand()
    code = brand.code
    post(vera, "samples", code, reason="一件衬衫")
    sample = Sample.objects.get(brand=brand)
    for paper in Paper.objects.filter(brand=brand):
        post(vera, "paper-verdict", code, paper.code, accepted="yes")
    refused = post(vera, "brand-verdict", code, accepted="yes", reason="all in order")
    assert "samples have not been judged" in said(refused)
    assert Brand.objects.get(code=code).state == Brand.State.SAMPLES
    post(vera, "sample-verdict", code, sample.code, accepted="yes")
    without = post(vera, "brand-verdict", code, accepted="yes", reason=" ")
    assert "reason" in said(without)
    assert Brand.objects.get(code=code).state == Brand.State.SAMPLES
    post(vera, "brand-verdict", code, accepted="yes", reason="all in order")
    goods.category()
    offered = post(
        vera, "contract", code, rest="5", deposit="1000", terms="…", fee_home="6.5",
        guarantees_authenticity="on",
    )  # fmt: skip
    contract = Contract.objects.get(brand=brand)
    assert (contract.fees, contract.deposit_minor) == ({"": 500, "home": 650}, 100_000)
    page = offered.content.decode()
    assert "Vera" in page
    assert "all in order" in page
    assert "6.5%" in page


def test_a_contract_that_cannot_be_offered_keeps_what_was_typed(sign_in):
    vera = sign_in("vetting")
    for brand, rest in ((goods.active_brand(), "500"), (goods.applied_brand(), "5")):
        before = Contract.objects.count()
        response = post(vera, "contract", brand.code, rest=rest, terms="these terms")
        assert response.status_code == 422
        assert "these terms" in response.content.decode()
        assert Contract.objects.count() == before


def test_a_refused_paper_needs_a_reason(sign_in):
    brand = goods.applied_brand()
    paper = Paper.objects.filter(brand=brand)[0]
    assert "reason" in said(post(sign_in("vetting"), "paper-verdict", brand.code, paper.code))
    assert Paper.objects.get(id=paper.id).verdict == ""


def test_a_paper_is_a_download_and_nothing_else(sign_in):
    brand, other = goods.applied_brand(), goods.applied_brand(name="北风")
    paper = Paper.objects.filter(brand=brand)[0]
    vera = sign_in("vetting")
    response = vera.get(reverse("desk:paper", args=[brand.code, paper.code]))
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in response["Cache-Control"]
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert vera.get(reverse("desk:paper", args=[other.code, paper.code])).status_code == 404


def test_a_brand_is_suspended_and_restored_with_reasons(sign_in, market):
    vera, code = sign_in("vetting"), market.brand.code
    assert "reason" in said(post(vera, "brand-suspension", code))
    assert Brand.objects.get(code=code).state == Brand.State.ACTIVE
    post(vera, "brand-suspension", code, reason="a report was upheld")
    assert Brand.objects.get(code=code).state == Brand.State.SUSPENDED
    post(vera, "brand-suspension", code, reason="cleared", restore="1")
    assert Brand.objects.get(code=code).state == Brand.State.ACTIVE
    last = BrandStep.objects.filter(brand=market.brand).last()
    assert last is not None
    assert last.reason == "cleared"


def test_products_and_edits_are_judged(sign_in, market):
    vera, brand, at = sign_in("vetting"), market.brand, now()
    new = catalog.add_product(
        brand=brand, entry=goods.new_product(short_code(6)), by="owner", at=at
    )
    catalog.propose_product(product=new, by="owner", at=at)
    assert "reason" in said(post(vera, "product-verdict", new.code, accepted="no"))
    assert Product.objects.get(id=new.id).state == Product.State.PROPOSED
    post(vera, "product-verdict", new.code, accepted="yes")
    assert Product.objects.get(id=new.id).state == Product.State.LIVE
    titles = {"zh": "亚麻长衬衫", "en": "Long linen shirt"}
    revision = propose_revision(product=new, changes={"titles": titles}, by="owner", at=at)
    page = vera.get(reverse("desk:revision", args=[revision.code])).content.decode()
    assert "<ins>" in page
    assert "<del>" in page
    post(vera, "revision-verdict", revision.code, accepted="yes")
    assert Revision.objects.get(id=revision.id).verdict == "accepted"
    assert Product.objects.get(id=new.id).titles == titles
    post(vera, "product-verdict", new.code, withdraw="1", reason="recalled")
    assert Product.objects.get(id=new.id).state == Product.State.WITHDRAWN


@pytest.fixture
def applied(market) -> FlashSale:
    at = now()
    sale = goods.drafted_sale(market.brand, starts_at=at + HOUR, ends_at=at + DAY)
    product = goods.live_product(market.brand, at=at)
    entries = [NewOffer(sku.id, goods.terms(), 3) for sku in product.skus.all()]
    apply_for_sale(sale=sale, offers=entries, by="owner", at=at)
    return sale


def window(sale: FlashSale, **changes: str) -> dict[str, str]:
    moments = {name: getattr(sale, name) for name in ("starts_at", "ends_at", "trailer_at")}
    shown = {k: f"{timezone.localtime(v):%Y-%m-%dT%H:%M}" for k, v in moments.items()}
    return {**shown, **changes}


def test_a_sale_is_scheduled_as_it_was_asked_for_to_the_second(sign_in, applied):
    vera = sign_in("vetting")
    page = vera.get(reverse("desk:sale", args=[applied.code])).content.decode()
    for amount in ("¥70.00", "¥20.00", "¥10.00"):
        assert amount in page
    post(vera, "sale-verdict", applied.code, accepted="yes", **window(applied))
    sale = FlashSale.objects.get(id=applied.id)
    assert sale.state == FlashSale.State.SCHEDULED
    assert (sale.starts_at, sale.ends_at) == (applied.starts_at, applied.ends_at)
    assert sale.title in vera.get(reverse("desk:calendar")).content.decode()
    post(vera, "sale-cancellation", applied.code, reason="the brand asked")
    assert FlashSale.objects.get(id=applied.id).state == FlashSale.State.CANCELLED


def test_a_window_that_is_none_is_refused_beside_the_form(sign_in, applied):
    form = window(applied, ends_at="2020-01-01T00:00")
    response = post(sign_in("vetting"), "sale-verdict", applied.code, accepted="yes", **form)
    assert response.status_code == 422
    assert FlashSale.objects.get(id=applied.id).state == FlashSale.State.APPLIED


def test_a_refused_sale_says_why(sign_in, applied):
    vera = sign_in("vetting")
    assert "reason" in said(post(vera, "sale-verdict", applied.code, accepted="no"))
    assert FlashSale.objects.get(id=applied.id).state == FlashSale.State.APPLIED
    post(vera, "sale-verdict", applied.code, accepted="no", reason="the week is full")
    assert FlashSale.objects.get(id=applied.id).state == FlashSale.State.REFUSED


def test_categories_are_added_and_renamed(sign_in, market):
    vera = sign_in("vetting")
    form = {"zh": "灯具", "en": "Lamps", "code": "lamps", "parent": "home", "position": "3"}
    assert post(vera, "categories", **form, tax_bp="13").status_code == 200
    made = Category.objects.get(code="lamps")
    assert (made.tax_bp, made.parent and made.parent.code) == (1300, "home")
    assert post(vera, "categories", **form, tax_bp="13").status_code == 422
    assert post(vera, "categories", **{**form, "code": "No!"}, tax_bp="13").status_code == 422
    post(vera, "category", "lamps", zh="灯", en="Lights", position="1", tax_bp="0")
    assert Category.objects.get(code="lamps").names == {"zh": "灯", "en": "Lights"}


@pytest.fixture
def paid(market) -> Order:
    order = trade.order(market, at=now())
    trade.pay(order, at=now())
    return order


def test_orders_are_found_by_code_phone_and_shop(sign_in, market, paid, caplog):
    otto = sign_in("care")
    with caplog.at_level(logging.INFO, logger="shoal.web.desk.lookup"):
        by_code = post(otto, "look-up", q=paid.code)
        assert by_code.redirect_chain[-1][0] == reverse("desk:order", args=[paid.code])
        assert not caplog.records
        by_phone = post(otto, "look-up", q="138 0000 0011")
        assert paid.code in by_phone.content.decode()
        nobody = post(otto, "look-up", q="13999999999")
    assert "Nothing found" in said(nobody)
    assert len(caplog.records) == 2
    assert "13800000011" not in caplog.text.replace(" ", "")
    assert "13999999999" not in caplog.text
    assert "00000011" not in "".join(address for address, _ in by_phone.redirect_chain)
    assert paid.code in post(otto, "look-up", q=market.shop.code).content.decode()


def test_what_a_brand_cannot_ship_is_seen_at_once(sign_in, market, paid):
    otto, here = sign_in("care"), f"{reverse('desk:orders')}?state=held-up"

    def waiting() -> int:
        rows = otto.get(reverse("desk:today")).context["waiting"]
        return next(row.count for row in rows if row.url == here)

    assert waiting() == 0
    parcel = paid.parcels.get()
    report_problem(brand=market.brand.id, parcel=parcel.code, reason="窑坏了", by="owner", at=now())
    assert waiting() == 1
    other = trade.order(market, at=now())
    text = otto.get(here).content.decode()
    assert paid.code in text
    assert "窑坏了" in text
    assert other.code not in text
    trade.ship(paid, at=now())
    assert waiting() == 0
    assert paid.code not in otto.get(here).content.decode()


def test_the_order_file_tells_shares_and_reasons_and_hides_the_address(sign_in, paid):
    page = sign_in("care").get(reverse("desk:order", args=[paid.code])).content.decode()
    for amount in ("¥70.00", "¥20.00", "¥10.00", "¥100.00"):
        assert amount in page
    assert "one-level/1" in page
    assert "Escrow" in page
    assert "13800000011" not in page


def test_a_partner_whose_clock_is_behind_does_not_turn_the_story_round(sign_in, market):
    order = trade.order(market, at=now())
    trade.pay(order, at=order.placed_at - timedelta(seconds=1))
    page = sign_in("care").get(reverse("desk:order", args=[order.code]))
    assert [step.title for step in page.context["steps"]] == ["Paid, being packed", "Not paid yet"]


def test_a_refund_takes_two_people(sign_in, paid):
    otto, mona = sign_in("care"), sign_in("money")
    assert "reason" in said(post(otto, "order-refund", paid.code))
    assert not RefundApproval.objects.exists()
    post(mona, "order-refund", paid.code, reason="damaged on arrival")
    wish = RefundApproval.objects.get()
    assert "two people" in said(post(mona, "refund-decision", wish.code, accepted="yes"))
    assert Order.objects.get(id=paid.id).state == Order.State.PAID
    assert post(otto, "refund-decision", wish.code, accepted="yes").status_code == 403
    post(sign_in("admin"), "refund-decision", wish.code, accepted="yes")
    assert Order.objects.get(id=paid.id).state == Order.State.REFUNDED
    refund = Refund.objects.get()
    page = mona.get(reverse("desk:refund", args=[refund.code])).content.decode()
    assert "damaged on arrival" in page


def test_a_stuck_refund_is_sent_once_more(sign_in, paid):
    mona, olga = sign_in("money"), sign_in("admin")
    post(mona, "order-refund", paid.code, reason="damaged")
    post(olga, "refund-decision", RefundApproval.objects.get().code, accepted="yes")
    refund = Refund.objects.get()
    assert "not waiting" in said(post(mona, "refund-retry", refund.code))
    Refund.objects.update(state=Refund.State.FAILED, next_at=None)
    assert refund.code in mona.get(reverse("desk:refunds")).content.decode()
    post(mona, "refund-retry", refund.code)
    assert Refund.objects.get().state == Refund.State.WANTED


def test_transfers_are_narrowed_by_account_day_and_party(sign_in, market, paid):
    mona, here = sign_in("money"), reverse("desk:transfers")
    today = f"{timezone.localtime(now()):%Y-%m-%d}"
    assert len(mona.get(here, {"account": "escrow", "day": today}).context["rows"]) == 1
    assert mona.get(here, {"account": "escrow", "day": "2020-01-01"}).context["rows"] == []
    assert mona.get(here, {"party": market.brand.code}).context["rows"] == []
    assert mona.get(here, {"day": "no day", "account": "nonsense"}).status_code == 200
    assert mona.get(here, {"party": "nobody"}).status_code == 404


def test_a_shop_is_stopped_and_opened_with_reasons(sign_in, market):
    otto, code = sign_in("care"), market.shop.code
    assert "reason" in said(post(otto, "shop-suspension", code))
    assert Shop.objects.get(code=code).state == Shop.State.OPEN
    post(otto, "shop-suspension", code, reason="fake reviews")
    page = post(otto, "shop-suspension", code, reason="settled", restore="1").content.decode()
    assert Shop.objects.get(code=code).state == Shop.State.OPEN
    assert "fake reviews" in page
    assert ShopStep.objects.filter(shop=market.shop, by="").count() == 0


def test_a_report_is_read_and_judged(sign_in, market):
    otto = sign_in("care")
    report = brands.report_counterfeit(
        brand=market.brand, reporter=market.alice, text="标签不对", at=now()
    )
    assert "标签不对" in otto.get(reverse("desk:reports")).content.decode()
    assert "reason" in said(post(otto, "report-verdict", report.code, accepted="yes"))
    post(otto, "report-verdict", report.code, accepted="yes", reason="the lab agrees")
    report.refresh_from_db()
    assert (report.verdict, report.reason) == ("upheld", "the lab agrees")
    assert Brand.objects.get(id=market.brand.id).state == Brand.State.ACTIVE


def test_terms_are_published_only_when_they_change(olga):
    newest = Terms.objects.order_by("-version").first()
    assert newest is not None
    assert post(olga, "terms", **newest.texts).status_code == 422
    # Who has signed in goes on ordering on what she accepted: nothing else is promised.
    assert "signs in or orders" not in olga.get(reverse("desk:terms")).content.decode()
    told = said(post(olga, "terms", zh="一\n新的条款", en="One\nNew terms"))
    assert "when she signs in next" in told
    assert Terms.objects.order_by("-version")[0].version == newest.version + 1


def test_people_are_invited_and_dismissed_but_never_the_last_admin(olga, staff):
    post(olga, "team", email="new@shoal.example", role="care")
    invitation = Invitation.objects.get()
    assert "new@shoal.example" in olga.get(reverse("desk:team")).content.decode()
    post(olga, "withdrawal", invitation.code)
    assert Invitation.objects.get().withdrawn_at is not None
    post(olga, "dismissal", staff["care"].code, role="care")
    assert not Operator.objects.filter(person=staff["care"], until_at=None).exists()
    last = post(olga, "dismissal", staff["admin"].code, role="admin")
    assert "administrator" in said(last)
    assert Operator.objects.filter(person=staff["admin"], until_at=None).exists()


def test_health_tells_what_holds(olga, market):
    page = post(olga, "health")
    assert page.context["checks"]
    assert page.context["wrong"] == 0
