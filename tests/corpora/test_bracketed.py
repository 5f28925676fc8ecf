"""The bracket notation, and the corpora of ours that are written in it."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
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

OWN, DEV, TEST = (
    list(corpora.read(corpora.locate(name, None)))
    for name in ("own_news", "own_kinds_dev", "own_kinds_test")
)


@given(st.text(alphabet="а[]\\# \n😀", min_size=1), st.data())
def test_what_is_marked_reads_back(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    document = Document("1", text, (Entity(start, end, "PER"),))
    assert bracketed.parse(bracketed.bracket(document)) == (text, list(document.entities))


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
        ("# 1\n#= kind:\nа", ":2: '#= kind:': write a field as '#= KEY: VALUE'"),
        ("# 1\n#= kind: a\n#= kind: b\nа", ":3: 'kind' is given twice: choose another key"),
        ("# 1\n#= text: a\nа", ":2: 'text' names no other field: choose another key"),
        ("# 1\n#= kind: a\n\nа]", r":4: '\]' fits no"),
    ],
)
def test_a_slip_is_named_with_its_line(tmp_path: Path, content: str, error: str) -> None:
    path = tmp_path / "own.bracketed"
    path.write_text(content)
    with pytest.raises(CorpusError, match=error):
        list(corpora.read(path))


def test_fields_are_read_and_written(tmp_path: Path) -> None:
    path = tmp_path / "own.bracketed"
    path.write_text("# 1\n#= kind: a: b\n#= from: post\n\n\\#= [LOC x]: y\n")
    (document,) = corpora.read(path)
    assert document.fields == {"kind": "a: b", "from": "post"}
    assert (document.text, document.entities) == ("#= x: y", (Entity(3, 4, "LOC"),))
    corpora.write(path, [document])
    assert path.read_text() == "# 1\n#= kind: a: b\n#= from: post\n\\#= [LOC x]: y\n\n"


@pytest.mark.parametrize("value", [1, "", " a", "a\nb", "a\rb ", "\ud800", {"a": "b"}, None])
def test_what_a_field_cannot_hold_is_left_out(tmp_path: Path, value: object) -> None:
    path = tmp_path / "own.bracketed"
    fields = {"kept": "1", "b c": "2", "d:": "3", "text": "4", "e": value}
    corpora.write(path, [Document("1", "а", (), fields)])
    assert [d.fields for d in corpora.read(path)] == [{"kept": "1"}]


def test_our_corpus_is_a_few_hundred_sentences_of_three_labels() -> None:
    said = (Path(corpora.__file__).parents[2] / "docs" / "benchmarks.md").read_text()
    sentences = sum(len(list(sentenize(d.text))) for d in OWN)
    assert len(OWN) == 100
    assert f"{sentences} sentences, {sum(len(d.entities) for d in OWN)} entities" in said
    assert {e.label for d in OWN for e in d.entities} == {"PER", "LOC", "ORG"}
    assert len({d.id for d in OWN}) == len(OWN)


def test_our_kinds_are_as_many_in_dev_as_in_test() -> None:
    said = (Path(corpora.__file__).parents[2] / "docs" / "benchmarks.md").read_text()
    kinds, test_kinds = (Counter(d.fields["kind"] for d in half) for half in (DEV, TEST))
    entities = sum(len(d.entities) for d in (*DEV, *TEST))
    assert kinds == test_kinds
    assert set(kinds.values()) == {13}
    assert f"{len(DEV) + len(TEST)} texts of {len(kinds)} kinds with {entities} entities" in said
    assert {e.label for d in (*DEV, *TEST) for e in d.entities} == {"PER", "LOC", "ORG"}
    assert len({d.id for d in (*DEV, *TEST)}) == len(DEV) + len(TEST)


def surnames(documents: list[Document]) -> set[str]:
    """Return the stems of the last words of whole names: surnames, with a patronymic at times."""
    names = (d.text[e.start : e.end] for d in documents for e in d.entities if e.label == "PER")
    pairs = (name.split() for name in names if name.isprintable())
    return {pair[-1].lower()[:-1] for pair in pairs if len(pair) > 1 and len(pair[-1]) > 6}


def test_no_surname_of_our_dev_half_is_in_the_test_half() -> None:
    assert len(surnames(DEV)) > 100
    assert surnames(DEV) & surnames(TEST) <= {"георги", "львови", "марковн"}


def cut_words(document: Document) -> Iterator[str]:
    tokens = tokenize(document.text)
    starts, ends = {t.start for t in tokens}, {t.end for t in tokens}
    for e in document.entities:
        if e.start not in starts or e.end not in ends:
            yield f"{document.id}: {document.text[e.start : e.end]}"


def test_our_entities_are_whole_words() -> None:
    assert [cut for document in (*OWN, *DEV, *TEST) for cut in cut_words(document)] == []


def test_no_other_corpus_shares_a_sentence_with_ours(corpora_root: Path) -> None:
    ours = {line for d in (*OWN, *DEV, *TEST) for line in d.text.split("\n") if len(line) > 40}
    for path in sorted((corpora_root / "gold").glob("*.jsonl.gz")):
        with gzip.open(path) as file:
            for text in (json.loads(line)["text"] for line in file):
                assert not any(line in text for line in ours), path
