"""The bracket notation, and the corpus of ours that is written in it."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service import corpora
from ner_service.corpora.formats import bracketed
from ner_service.errors import CorpusError
from ner_service.text.sentences import sentenize
from ner_service.text.tokens import tokenize
from ner_service.types import Document, Entity

OWN = list(corpora.read(corpora.locate("own_news", None)))


@given(st.text(alphabet="а[]\\# \n😀", min_size=1), st.data())
def test_what_is_marked_reads_back(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    document = Document("1", text, (Entity(start, end, "PER"),))
    assert bracketed.parse(bracketed.mark_entities(document)) == (text, list(document.entities))


def test_a_file_is_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "own.bracketed"
    corpora.write(path, OWN)
    assert list(corpora.read(path)) == OWN


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("# 1\nа\n[PER б", r":3: \[PER is never closed"),
        ("# 1\n[PER а [LOC б]]", r":2: '\[LOC ' fits no"),
        ("# 1\n\nа]", r":3: '\]' fits no"),
        ("а\n# 1\nб", r":1: expected a line '# ID'"),
        ("# 1\n[PER ]", "0:0 is not a span"),
    ],
)
def test_a_slip_is_named_with_its_line(tmp_path: Path, content: str, error: str) -> None:
    path = tmp_path / "own.bracketed"
    path.write_text(content)
    with pytest.raises(CorpusError, match=error):
        list(corpora.read(path))


def test_our_corpus_is_a_few_hundred_sentences_of_three_labels() -> None:
    said = (Path(corpora.__file__).parents[2] / "docs" / "benchmarks.md").read_text()
    sentences = sum(len(list(sentenize(d.text))) for d in OWN)
    assert len(OWN) == 100
    assert f"{sentences} sentences, {sum(len(d.entities) for d in OWN)} entities" in said
    assert {e.label for d in OWN for e in d.entities} == {"PER", "LOC", "ORG"}
    assert len({d.id for d in OWN}) == len(OWN)


@pytest.mark.parametrize("document", OWN, ids=lambda d: d.id)
def test_our_entities_are_whole_words(document: Document) -> None:
    tokens = tokenize(document.text)
    starts, ends = {t.start for t in tokens}, {t.end for t in tokens}
    for e in document.entities:
        assert e.start in starts, document.text[e.start : e.end]
        assert e.end in ends, document.text[e.start : e.end]


def test_no_other_corpus_shares_a_sentence_with_ours(corpora_root: Path) -> None:
    ours = {line for d in OWN for line in d.text.split("\n") if len(line) > 40}
    for path in sorted((corpora_root / "gold").glob("*.jsonl.gz")):
        with gzip.open(path) as file:
            for text in (json.loads(line)["text"] for line in file):
                assert not any(line in text for line in ours), path
