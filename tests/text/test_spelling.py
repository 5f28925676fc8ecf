"""Words as they are meant, whatever characters they are made of."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service.text import spelling
from ner_service.text.bare_text import make_bare
from ner_service.text.spelling import CYRILLIC, LATIN, WITH_LATIN, drop_marks, respell, unmix
from ner_service.types import Tagger
from tests.text.units import units

odd = st.text(f"{LATIN}{CYRILLIC}qЯж- \u0301\u0300\u0306\u0308\u00ad\u2060\ufeff", max_size=30)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("Пу́шкин", "Пушкин"),
        ("Алекса\u0300ндр", "Александр"),
        ("Пуш\u00adкин", "Пушкин"),
        ("\ufeffАнна", "Анна"),
        (unicodedata.normalize("NFD", "Андрей Фёдоров"), "Андрей Фёдоров"),
        ("e\u0301te\u0301", "été"),
        ("e\u0323\u0302", "ệ"),
        ("e" + 5 * "\u0301", "e"),
        ("Анна", "Анна"),
        ("П\u0341у\u0332ш\u0336кин", "Пушкин"),
        ("\u202aАнна\u202c", "Анна"),
        ("Nestle\u2064\u2064", "Nestle"),
        ("\u00ad", "\u00ad"),
        ("\u0301", "\u0301"),
    ],
)
def test_what_is_not_to_be_seen_goes(word: str, meant: str) -> None:
    assert respell(word) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Mocквa и OOО «Poмaшкa»", "Москва и ООО «Ромашка»"),
        ("Алексáндр", "Александр"),
        ("Аррlе и Gооgle", "Apple и Google"),
        ("П\u00adoчтa", "П\u00adочта"),
        ("Яndex, IT-отдел, COVID", "Яndex, IT-отдел, COVID"),
        ("BMW и МТС", "BMW и МТС"),
        ("Nо 17, Nоль", "№\u2060 17, Nоль"),
        ("Бродскiй в Kiевѣ", "Бродский в Киевѣ"),
        ("iМас и Петр II", "iMac и Петр II"),
    ],
)
def test_a_word_is_of_one_alphabet_where_it_can_be(text: str, meant: str) -> None:
    assert unmix(text) == meant


@given(odd)
def test_offsets_stay_and_twice_is_once(text: str) -> None:
    once = unmix(text)
    assert len(once) == len(text)
    assert unmix(once) == once
    assert respell(respell(text)) == respell(text)


def test_tokens_stand_where_they_are_in_the_text() -> None:
    text = "\ufeffВ Мocкву приехал Андреи\u0306 Пу́шкин\u00ad."
    (unit,) = units(text, 64)
    assert [token.text for token in unit] == ["В", "Москву", "приехал", "Андрей", "Пушкин", "."]
    assert (unit[0].start, unit[4].end) == (1, text.index("\u00ad"))
    assert text[unit[3].start : unit[3].end] == "Андреи\u0306"
    assert text[unit[1].start : unit[1].end] == "Мocкву"


NEWS = "Посол Израиля Йоэль Лион и Андрей Фёдоров приехали в Москву."


@pytest.mark.parametrize(
    "text",
    [
        NEWS.replace("Лион", "Лио\u0301н").replace("Москву", "Москву\u0301"),
        NEWS.replace("Израиля", "Из\u00adра\u00adи\u00adля").replace("Москву", "Моск\u00adву"),
        unicodedata.normalize("NFD", NEWS),
        NEWS.replace("Лион", "Лиoн").replace("Москву", "Mockву"),
    ],
    ids=["stress", "hyphens", "apart", "latin"],
)
def test_our_tagger_finds_a_name_however_it_is_written(
    text: str, shipped: Callable[[str], Tagger]
) -> None:
    tag = shipped("bilstm").tag
    found = [(e.label, respell(unmix(text[e.start : e.end]))) for e in tag([text])[0]]
    assert found == [(e.label, NEWS[e.start : e.end]) for e in tag([NEWS])[0]]
    assert len(found) == 4


@given(odd)
def test_words_are_unmixed_as_where_every_word_is_looked_at(text: str) -> None:
    assert unmix(text) == WITH_LATIN.sub(lambda word: spelling._unmix(word[0]), text)


@given(odd)
def test_a_bare_text_is_respelled_and_knows_where_its_characters_stood(text: str) -> None:
    bare = make_bare(text)
    assert bare.text == drop_marks(text)
    assert len(bare.text) == len(bare.starts) == len(bare.ends)
    for n, char in enumerate(bare.text):
        start, end = bare.bounds(n, n + 1)
        assert drop_marks(text[start:end]) == char
