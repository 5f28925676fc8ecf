"""The usual case of navec's words is counted here: `python -m docs.generate.usual_case TEXTS…`."""

import re
import sys
from collections import Counter
from collections.abc import Iterable
from gzip import compress
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ner_service import corpora
from ner_service.engine.usual_case import CAPITALS, CASES, NAME, SMALL, pack
from ner_service.nets.navec import NAVEC
from ner_service.nets.vectors import load_vectors

INNER = re.compile(r"(?:(?<=[а-яё0-9,:;—–)»\"] )|(?<=[«\"(]))([^\W\d_][\w-]*)")  # no first words
Counts = dict[str, Counter[int]]


def count(texts: Iterable[str]) -> Counts:
    """Return how often each word stands in which case, in lines that have small letters."""
    counts: Counts = {}
    for text in texts:
        for line in text.splitlines():
            if line != line.upper():
                for word in INNER.findall(line):
                    counts.setdefault(word.lower(), Counter())[_case(word)] += 1
    return counts


def _case(word: str) -> int:
    if len(word) > 1 and word.isupper():
        return CAPITALS
    return NAME if word[0].isupper() else SMALL


def usual(counted: Counter[int]) -> int:
    """Return the case in which a word mostly stands; a tie of name and small is a name."""
    if counted[SMALL] > counted.total() / 2:
        return SMALL
    return CAPITALS if counted[CAPITALS] > counted[NAME] else NAME


def write(texts: Iterable[str], path: Path) -> None:
    """Write two bits for each of navec's words."""
    counts = count(texts)
    ids = load_vectors(NAVEC).ids([*counts])
    cases = np.zeros(int(np.max(ids)) + 1, np.uint8)
    for id, counted in zip(ids.tolist(), counts.values(), strict=True):
        if id >= 0:
            cases[id] = usual(counted)
    path.write_bytes(compress(pack(cases).tobytes(), mtime=0))


if __name__ == "__main__":
    paths = [Path(argument) for argument in sys.argv[1:]]
    documents = (document for path in paths for document in corpora.read(path))
    write((document.text for document in tqdm(documents, unit="text")), CASES)
