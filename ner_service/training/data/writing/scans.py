"""Scans are texts as a scanner reads a page: letters of like shape, stray blanks, broken lines.

Faults come together in a page by chance: one page has worn letters, another one narrow columns.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from random import Random

from ner_service.training.data.writing.page import Page
from ner_service.types import Document

LIKE: Mapping[str, str] = {  # what a worn or broken letter is taken for: shapes that share strokes
    "а": "яэ", "б": "6в", "в": "з8", "г": "тr", "д": "л", "е": "сё", "ж": "х", "з": "3э",
    "и": "нйп", "й": "и", "л": "пд", "м": "и", "н": "пи", "о": "0с", "п": "нл", "с": "ео",
    "т": "гm", "у": "v", "х": "ж", "ц": "пн", "ч": "4", "ш": "щи", "щ": "ш", "ъ": "ь", "ы": "ь",
    "ь": "ъ", "э": "з", "ю": "о", "я": "а", "ё": "е",
    "Б": "65", "В": "8", "Г": "Т", "Д": "Л", "З": "3", "И": "Н", "Й": "И", "Л": "П", "Н": "ИП",
    "О": "0С", "П": "НЛ", "Р": "Г", "С": "О", "Т": "Г", "Ц": "И", "Ч": "4", "Ш": "Щ", "Щ": "Ш",
    "Э": "З", "Я": "А", "0": "Оо", "1": "lI", "3": "З", "5": "Б", "6": "б", "8": "В", "№": "N",
    "«": "<\"", "»": ">\"", "—": "-~",
}  # fmt: skip
SPECKS = ".,'`~^:-"  # what dirt on the paper is taken for
WIDTHS = 28, 76  # characters of a line
HEADING = 30  # characters of a line that may be set with blanks between its letters
LETTERS = re.compile(r"[^\W\d_]+")
LONG_WORD = 6  # letters of a word that may be broken
VOWELS = "аеёиоуыэюя"
CLOSING, OPENING = ".,:;!?»)—", "«(—"


def scan(document: Document, random: Random) -> Document:
    """Return a document as a scanner might read it."""
    page = Page.of(document.text)
    for fault, share in FAULTS.items():
        if random.random() < share:
            fault(page, random)
    return page.document(document)


def confuse_letters(page: Page, random: Random) -> None:
    """Take letters and signs for others of like shape."""
    rate = random.uniform(0.003, 0.03)
    for at, char in enumerate(page.text):
        if char in LIKE and random.random() < rate:
            page.read[at] = random.choice(LIKE[char])


def break_lines(page: Page, random: Random) -> None:
    """Break lines at a margin, and half of the words that reach across it by a hyphen."""
    width, begin = random.randint(*WIDTHS), 0
    for word in re.finditer(r"\S+|\n", page.text):
        if word[0] == "\n":
            begin = word.end()
        elif word.end() - begin > width and page.text[word.start() - 1 : word.start()] == " ":
            places = [at for at in _break_places(word) if at - begin < width]
            if places and random.random() < 0.5:
                begin = random.choice(places)
                page.before[begin] = "-\n"
            else:
                begin = word.start()
                page.read[begin - 1] = "\n"


def _break_places(word: re.Match[str]) -> Iterator[int]:
    """Yield where a word of letters can be broken, with a vowel on each side."""
    letters = LETTERS.match(word[0])
    if letters is None or len(letters[0]) < LONG_WORD or letters[0].isupper():
        return
    for at in range(2, len(letters[0]) - 1):
        parts = letters[0][:at].lower(), letters[0][at:].lower()
        if (
            all(any(vowel in part for vowel in VOWELS) for part in parts)
            and parts[1][0] not in "ьъй"
        ):
            yield word.start() + at


def break_words(page: Page, random: Random) -> None:
    """Read a blank within long words."""
    rate = random.uniform(0.01, 0.06)
    for word in LETTERS.finditer(page.text):
        if len(word[0]) >= LONG_WORD and random.random() < rate:
            page.before[random.randint(word.start() + 1, word.end() - 1)] += " "


def set_marks_apart(page: Page, random: Random) -> None:
    """Read blanks before closing marks and behind opening ones."""
    rate = random.uniform(0.4, 1.0)
    for at in range(1, len(page.text)):
        last, char = page.text[at - 1], page.text[at]
        is_close = not (last.isspace() or char.isspace())
        if is_close and (char in CLOSING or last in OPENING) and random.random() < rate:
            page.before[at] += " "


def close_up(page: Page, random: Random) -> None:
    """Read no blank behind stops and commas."""
    rate = random.uniform(0.1, 0.6)
    for at in range(1, len(page.text)):
        if page.text[at] == " " and page.text[at - 1] in ".," and random.random() < rate:
            page.read[at] = ""


def space_out(page: Page, random: Random) -> None:
    """Read the short lines in capitals, or the first line, with blanks between their letters."""
    for line in re.finditer(r"[^\n]+", page.text):
        is_heading = line[0].isupper() or not line.start()
        if is_heading and len(line[0]) <= HEADING and random.random() < 0.6:
            for at in range(line.start() + 1, line.end()):
                page.before[at] += " "


def widen_blanks(page: Page, random: Random) -> None:
    """Read two blanks for one."""
    rate = random.uniform(0.02, 0.15)
    for at, char in enumerate(page.text):
        if char == " " and random.random() < rate:
            page.read[at] = "  "


def add_specks(page: Page, random: Random) -> None:
    """Read marks where the paper is dirty: at words or alone."""
    rate = random.uniform(0.005, 0.03)
    for at in range(1, len(page.text)):
        if page.text[at - 1] == " " and random.random() < rate:
            page.before[at] += random.choice(SPECKS) + random.choice(("", " "))


def set_in_old_print(page: Page, random: Random) -> None:
    """Read `-аго` for `-ого`, `-ыя` for `-ые`, and a hard sign behind a word's last consonant."""
    for ending in re.finditer(r"(?<=[^\W\d_]{3})[ое](?=го(?!\w))", page.text):
        page.read[ending.start()] = "а" if ending[0] == "о" else "я"
    for ending in re.finditer(r"(?<=[^\W\d_]{2}ы)е(?!\w)", page.text):
        page.read[ending.start()] = "я"
    for word in LETTERS.finditer(page.text):
        last = word[0][-1].lower()
        if "а" <= last <= "я" and last not in f"{VOWELS}йьъ" and len(word[0]) > 1:
            page.read[word.end() - 1] += "Ъ" if word[0].isupper() else "ъ"


FAULTS: Mapping[Callable[[Page, Random], None], float] = {  # shares of the pages that have them
    set_in_old_print: 0.15,
    confuse_letters: 0.6,
    break_lines: 0.6,
    break_words: 0.3,
    set_marks_apart: 0.4,
    close_up: 0.25,
    space_out: 0.4,
    widen_blanks: 0.3,
    add_specks: 0.3,
}
