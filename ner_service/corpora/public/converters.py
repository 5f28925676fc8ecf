"""From the public distributions of corpora, as they come unpacked, to documents.

Nested entities are reduced to the outermost, as naeval does, since taggers here are flat.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from ner_service.corpora.check import checked
from ner_service.errors import CorpusError
from ner_service.files import lines, read_text
from ner_service.labels import entities as entities_of
from ner_service.labels import map_labels
from ner_service.text.tokens import Token, tokenize
from ner_service.types import Document, Entity

Split = tuple[str, Iterator[Document]]

FACTRU_LABELS = {"Person": "PER", "Org": "ORG", "LocOrg": "LOC", "Location": "LOC"}
FACTRU_SPANS = {"Org": "org_name", "LocOrg": "loc_name", "Location": "loc_name"}
NE5_LABELS = {"GEOPOLIT": "LOC", "MEDIA": "ORG"}
NEREL_LABELS = {
    "PERSON": "PER",
    "ORGANIZATION": "ORG",
    "CITY": "LOC",
    "COUNTRY": "LOC",
    "DISTRICT": "LOC",
    "LOCATION": "LOC",
    "STATE_OR_PROVINCE": "LOC",
}
QUOTES = "\"'”«„ʼ»“ʻ"
BOOK = re.compile(r"book_(\d+)$")


def outermost(entities: Iterable[Entity]) -> Iterator[Entity]:
    """Entities without those that overlap an earlier or longer one."""
    end = 0
    for entity in sorted(entities, key=lambda e: (e.start, -e.end)):
        if entity.start >= end:
            yield entity
            end = entity.end


def aligned(entities: Iterable[Entity], text: str) -> Iterator[Entity]:
    """Entities that begin and end where razdel's tokens do; naeval drops the others."""
    tokens = tokenize(text)
    starts, ends = {token.start for token in tokens}, {token.end for token in tokens}
    return (e for e in entities if e.start in starts and e.end in ends)


def _found(folder: Path, pattern: str) -> list[Path]:
    files = sorted(folder.rglob(pattern))
    if not files:
        raise CorpusError(f"{folder}: holds no {pattern}")
    return files


def _document(id: str, text: str, entities: Iterable[Entity], place: Path) -> Document:
    return Document(id, text, checked(outermost(entities), text, {}, str(place)))


# ---- factRuEval-2016


def factru(folder: Path) -> Iterator[Split]:
    """Objects as naeval adapts them: a whole person, the names in organisations and places."""
    for part in ("devset", "testset"):
        texts = _found(folder, f"{part}/book_*.txt")
        yield f"factru_{part}", (_factru_document(path, part) for path in texts)


def _factru_document(path: Path, part: str) -> Document:
    spans = {}
    for _, line in lines(path.with_suffix(".spans")):
        if line.strip():
            id, kind, start, size, *_ = line.split()
            spans[id] = Entity(int(start), int(start) + int(size), kind)
    objects = []
    for _, line in lines(path.with_suffix(".objects")):
        if line.strip():
            _, kind, *ids = line.partition("#")[0].split()
            objects.append((kind, [spans[id] for id in ids]))
    text = read_text(path)
    return _document(f"{part}/{path.stem}", text, factru_entities(objects, text), path)


def factru_entities(objects: Iterable[tuple[str, list[Entity]]], text: str) -> Iterator[Entity]:
    """Entities of objects, each given by its type and its spans, labelled by span type."""
    found: list[Entity] = []
    for kind, spans in objects:
        if kind == "Person" and spans:
            bounds = min(s.start for s in spans), max(s.end for s in spans)
            found.append(Entity(*bounds, FACTRU_LABELS[kind]))
        elif kind in FACTRU_SPANS:
            named = outermost(s for s in spans if s.label == FACTRU_SPANS[kind])
            found += [replace(s, label=FACTRU_LABELS[kind]) for s in named]
    return aligned(outermost(found), text)


# ---- brat folders: Collection5 and NEREL


def _standoff(path: Path) -> Iterator[Entity]:
    """The entities of an `.ann` file that are in one piece, nested ones too."""
    for number, line in lines(path):
        match = re.match(r"T\d+\t(\S+) (\d+) (\d+)\t", line)
        if match:
            yield Entity(int(match[2]), int(match[3]), match[1])
        elif line.startswith("T") and ";" not in line.split("\t")[1]:
            raise CorpusError(f"{path}:{number}: expected T<n>, a tab, LABEL START END")


def ne5(folder: Path) -> Iterator[Split]:
    """Collection5: geopolitical entities are places, media are organisations."""

    def document(path: Path) -> Document:
        text = read_text(path)
        outer = outermost(_standoff(path.with_suffix(".ann")))
        found = (_unquoted(e, text) for e in outer)
        return _document(path.stem, text, map_labels(aligned(found, text), NE5_LABELS), path)

    yield "ne5", (document(path) for path in _found(folder, "*.txt") if path.name != "readme.txt")


def _unquoted(entity: Entity, text: str) -> Entity:
    """An entity without the quotes that stand around all of it."""
    surface = text[entity.start : entity.end]
    left = len(surface) - len(surface.lstrip(QUOTES))
    right = len(surface) - len(surface.rstrip(QUOTES))
    if not (left and right) or left + right >= len(surface):
        return entity
    return replace(entity, start=entity.start + left, end=entity.end - right)


def nerel(folder: Path) -> Iterator[Split]:
    """NEREL: people, organisations and places written with a capital letter, the outermost."""

    def document(path: Path) -> Document:
        text = read_text(path)
        kept = (e for e in _standoff(path.with_suffix(".ann")) if e.label in NEREL_LABELS)
        named = (e for e in kept if any(map(str.isupper, text[e.start : e.end])))
        return _document(path.stem, text, map_labels(named, NEREL_LABELS), path)

    for part in ("train", "dev", "test"):
        texts = _found(folder, f"NEREL-v1.1/{part}/*.txt")
        yield f"nerel_{part}", (document(path) for path in texts)


# ---- SlavicNER


def slavicner(folder: Path) -> Iterator[Split]:
    """SlavicNER by language, its own labels (PER LOC ORG PRO EVT)."""
    texts: dict[str, list[Path]] = {}
    for path in _found(folder, "raw/*/*/*.txt"):
        texts.setdefault(path.parent.name, []).append(path)
    for language, paths in sorted(texts.items()):
        yield f"slavicner_{language}", (_slavicner_document(path) for path in paths)


def _slavicner_document(path: Path) -> Document:
    topic, language, name = path.parts[-3:]
    table = path.parents[3] / "ner" / topic / language / f"{name}.tsv"
    text = read_text(path)
    found = []
    for number, line in lines(table):
        start, end, surface, _, label, *_ = line.split("\t")
        if text[int(start) : int(end)] != surface:
            raise CorpusError(f"{table}:{number}: {start}:{end} is not where the name stands")
        found.append(Entity(int(start), int(end), label))
    return _document(f"{topic}/{language}/{path.stem}", text, found, table)


# ---- columns: WikiNEuRal and CoNLL-2003


def wikineural(folder: Path) -> Iterator[Split]:
    """A document a sentence, tokens joined by spaces; an I- that continues nothing is a B-."""
    for path in _found(folder, "*.conllu"):
        yield path.stem, _sentences(path, token=1)


def conll2003(folder: Path) -> Iterator[Split]:
    """English, a document a sentence, tokens joined by spaces."""
    for path in _found(folder, "conll2003_en_*.txt"):
        yield path.stem, _sentences(path, token=0)


def _sentences(path: Path, token: int) -> Iterator[Document]:
    rows: list[tuple[str, str]] = []
    for number, line in lines(path):
        columns = line.split()
        if columns and columns[0] != "-DOCSTART-":
            rows.append((columns[token], columns[-1]))
        elif rows:
            yield _sentence(str(number), rows, path)
            rows = []
    if rows:
        yield _sentence("end", rows, path)


def _sentence(id: str, rows: list[tuple[str, str]], path: Path) -> Document:
    tokens, at = [], 0
    for word, _ in rows:
        tokens.append(Token(at, at + len(word), word))
        at += len(word) + 1
    text = " ".join(word for word, _ in rows)
    return _document(id, text, entities_of(tokens, [tag for _, tag in rows]), path)
