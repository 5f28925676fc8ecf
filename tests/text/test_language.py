"""A text that is not in the tagger's language is told, and no Russian text is."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ner_service import corpora
from ner_service.text import language
from ner_service.text.language import NO_RUSSIAN, OWN_LETTERS, language_warning, other_language

RUSSIAN = "Посол Израиля на Украине Йоэль Лион встретился с властями Львовской области."
OTHERS = {
    "Ukrainian": "Посол Ізраїлю в Україні Йоель Ліон зустрівся з владою Львівської області.",
    "Belarusian": "Прэзідэнт Беларусі сустрэўся ў Мінску з пасламі краін, якія ўваходзяць у саюз.",
    "Kazakh": "Қазақстан Республикасының Президенті Астанада шетел елшілерімен кездесті.",
    "Serbian or Macedonian": "Председник Србије састао се у Београду са амбасадорима земаља чланица, рекао је њен министар.",
    "a language that is not written in Cyrillic letters": "Barack Obama was born in Hawaii, and was President of the United States.",
}  # fmt: skip


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_in_another_language_gets_a_warning_that_names_it(language: str) -> None:
    warning = language_warning(OTHERS[language], ["ru"])
    assert warning
    assert warning.startswith(f"the text looks like {language}, and the tagger is for Russian")
    assert language_warning(OTHERS[language] * 100, ["ru"]) == warning


@pytest.mark.parametrize(
    "text",
    [
        "",
        RUSSIAN,
        RUSSIAN * 50,
        "Apple",
        "Компания Microsoft Corporation представила Windows Server в России и в Казахстане.",
        "Писатель Іван Франко и поэт Лесь Українка родились на Украине, рассказал историк, и это их имена.",
        "12345 67890 !!! ... 2020-01-01 00:00:00 1234567890",
        "ПОСОЛ ИЗРАИЛЯ НА УКРАИНЕ ЙОЭЛЬ ЛИОН ВСТРЕТИЛСЯ С ВЛАСТЯМИ",
    ],
)
def test_a_russian_text_gets_none_nor_does_one_that_says_too_little(text: str) -> None:
    assert language_warning(text, ["ru"]) is None


def test_who_knows_the_language_or_says_none_is_not_warned_of_it() -> None:
    ukrainian, english = (
        OTHERS["Ukrainian"],
        OTHERS["a language that is not written in Cyrillic letters"],
    )
    assert language_warning(ukrainian, ["ru", "uk"]) is None
    assert language_warning(english, ["ru", "en"]) is None
    assert language_warning(english, []) is None


def test_no_text_of_our_own_corpora_gets_a_warning() -> None:
    for name in ("own_news", "own_kinds_dev"):
        for document in corpora.read(corpora.locate(name, None)):
            assert language_warning(document.text, ["ru"]) is None, document.text


def test_the_letters_of_all_other_languages_are_listed() -> None:
    characters = map(chr, range(0x3000))
    own = {c for c in characters for _, _, all_of, sign in OWN_LETTERS if all_of.match(c) or sign.match(c)}  # fmt: skip
    assert own == NO_RUSSIAN


LETTERS = st.sampled_from("абвгыэъёШЩЯ" * 3 + "іўјќ" + "қә" + "xyz —«»?1\n😀")


@given(st.text(LETTERS, max_size=80))
@example("Посол Ізраїлю " + "в" * 60)
@example("Я" * 20)
def test_the_quick_look_at_a_sample_never_says_otherwise_than_the_long_one(sample: str) -> None:
    if language._is_plain_russian(sample):
        assert other_language(sample, ["ru"]) is None
    else:
        few = sum(c in "абвгыэъёШЩЯв" for c in sample) < language.LEAST_LETTERS
        assert few or not sample.isalpha() or set(sample) & (NO_RUSSIAN | set("xyz"))
