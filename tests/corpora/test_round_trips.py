"""Any document comes back from each format that can carry it; damaged bytes are named errors."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service import corpora
from ner_service.corpora.reading import ReadOptions
from ner_service.errors import NerError
from ner_service.types import Document, Entity
from tests.marked import marked

CHARS = st.characters(exclude_categories=["Cs"]) | st.sampled_from(
    'а😀 \n\r\t",;|[]#\\\u00a0\x00{}'
)
LABELS = st.sampled_from(["PER", "ФИО-1", "[x]", "A,B"])


@st.composite
def documents(draw: Callable[..., object]) -> Document:
    """Draw a text with entities that are apart and begin and end with no white space."""
    text = str(draw(st.text(CHARS, max_size=40)))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))  # type: ignore[call-overload]
    spans = zip(cuts[::2], cuts[1::2], strict=False)
    entities = [
        Entity(start, end, str(draw(LABELS)))
        for start, end in spans
        if text[start:end].strip() and text[start:end] == text[start:end].strip()
    ]
    return Document(str(draw(st.text(CHARS, max_size=5))), text, tuple(entities))


@pytest.mark.parametrize("name", ["x.jsonl", "x.json", "x.csv", "x.tsv", "x.parquet"])
@given(some=st.lists(documents(), min_size=1, max_size=3))
def test_any_document_comes_back(name: str, some: list[Document]) -> None:
    if name == "x.parquet":
        pytest.importorskip("pyarrow")
    format = "tsv" if name == "x.tsv" else ""
    with TemporaryDirectory() as folder:  # pytest looks at all its folders before it makes one
        path = Path(folder) / name
        assert corpora.write(path, some, format) == []
        back = list(corpora.read(path, None, ReadOptions(format=format)))
    assert [(d.text, d.entities) for d in back] == [(d.text, d.entities) for d in some]
    if name != "x.json":  # where a document without an id gets a number
        assert [d.id for d in back] == [d.id for d in some]


@given(document=documents())
def test_any_document_comes_back_from_brat(document: Document) -> None:
    entities = tuple(Entity(e.start, e.end, "PER") for e in document.entities)
    document = Document(document.id, document.text, entities)
    with TemporaryDirectory() as root:
        corpora.write(Path(root) / "folder", [document])
        (back,) = corpora.read(Path(root) / "folder")
    assert (back.text, back.entities) == (document.text, entities)


SOURCES = [
    marked("[PER Анна Каренина] уехала в [LOC Москву]. [ORG МИД] молчит.", "a"),
    marked("😀 [PER Иван] 👨‍👩‍👧 и [ORG «Газпром»]", "б"),
]
WEBANNO = "#FORMAT=WebAnno TSV 3.3\n#T_SP=x.NamedEntity|value\n\n\n#Text=😀 Анна\n1-1\t0-2\t😀\t_\t\n1-2\t3-7\tАнна\tPER[1]|X\t\n"
TASKS = json.dumps([
    {"data": {"t": "<p>Анна</p>"}, "completions": [{"result": [{"type": "hypertextlabels", "value": {
        "start": "/p", "end": "/p", "globalOffsets": {"start": 0, "end": 4}, "text": "Анна", "hypertextlabels": ["PER"]}}]}]},
    {"data": {"t": [{"text": "Это"}, {"text": "Анна"}]}, "annotations": [{"completed_by": {"id": 1}, "result": [{"type": "paragraphlabels", "value": {
        "start": "1", "end": "1", "startOffset": 0, "endOffset": 4, "text": "Анна", "paragraphlabels": ["PER"]}}]}]},
    {"paragraphs": [{"raw": "Анна", "sentences": [{"tokens": [{"orth": "Анна", "ner": "U-PER"}]}]}]},
    ["Анна", {"entities": [[0, 4, "PER"]]}],
], ensure_ascii=False)  # fmt: skip
LINES = "\n".join([
    '{"text": "Анна", "labels": [[0, 4, "PER"]]}',
    '{"text": "Анна", "spans": [{"start": 0, "end": 4, "label": "PER"}], "answer": "accept"}',
    '{"tokens": ["Анна", "спит"], "ner_tags": ["B-PER", "O"]}',
    '{"content": "Анна", "annotation": [{"label": ["PER"], "points": [{"start": 0, "end": 3}]}]}',
])  # fmt: skip


def seed_file(name: str, folder: Path) -> bytes:
    """Return the bytes of a right file of that name."""
    texts = {"x.webanno": WEBANNO, "tasks.json": TASKS, "lines.jsonl": LINES}
    if name in texts:
        return texts[name].encode()
    corpora.write(folder / name, SOURCES)
    return (folder / name).read_bytes()


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Return the bytes with a few of them changed, cut out, doubled or cut off."""
    damaged = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(damaged) + 1)
        size = chance.choice([1, 1, 2, 9])
        spare = bytes(
            chance.choice(b'\x00\xff\xd0"[]{},:\n\t-0123456789eE_|\\#') for _ in range(size)
        )
        damaged[at : at + chance.choice([0, size])] = chance.choice(
            [b"", spare, damaged[at : at + 40]]
        )
    return bytes(damaged[: chance.choice([len(damaged)] * 9 + [len(damaged) // 2])])


def refusal(path: Path, options: ReadOptions) -> str:
    """Return the error of a reader, or nothing where it reads the file."""
    try:
        list(corpora.read(path, None, options))
    except NerError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    "name",
    ["x.jsonl", "x.jsonl.gz", "x.json", "x.conll", "x.csv", "x.parquet", "x.spacy", "x.bracketed",
     "x.webanno", "tasks.json", "lines.jsonl"],
)  # fmt: skip
def test_damaged_bytes_are_read_or_are_an_error_of_one_line(name: str, tmp_path: Path) -> None:
    if name == "x.parquet":
        pytest.importorskip("pyarrow")
    data, chance = seed_file(name, tmp_path), random.Random(name)
    messages = []
    for _ in range(60):
        (tmp_path / name).write_bytes(mutate(data, chance))
        for options in (ReadOptions(), ReadOptions(overlap="longest", lenient=True, names=("O",))):
            messages.append(refusal(tmp_path / name, options))
    refused = [message for message in messages if message]
    assert len(refused) > 4
    assert all(m.startswith(str(tmp_path)) and "\n" not in m for m in refused)


def test_damaged_standoff_is_read_or_is_an_error_of_one_line(tmp_path: Path) -> None:
    corpora.write(tmp_path / "folder", SOURCES)
    standoff = tmp_path / "folder" / "000001.ann"
    data, chance = standoff.read_bytes(), random.Random(1)
    messages = []
    for _ in range(60):
        standoff.write_bytes(mutate(data, chance))
        messages.append(refusal(tmp_path / "folder", ReadOptions()))
    assert sum(map(bool, messages)) > 10
    assert not any("\n" in message for message in messages)
