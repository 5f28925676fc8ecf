"""Figures about names against their definitions, counted the long way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service.scoring.names import BaseForm, BaseFormRates, b_cubed, is_part_right

FORMS = [
    BaseForm("Ивана", "Иван", "Иван"),
    BaseForm("Москве", "Москва", "МОСКВА"),
    BaseForm("Петра", "Пётр", "Петр"),
    BaseForm("Лиона", "Лион", "Лиона"),
    BaseForm("Анна", "Анна", "Анн"),
    BaseForm("Сочи", "Сочи", "Сочи"),
    BaseForm("Раабу", "Рааб", None),
    BaseForm("Google", "Google", None),
]


def test_base_forms_are_right_inflected_spoiled_or_missing() -> None:
    rates = BaseFormRates.of(FORMS)
    assert rates.count == 8
    assert rates.right == 4 / 8
    assert rates.inflected == 3 / 5
    assert rates.spoiled == 1 / 3
    assert rates.missing == 2 / 8


def test_there_are_no_rates_of_nothing() -> None:
    assert BaseFormRates.of([]) == BaseFormRates(0, None, None, None, None)
    assert b_cubed([]) is None


pairs = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=12)


@given(pairs)
def test_b_cubed_is_the_mean_over_mentions_of_what_their_sets_share(
    mentions: list[tuple[int, int]],
) -> None:
    precisions, recalls = [], []
    for name, group in mentions:
        gold = {n for n, pair in enumerate(mentions) if pair[0] == name}
        found = {n for n, pair in enumerate(mentions) if pair[1] == group}
        precisions.append(len(gold & found) / len(found))
        recalls.append(len(gold & found) / len(gold))
    joining = b_cubed(mentions)
    assert joining is not None
    assert joining.precision == pytest.approx(sum(precisions) / len(mentions))
    assert joining.recall == pytest.approx(sum(recalls) / len(mentions))
    p, r = joining.precision, joining.recall
    assert joining.f1 == pytest.approx(2 / (1 / p + 1 / r))


@given(pairs)
def test_gold_groups_are_perfect_and_lone_mentions_precise(mentions: list[tuple[int, int]]) -> None:
    perfect = b_cubed((name, name) for name, _ in mentions)
    alone = b_cubed((name, n) for n, (name, _) in enumerate(mentions))
    assert perfect is not None
    assert alone is not None
    assert (perfect.precision, perfect.recall, alone.precision) == (1, 1, 1)


@pytest.mark.parametrize(
    ("predicted", "accepted", "is_right"),
    [
        ("Пётр", ["Петр"], True),
        ("А.", ["А"], True),
        ("Чен Ир", ["Чен", "Ир"], True),
        ("Жан-Мари", ["Жан", "Мари"], True),
        ("Петра", ["Пётр"], False),
        (None, ["Пётр"], False),
        ("Чен Ын", ["Чен", "Ир"], False),
    ],
)
def test_a_part_is_right_if_it_is_accepted_or_made_of_accepted_ones(
    predicted: str | None, accepted: list[str], is_right: bool
) -> None:
    assert is_part_right(predicted, accepted) is is_right
