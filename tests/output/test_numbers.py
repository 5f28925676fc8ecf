import pytest

from ner_service.output.numbers import duration


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.4, "< 1 s"), (59, "59 s"), (61, "1 min 1 s"), (7_260, "2 h 1 min"), (180_000, "2 d 2 h")],
)
def test_a_duration_has_its_two_greatest_units(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown
