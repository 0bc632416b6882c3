"""What processes wrote down is told in words; what people wrote stands as it is."""

import pytest
from django.utils import translation

from shoal.web.reasons import reason_words


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("case qtfngjhgys: broken", "Case qtfngjhgys: Arrived broken"),
        ("case qtfngjhgys", "Case qtfngjhgys"),
        ("case qtfngjhgys: taken over", "Case qtfngjhgys"),
        ("arrived at the payer", "the money is back with the payer"),
        ("in case of rain: broken", "in case of rain: broken"),
        ("外箱受潮", "外箱受潮"),
    ],
)
def test_a_process_s_reason_is_told_and_a_person_s_stands(written: str, told: str) -> None:
    with translation.override("en"):
        assert reason_words(written) == told
