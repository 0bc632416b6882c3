"""What a refusal says."""

import pytest

from shoal.kit.amounts import NO_BREAK
from shoal.kit.errors import Refused
from shoal.kit.money import Money


class TooDear(Refused):
    """You can ask for {most} at most, {name}."""

    code = "test_too_dear"


@pytest.mark.parametrize(
    ("most", "written"),
    [
        (Money(3_000, "CNY"), "¥30.00"),
        (Money(3_000, "JPY"), "JP¥3,000"),
        (Money(3_000, "KWD"), f"KWD{NO_BREAK}3.000"),
    ],
)
def test_money_in_a_refusal_is_written_as_on_pages(most, written):
    refused = TooDear(most=most, name="Alice")
    assert refused.sentence == f"You can ask for {written} at most, Alice."
    assert refused.facts["most"] == most
