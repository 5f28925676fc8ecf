"""WikiNEuRal (`.conllu`) and CoNLL-2003 (`.txt`) are columns, a token a line."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from ner_service.corpora.public.conversion import Split, make_document
from ner_service.files import read_lines
from ner_service.labels import entities as entities_of
from ner_service.text.tokens import Token
from ner_service.types import Document


def convert(folder: Path) -> Iterator[Split]:
    """Make a document a sentence, tokens joined by spaces; an I- that continues nothing is a B-."""
    for path in sorted([*folder.glob("*.conllu"), *folder.glob("*.txt")]):
        yield path.stem, _sentences(path, token=int(path.suffix == ".conllu"))


def _sentences(path: Path, token: int) -> Iterator[Document]:
    rows: list[tuple[str, str]] = []
    for number, line in chain(read_lines(path), [("end", "")]):
        columns = line.split()
        if columns and columns[0] != "-DOCSTART-":
            rows.append((columns[token], columns[-1]))
        elif rows:
            yield _sentence(str(number), rows, path)
            rows = []


def _sentence(id: str, rows: list[tuple[str, str]], path: Path) -> Document:
    tokens, at = [], 0
    for word, _ in rows:
        tokens.append(Token(at, at + len(word), word))
        at += len(word) + 1
    text = " ".join(word for word, _ in rows)
    return make_document(id, text, entities_of(tokens, [tag for _, tag in rows]), path)
