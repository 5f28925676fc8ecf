"""The analyser as its callers meet it: batches, threads, and spans that cannot be."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from ner_service import corpora
from ner_service.errors import SpanError
from ner_service.names import Analyser
from ner_service.types import Entity

TEXT = "Иван Петров в Москве"


@pytest.mark.parametrize(
    ("entities", "message"),
    [
        ([Entity(0, 99, "PER")], r"entity 0 \(PER 0:99\): is not within the text of 20 characters"),
        ([Entity(-1, 4, "PER")], "is not within the text"),
        ([Entity(4, 4, "PER")], "give 0 <= start < end <= 20"),
        ([Entity(9, 4, "PER")], "is not within the text"),
        ([Entity(0, 11, "PER"), Entity(5, 20, "LOC")], r"entity 1 .*ends, at 11: sort entities"),
        ([Entity(14, 20, "LOC"), Entity(0, 11, "PER")], "sort entities by start"),
    ],
)
def test_spans_that_cannot_be_are_one_clear_error(
    analyser: Analyser, entities: list[Entity], message: str
) -> None:
    with pytest.raises(SpanError, match=message) as error:
        analyser.analyse(TEXT, entities)
    assert "\n" not in str(error.value)
    assert "Петров" not in str(error.value)


def test_texts_together_have_the_answers_that_they_have_alone(analyser: Analyser) -> None:
    documents = list(corpora.read(corpora.locate("own_news", None)))
    texts, entities = [d.text for d in documents], [d.entities for d in documents]
    together = analyser.analyse_many(texts, entities)
    assert together == [analyser.analyse(*pair) for pair in zip(texts, entities, strict=True)]
    assert any(name.mentions[1:] for analysis in together for name in analysis.names)


def test_threads_take_turns(analyser: Analyser) -> None:
    documents = list(corpora.read(corpora.locate("own_news", None)))
    expected = [analyser.analyse(d.text, d.entities) for d in documents]
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda d: analyser.analyse(d.text, d.entities), documents * 3)
    assert list(found) == expected * 3


def test_texts_without_entities_and_empty_texts_have_empty_answers(analyser: Analyser) -> None:
    for analysis in analyser.analyse_many(["", "Тихо.", "😀"], [[], [], []]):
        assert analysis.mentions == analysis.names == ()


def test_a_span_may_hold_a_part_of_a_word_or_several_sentences(analyser: Analyser) -> None:
    text = "Жители Нью-Йорка спят. Утро. Москвичи тоже."
    spans = [Entity(7, 10, "LOC"), Entity(11, 16, "LOC"), Entity(17, 38, "ORG")]
    assert [m.normal for m in analyser.analyse(text, spans).mentions][:2] == ["Нью", "Йорк"]


def test_types_are_imported_without_numba_and_natasha() -> None:
    code = (
        "import sys, ner_service.names; print({'numba', 'natasha', 'pymorphy3'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.slow
@pytest.mark.parametrize("label", ["PER", "LOC", "ORG"])
@pytest.mark.parametrize(
    "name", ["а" * 50_000, "а-" * 20_000 + "а", "А." * 20_000, "новый " * 8_000 + "дом"]
)
def test_names_that_are_no_names_are_answered(analyser: Analyser, name: str, label: str) -> None:
    (mention,) = analyser.analyse(name, [Entity(0, len(name), label)]).mentions
    assert mention.normal is None or len(mention.normal) <= len(name) + 8_000
