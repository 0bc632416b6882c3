"""Amounts and prices in templates."""

from django.template import Context, Template

from shoal.kit.money import Money


def rendered(source, **values: object):
    return Template("{% load shoal %}" + source).render(Context(values))


def test_a_price_strikes_out_only_a_higher_one():
    now, before = Money(900, "CNY"), Money(1_200, "CNY")
    assert "¥12.00" in rendered("{% price now was=before %}", now=now, before=before)
    assert "price-was" not in rendered("{% price now was=before %}", now=before, before=now)
    assert "price-was" not in rendered('{% price now was="" %}', now=now)


def test_the_filter_writes_nothing_for_nothing():
    assert rendered("{{ amount|money }}", amount=None) == ""
    assert rendered("{{ amount|money }}", amount=Money(100, "CNY")) == "¥1.00"
