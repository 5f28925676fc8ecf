"""Old print and scans are read in today's letters."""

import pytest

from ner_service.text.old_print import drop_hard_sign, modernise
from tests.text.units import units


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Сас0во, БЕЛ0ЗЕРСКИЙ", "Сасово, БЕЛОЗЕРСКИЙ"),
        ("0ка, 0СИП и 0льга", "Ока, ОСИП и Ольга"),
        ("10 тонн, 10км, 2,0кг", "10 тонн, 10км, 2,0кг"),
        ("М-0, С0, 0 и 007", "М-0, С0, 0 и 007"),
        ("Ѳома Бѣлинскій", "Фома Белинский"),
        ("СВѢТЛАНА", "СВЕТЛАНА"),
    ],
)
def test_a_letter_is_read_as_todays(text: str, meant: str) -> None:
    assert modernise(text) == meant


@pytest.mark.parametrize(
    ("word", "meant"),
    [("трестъ", "трест"), ("Съ", "С"), ("Ъ", "Ъ"), ("объект", "объект"), ("АГЕНТЪ", "АГЕНТ")],
)
def test_a_hard_sign_at_the_end_of_a_word_goes(word: str, meant: str) -> None:
    assert drop_hard_sign(word) == meant


def test_tokens_stand_where_the_old_words_are() -> None:
    text = "съ Ѳомой въ Сас0вѣ"
    (unit,) = units(text, 64)
    assert [token.text for token in unit] == ["с", "Фомой", "в", "Сасове"]
    assert [text[token.start : token.end] for token in unit] == text.split()
