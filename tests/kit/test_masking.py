"""Enough to recognise, not enough to use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.kit import masking


@pytest.mark.parametrize(("name", "masked"), [
    ("王小美", "王**"), ("王", "王*"), ("Alice Smith", "A*** S***"), ("  ", ""), ("Jo", "J***"),
])  # fmt: skip
def test_names(name, masked):
    assert masking.mask_name(name) == masked


@pytest.mark.parametrize(("phone", "masked"), [
    ("+8613812345678", "138****5678"), ("13812345678", "138****5678"),
    ("+447400123456", "+44 **** 3456"), ("123", "****"), ("", "****"),
])  # fmt: skip
def test_phones(phone, masked):
    assert masking.mask_phone(phone) == masked


@given(st.from_regex(r"\+861[3-9][0-9]{9}", fullmatch=True))
def test_a_masked_phone_hides_its_middle(phone):
    assert phone[6:10] not in masking.mask_phone(phone).replace(phone[-4:], "")


def test_an_email_keeps_its_domain():
    assert masking.mask_email("mei@shop.example") == "m***@shop.example"
    assert masking.mask_email("mei") == "***"


def test_an_address_never_leads_to_a_door():
    where = {"province": "上海市", "city": "上海市", "district": "黄浦区", "street": "南京路 1 号"}
    assert masking.mask_address(where) == "上海市 黄浦区 ****"
    assert masking.mask_address({}) == "****"
