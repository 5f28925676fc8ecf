"""Tokens and attributes of words against spaCy's own tokenizer and arrays."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.attrs import IDS
from spacy.lang.lex_attrs import word_shape
from spacy.tokens import Doc

from ner_service.engine.patterns import LETTER, can_match_letters
from ner_service.engine.spacy_tokens import SpacyTokens
from ner_service.engine.spacy_words import Attributes, shape_of

NAMES = ("NORM", "PREFIX", "SUFFIX", "SHAPE", "LOWER", "ORTH", "LENGTH", "LANG", "SPACY",
         "IS_SPACE", "IS_ALPHA", "LIKE_NUM", "LIKE_URL", "IS_STOP", "IS_TITLE")  # fmt: skip
MANY = """т.ч. в г. ул. д-р ист. наук н.э. т. е. Санкт-Петербург 10км 5% $30 (США) «да» — - ... … :)
:-( it's can't don't 'em U.S. a.m. 10a.m. e-mail foo@bar.ru https://ya.ru/x?y=1 ya.ru X.Y. C++ и/или
ORTH nsubj PERSON 1,000.5 №7 100-летний и,а о'Генри d'Artagnan Dr. Mr. we'll I'd've z.B. u.s.w. '''
"" `` \u200b \ufeff 😀 :'("""
PARTS = MANY.split()
SLOW = (pytest.param(language, marks=pytest.mark.slow) for language in ("en", "de", "fr", "uk"))
LANGUAGES = ("ru", *SLOW)


@pytest.fixture(scope="module", params=LANGUAGES)
def nlp(request: pytest.FixtureRequest) -> Any:
    return spacy.blank(request.param)


@pytest.fixture(scope="module")
def tokens(nlp: Any) -> SpacyTokens:
    return SpacyTokens(nlp.tokenizer, spaced=True)


@pytest.fixture(scope="module")
def attributes(nlp: Any) -> Attributes:
    return Attributes(nlp.vocab, [IDS[name] for name in NAMES])


def check(nlp: Any, tokens: SpacyTokens, attributes: Attributes, text: str) -> None:
    """Tokens have the bounds and the attributes that spaCy gives them."""
    doc = nlp.tokenizer(text)
    ours = tokens.cut(text)
    expected = [(token.idx, token.idx + len(token)) for token in doc]
    assert list(zip(ours.starts, ours.ends, strict=True)) == expected
    ids = attributes.ids(ours.words)
    np.testing.assert_array_equal(ids, doc.to_array([*NAMES]).reshape(ids.shape))


def made_of(parts: Sequence[str]) -> st.SearchStrategy[str]:
    """Texts of parts with or without white space between them."""
    blanks = st.sampled_from([" ", "", "  ", "\n", " \n "])
    pair = st.tuples(st.sampled_from(parts), blanks)
    return st.lists(pair, max_size=12).map(lambda pairs: "".join("".join(pair) for pair in pairs))


@given(data=st.data())
def test_made_texts_are_cut_as_spacy_cuts_them(
    nlp: Any, tokens: SpacyTokens, attributes: Attributes, data: st.DataObject
) -> None:
    cases = sorted(nlp.tokenizer.rules)
    pieces = sorted({piece for case in cases for piece in re.findall(r"\w+|[^\w\s]", case)})
    texts = st.one_of(made_of([*PARTS, *cases]), made_of(pieces), st.text(max_size=30))
    text = data.draw(texts.filter(lambda text: not re.search("[\ud800-\udfff]", text)))
    check(nlp, tokens, attributes, text)


def test_rules_of_a_pipelines_own_are_followed() -> None:
    nlp = spacy.blank("ru")
    nlp.tokenizer.add_special_case("на дом", [{"ORTH": "на"}, {"ORTH": " дом", "NORM": "здание"}])
    nlp.tokenizer.infix_finditer = re.compile("(?<=а)(?=ж)|[_]+").finditer
    nlp.tokenizer.token_match = re.compile("к_к$").match
    nlp.vocab["особое"].norm_ = "другое"
    tokens = SpacyTokens(nlp.tokenizer, spaced=True)
    attributes = Attributes(nlp.vocab, [IDS[name] for name in NAMES])
    for text in ("он на дом ушёл", "на\nдом", "ажур_а_ к_к", "особое дело", "(на дом)", "на дом"):
        check(nlp, tokens, attributes, text)


def test_no_word_that_is_read_stays_in_the_vocabulary(
    nlp: Any, tokens: SpacyTokens, attributes: Attributes
) -> None:
    before = len(nlp.vocab), len(nlp.vocab.strings)
    attributes.ids(tokens.cut("Ыыыыы яяяяя-щщщщщ, «ююююю» 777.").words)
    assert (len(nlp.vocab), len(nlp.vocab.strings)) == before


def test_tokens_of_words_are_those_of_their_document(nlp: Any, attributes: Attributes) -> None:
    words, spaces = ["Я", "  ", "в", "Москве", "!"], [False, False, True, False, False]
    tokens = SpacyTokens(nlp.tokenizer, spaced=True).of_words(words, spaces)
    doc = Doc(nlp.vocab, words, spaces)
    assert tokens.starts == [token.idx for token in doc]
    assert tokens.ends == [token.idx + len(token) for token in doc]
    np.testing.assert_array_equal(attributes.ids(tokens.words), doc.to_array([*NAMES]))


@given(st.one_of(st.text(max_size=20), st.from_regex(f"{LETTER}+", fullmatch=True)))
def test_shapes_are_spacys(word: str) -> None:
    assert not word or shape_of(word) == word_shape(word)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"^[\d.]+|^§", False),
        (r"(?<=[0-9])км$|'s$", False),
        (r"(?:\w+://)?[а-я]+\.ру", False),
        (r"(?<=[а-я])\.(?=[A-Z])", False),
        (r"км$", True),
        (r"[^0-9]", True),
        (r"(?:да)?", True),
        (r".", True),
        (r"\w", True),
        ("(?i)[\u2126-\u212a]", True),  # the sign of kelvin is a K in another case
        (r"(?=ж)", True),
        (r"(а)|\1", True),
    ],
)
def test_patterns_that_match_no_letters_are_told_apart(pattern: str, expected: bool) -> None:
    assert can_match_letters(re.compile(pattern)) is expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_letters_are_cut_by_no_rule_of_these_languages(language: str) -> None:
    nlp = spacy.blank(language)
    assert SpacyTokens(nlp.tokenizer, spaced=False)._affixes.keeps_words
