"""Mojibake is text that was decoded by another encoding than it was written in."""

import re
from itertools import product

from ner_service.file_kinds import FREQUENT

ODD = re.compile(  # what Russian words are not made of, or a word whose case is upside down
    r"[^\x00-\x7fА-яЁё«»—–…„“”’№\xa0]|(?<![А-яЁё])[а-яё][А-ЯЁ]{3}"
)
RUN = re.compile(r"[^\x00-\x7f]{4,}")  # bytes beyond ASCII stay beyond it in each encoding
WORD = re.compile(r"[^\W_]+")
RUSSIAN = re.compile(r"[А-ЯЁ]?[а-яё]+|[А-ЯЁ]+")
RUSSIAN_RUN = re.compile(r"[«„(]?[А-ЯЁ]?[а-яё]{4,}[»“—…]*")  # shorter ones may arise by chance
READ_AS = ("latin-1", "cp1252", "cp1251", "koi8-r", "cp866")
WRITTEN_IN = ("utf-8", "cp1251", "koi8-r", "cp866")


def find_mojibake(text: str) -> tuple[int, str] | None:
    """Return where the first mojibake stands and what it means, or None.

    Mojibake is no Russian word itself, and becomes one on the way back through two encodings.
    """
    if not ODD.search(text):
        return None
    for run in RUN.finditer(text):
        if not ODD.search(run[0]):
            continue
        ways = [
            (meant, f"{meant!r} written in {written_in}, read as {read_as}")
            for read_as, written_in in product(READ_AS, WRITTEN_IN)
            if read_as != written_in and (meant := _decode_again(run[0], read_as, written_in))
        ]
        if ways:
            return run.start(), max(ways, key=lambda way: _count_frequent(way[0]))[1]
    return None


def _decode_again(run: str, read_as: str, written_in: str) -> str:
    """Return the Russian words that a run becomes, or nothing."""
    try:
        text = b"".join(_encode(char, read_as) for char in run).decode(written_in)
    except UnicodeError:
        return ""
    if written_in != "utf-8":  # which alone nothing becomes by chance
        return text if RUSSIAN_RUN.fullmatch(text) else ""
    words = WORD.findall(text)
    return text if words and all(map(RUSSIAN.fullmatch, words)) else ""


def _count_frequent(text: str) -> int:
    """Return how many of the letters are frequent, by which the likelier of two ways is known."""
    return sum(char in FREQUENT for char in text)


def _encode(char: str, encoding: str) -> bytes:
    """Return the byte of a character; browsers read bytes that an encoding lacks as controls."""
    return char.encode("latin-1" if "\x80" <= char <= "\x9f" else encoding)
