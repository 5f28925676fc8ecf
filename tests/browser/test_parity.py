"""The page's net answers as the engine does: same units, same entities, same scores."""

from dataclasses import replace
from random import Random

import pytest

from ner_service.browser.model_file import WORDS
from ner_service.browser.vectors import frequent_vectors
from ner_service.corpora import locate, read
from ner_service.engine import usual_case
from ner_service.engine.usual_case import UsualCase, units_of, usual_cases
from ner_service.nets.artefact import load
from ner_service.taggers.bilstm import BilstmTagger
from ner_service.taggers.models import model_path
from tests.browser.conftest import Run
from tests.browser.texts import hard_text

CLOSE = 1e-3  # of two probabilities; the engine computes in single precision
TIED = 0.7  # of two paths that rounding cannot tell apart one may have a span of many others, too
NET = load(model_path("ru-news")).net
LONG = [
    "слово " * 3000,
    "Анна." * 700,
    "«" * 2000,
    "Ж" * 900,
    "<a " * 500,
    "&" * 999,
    "a-\n" * 400,
    "x;" * 900,
]


@pytest.fixture(autouse=True)
def frequent_words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine knows the usual case of the words that the page has, and of no others."""
    frequent = frequent_vectors(WORDS)
    known = UsualCase(frequent.vectors(), usual_cases(frequent.numbers))
    monkeypatch.setattr(usual_case, "load_usual_case", lambda: known)


def own(name: str, most: int | None = None) -> list[str]:
    texts = [document.text for document in read(locate(name, None))]
    return texts[:most]


def check(texts: list[str], engine: BilstmTagger, node: Run) -> None:
    answer = node(texts)
    for text, cut in zip(texts, answer["units"], strict=True):
        expected = [
            [unit.starts, unit.ends, unit.words, [*unit.spacings]] for unit in units_of(text, NET)
        ]
        assert cut == expected, repr(text)
    ties = 0
    for text, found, expected in zip(texts, answer["entities"], engine.tag(texts), strict=True):
        here = {(start, end, label): score for start, end, label, score in found}
        there = {entity.span: entity.score for entity in expected}
        ties += here.keys() != there.keys()
        for span in here.keys() ^ there.keys():
            assert (here | there)[span] < TIED, repr(text)
        if here.keys() == there.keys():
            assert [each[:3] for each in found] == [[*e.span] for e in expected], repr(text)
            for span, score in here.items():
                assert abs(score - there[span]) < CLOSE
    assert ties <= len(texts) // 1000


@pytest.mark.slow
def test_news_and_hostile_texts_have_the_entities_that_the_engine_finds(
    engine: BilstmTagger, node: Run
) -> None:
    random = Random(1)
    hard = [hard_text(random) for _ in range(150)]
    check([*own("own_news", 15), *own("own_kinds_dev", 15), *hard, "", " \n"], engine, node)


@pytest.mark.slow
def test_marks_of_a_sentence_are_left_out_of_names_as_the_engine_does(
    engine: BilstmTagger, node: Run
) -> None:
    texts = [
        "Согласовано: Орлова Е Н; Петров-Водкин КС. Это Газпром?!",
        "Это Газпром…, а не «Газпром?!» и не 'Газпром!'",
        "Клуб «Что? Где? Когда?» пуст",
    ]
    check(texts, engine, node)


@pytest.mark.slow
def test_a_unit_in_capitals_is_read_in_its_usual_case_if_the_net_wants_that(
    node: Run,
) -> None:
    artefact = load(model_path("ru-news"))
    artefact = replace(artefact, net=replace(artefact.net, usual_case=True))
    texts = [text.upper() for text in own("own_news", 12)]
    texts += ["А. С. ПУШКИН И МЧС РОССИИ", "САНКТ-ПЕТЕРБУРГ. ОАО «РЖД»", "СУД В ТУЛЕ", "Анна ТУЛА"]
    answer = node(texts, artefact)
    for text, cut in zip(texts, answer["units"], strict=True):
        assert [unit[2] for unit in cut] == [unit.words for unit in units_of(text, artefact.net)]
    assert answer["units"][-2][0][2] == ["суд", "в", "Туле"]


@pytest.mark.slow
def test_all_own_texts_and_thousands_of_hostile_ones_have_the_same_entities(
    engine: BilstmTagger, node: Run
) -> None:
    random = Random(2)
    hard = [hard_text(random) for _ in range(3000)]
    check(
        [*own("own_news"), *own("own_kinds_dev"), *own("own_kinds_test"), *hard, *LONG],
        engine,
        node,
    )
