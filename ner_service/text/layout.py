"""Lines, cells and items of lists: the places in a text that no name reaches across."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ner_service.text.html_markup import FILLER

QUOTED = re.compile(r"^[ \t]*+(?:>[ \t]?)++", re.MULTILINE)
BROKEN_WORD = re.compile(r"-(?<=[^\W\d_]-)[ \t]*+\r?\n[ \t]*+(?=[^\W\d_])(?!\w*-)")
JOINT = re.compile(f"-{FILLER}+|{FILLER}{{2,}}")  # what `join_lines` puts where a line ended
CUE = re.compile(  # of subtitles, with the empty lines before it
    r"(?:\r?\n)*+(?<![^\n])(?:\d{1,5}[ \t]*\r?\n)?+"
    r"(?:\d{1,2}:)?\d\d:\d\d[,.]\d{3}[ ]-->[ ][^\n]{0,80}\n"
)
CELL = re.compile(r"(?:[ ]*+[\t|]|[ ]{3,})[ \t|]*+")
ITEM = re.compile(
    r"(?:[-–—*+•·‣⁃◦▪■●○►▶→✓✔\uf000-\uf0ff]\s|\(?\d{1,3}(?:\.\d{1,3})*+[.)]|\(?[а-яёa-z]\)\s|#{1,6}\s)",
    re.IGNORECASE,
)
FIELD = re.compile(r"[^\W\d_][^:\n]{0,40}:(?:\s|$)")
INITIALS = re.compile(r"[А-ЯЁ]\.[ ]?[А-ЯЁ]\.[ ]?[а-яё]")  # of a surname at the end of the last line
SENTENCE_END = re.compile(r"[.!?…;:][\"»”’)\]]{0,3}$")
WORD = re.compile(r"(?<![^\W_])[^\W\d_]{2,}")
LAYOUT_CHARS = "\t\n\r\x0b\x0c\x1c-\x1e\x85|;\u2028\u2029"  # what `find_unit_ends` looks for
WRAPPED_CHARS = 45  # narrower lines are seldom those of a text that is wrapped at a margin
FULL = 0.8  # the share of its neighbours' width from which on a line may have been wrapped
NEAR = 2  # lines on each side that tell how wide a text is
TAIL = 4  # characters at the end of a line that tell whether a sentence ends there


def join_lines(text: str) -> str:
    """Return a text without marks of quoted mail and times of subtitles, and broken words whole.

    The halves of a word are joined by hidden characters, so that every offset stays.
    """
    if ">" in text:
        text = QUOTED.sub(lambda mark: " " * len(mark[0]), text)
    if "-->" in text:
        text = CUE.sub(lambda cue: "\n".rjust(len(cue[0])), text)
    return BROKEN_WORD.sub(_join, text)


def _join(match: re.Match[str]) -> str:
    if match.string[match.end()].isupper():  # the hyphen is the name's own
        return "-" + FILLER * (len(match[0]) - 1)
    return FILLER * len(match[0])


def find_unit_ends(text: str, source: str) -> list[int]:
    """Return the places, in order, that no name reaches across, in time linear in the length.

    They are where an empty line, a line that did not break at a margin, a cell of a table or an
    item of a list of names ends. Cells are parted as in `source`, the text before any character
    was replaced, since blanks that replace others part none.
    """
    ends = {*_line_ends(text)}
    if "\t" in source or "|" in source or "   " in source:
        ends.update(cell.end() for cell in CELL.finditer(source) if not _is_indent(cell))
    if ";" in text:
        ends.update(_item_ends(text))
    return sorted(ends - {0, len(text)})


def _is_indent(cell: re.Match[str]) -> bool:
    """Say whether what parts cells is white space at the beginning of a line instead."""
    at = cell.start()
    return (not at or cell.string[at - 1] in "\n\r") and cell[0].isspace()


def _line_ends(text: str) -> Iterator[int]:
    """Yield where each line that does not go on in the next one ends: where the next one begins."""
    lines, starts, blocks = _lines_with_text(text)
    closed = False  # whether the last line of a block ends a sentence
    for n in range(len(lines) - 1, -1, -1):
        ends_sentence = bool(SENTENCE_END.search(lines[n], max(0, len(lines[n]) - TAIL)))
        is_last = n + 1 == len(lines) or blocks[n] != blocks[n + 1]
        if is_last:
            closed = ends_sentence
        if n + 1 < len(lines) and (is_last or ends_sentence or not _is_wrapped(lines, n, closed)):
            yield starts[n + 1]


def _lines_with_text(text: str) -> tuple[list[str], list[int], list[int]]:
    """Return lines without the white space around them, their starts, and numbers of their blocks.

    A block is a run of lines without an empty one between them.
    """
    lines, starts, blocks = [], [], []
    at = block = 0
    for whole in text.splitlines(keepends=True):
        line = whole.strip()
        if line:
            lines.append(line)
            starts.append(at + len(whole) - len(whole.lstrip()))
            blocks.append(block)
        else:
            block += 1
        at += len(whole)
    return lines, starts, blocks


def _is_wrapped(lines: Sequence[str], n: int, closed: bool) -> bool:
    """Say whether line `n` goes on in the next one, since it broke at the margin alone.

    `closed` says that their block ends a sentence.
    """
    line, following = lines[n], lines[n + 1]
    if not line or not following:
        return False
    first, last = following.split(maxsplit=1)[0], line.rsplit(maxsplit=1)[-1]
    if INITIALS.match(following) and last[0].isupper() and _has_lower(line):
        return True
    if ITEM.match(following) or FIELD.match(following):
        return False
    near = lines[max(0, n - NEAR) : n + NEAR + 1]
    width = max(len(part) for joined in near for part in JOINT.split(joined))
    end = len(JOINT.split(line)[-1])
    if end + 1 + len(first) <= FULL * width or not _has_lower(line):
        return False
    is_open = last[-1] in ",-–—" or last.islower() or first[0].islower()
    return is_open or closed or width >= WRAPPED_CHARS


def _item_ends(text: str) -> Iterator[int]:
    """Yield the ends of items that semicolons part, where one of two has no lower-case word."""
    end = 0
    for item, following in pairwise(text.split(";")):
        end += len(item) + 1
        if not (_has_lower(item) and _has_lower(following)):
            yield end


def _has_lower(text: str) -> bool:
    return any(word[0][0].islower() for word in WORD.finditer(text))
