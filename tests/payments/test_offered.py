"""Which partners take payments here, and what the doctor says of one without its keys."""

import pytest

from shoal.payments import doctor, providers
from shoal.payments.providers import default_provider, offered, what_is_missing


@pytest.fixture(autouse=True)
def forget_adapters():
    providers.provider.cache_clear()
    yield
    providers.provider.cache_clear()


def test_several_partners_the_usual_one_first(settings):
    settings.SHOAL_PAY = "sandbox, stripe ,"
    assert offered() == ["sandbox", "stripe"]
    assert default_provider() == "sandbox"


@pytest.mark.parametrize(
    ("pay", "words"),
    [
        ("sandbox", []),
        ("wechat", ["wechat:", "SHOAL_WECHAT_PUBLIC_KEY"]),
        ("sandbox,alipay", ["alipay:", "SHOAL_ALIPAY_APP_ID"]),
        ("wechatpay", ["wechatpay", "alipay, sandbox, stripe, wechat"]),
        ("", ["SHOAL_PAY"]),
    ],
)
def test_what_a_partner_lacks_is_said_in_one_sentence(settings, pay, words):
    settings.SHOAL_PAY = pay
    said = what_is_missing()
    assert len(said) == bool(words)
    assert all(word in said[0] for word in words)


@pytest.mark.django_db
def test_the_doctor_says_it(settings):
    settings.SHOAL_PAY = "wechat"
    told = {check.name: check for check in doctor.checks()}
    missing = told["Every payment partner has its keys"]
    assert not missing.ok
    assert "SHOAL_WECHAT_PUBLIC_KEY" in missing.sentence
