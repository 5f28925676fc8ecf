"""The page's net answers as the engine does: same units, same entities, same scores."""

import os
from pathlib import Path
from random import Random

import pytest

from ner_service.corpora import locate, read
from ner_service.engine.tokens import units
from ner_service.taggers.bilstm import BilstmTagger
from tests.browser.conftest import Run
from tests.browser.texts import hard_text

CLOSE = 1e-3  # of two probabilities; the engine computes in single precision
UNIT_TOKENS = 64  # of ru-news
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


def own(name: str, most: int | None = None) -> list[str]:
    texts = [document.text for document in read(locate(name, None))]
    return texts[:most]


def check(texts: list[str], engine: BilstmTagger, node: Run) -> None:
    answer = node(texts)
    for text, cut in zip(texts, answer["units"], strict=True):
        expected = [
            [unit.starts, unit.ends, unit.words, [*map(int, unit.spacings)]]
            for unit in units(text, UNIT_TOKENS)
        ]
        assert cut == expected, repr(text)
    for text, found, expected in zip(texts, answer["entities"], engine.tag(texts), strict=True):
        assert [each[:3] for each in found] == [[*e.span] for e in expected], repr(text)
        for (*_, score), entity in zip(found, expected, strict=True):
            assert entity.score is not None
            assert abs(score - entity.score) < CLOSE


def test_news_and_hostile_texts_have_the_entities_that_the_engine_finds(
    engine: BilstmTagger, node: Run
) -> None:
    random = Random(1)
    hard = [hard_text(random) for _ in range(150)]
    check([*own("own_news", 15), *own("own_kinds_dev", 15), *hard, "", " \n"], engine, node)


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


@pytest.mark.slow
@pytest.mark.skipif("NER_CORPORA" not in os.environ, reason="NER_CORPORA names no corpora")
@pytest.mark.parametrize(
    ("corpus", "least"), [("factru_testset", 0.905), ("nerel_named_dev", 0.86)]
)
def test_the_net_of_the_page_is_nearly_as_good_as_the_services(
    corpus: str, least: float, node: Run
) -> None:
    from ner_service.scoring import assess
    from ner_service.types import Entity

    documents = [*read(locate(corpus, Path(os.environ["NER_CORPORA"])))]
    answer = node([document.text for document in documents], speed=True)
    predicted = [[Entity(*each) for each in found] for found in answer["entities"]]
    assert assess(documents, predicted).micro.f1 >= least
    assert answer["tokens"] / answer["seconds"] > 3000
