"""A line of standoff (brat's `T1`, a tab, `PER 0 4`, a tab, the text) marks one entity."""

import re
from itertools import pairwise

from ner_service.corpora.forms.marks import Mark
from ner_service.errors import CorpusError
from ner_service.types import Entity

LINE = re.compile(r"T\d*\t\s*\S+ ")
PIECES = re.compile(r"\d{1,18} \d{1,18}(;\d{1,18} \d{1,18})*")


def label_of(line: str) -> str:
    """Return the label of a line, or nothing where it has none."""
    columns = line.split("\t")
    return (columns[1] if len(columns) > 1 else "").strip().partition(" ")[0]


def parse_line(line: str, text: str, place: str) -> Mark:
    """Return the mark of a line; pieces that only white space divides are one.

    Raises `CorpusError`, which begins with `place`.
    """
    columns = line.rstrip("\r\n").split("\t")
    label, _, bounds = (columns[1] if len(columns) > 1 else "").strip().partition(" ")
    if not PIECES.fullmatch(bounds.strip()):
        raise CorpusError(
            f"{place}: expected T<n>, a tab, LABEL START END, a tab, the text; a label holds no "
            "blank"
        )
    pieces = [tuple(map(int, piece.split())) for piece in bounds.strip().split(";")]
    for (_, end), (start, _) in pairwise(pieces):
        if end > start or text[end:start].strip() or start > len(text):
            raise CorpusError(
                f"{place}: {label} is in several pieces with words between them, which no entity "
                f"here can be; drop its label by --map {label}="
            )
    entity = Entity(pieces[0][0], pieces[-1][1], label)
    return Mark(entity, "\t".join(columns[2:]) or None, place)
