"""A read report says what a reader read, what it mended and what it left out."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

SAMPLES = 3  # remarks of a kind that are kept word for word; the others are only counted
MOST_NAMED = 20  # labels in one line
SHIFTS = tuple(sorted((d for d in range(-8, 9) if d), key=abs))  # code points; the nearest first
MOST_SHIFTED = 0.9  # share of the cut words that one shift must mend before it is a hint


class Kind(StrEnum):
    """A kind of remark names what happened, as a summary counts it."""

    TRIMMED = "white space trimmed from entities"
    CUT_WORD = "entities that begin or end inside a word"
    OVERLAP = "overlapping entities left out"
    IGNORED_KEY = "keys that look like annotations ignored"
    IGNORED_REGION = "annotations that are no labelled spans ignored"
    LEFT_OUT = "records left out"
    CHOICE = "records with several annotations, of which one was taken"
    BROKEN = "records that cannot be read"
    REPAIRED_TAG = "stray tags read as the beginning of an entity"


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark is one thing that a user should know; `place` is file and line, or file and task."""

    kind: Kind
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


@dataclass(slots=True)
class ReadReport:
    """A read report is filled while documents are read, and complete when they are all read.

    `given` are the labels in the file; `labels` counts the entities that came in, by the labels
    that they have after a mapping, and `counts` the remarks of each kind; `remarks` keeps
    the first `samples` of each kind (a linter that wants them all sets it high). `mending_shifts`
    counts, for each shift in code points, the cut words that it would put on word bounds, and
    `mended_by_ends` those that would be whole if their ends were of their last characters.
    """

    samples: int = SAMPLES
    documents: int = 0
    given: set[str] = field(default_factory=set)
    labels: Counter[str] = field(default_factory=Counter)
    counts: Counter[Kind] = field(default_factory=Counter)
    remarks: list[Remark] = field(default_factory=list)
    mending_shifts: Counter[int] = field(default_factory=Counter)
    mended_by_ends: int = 0

    @property
    def entities(self) -> int:
        """Return the number of entities that came in."""
        return self.labels.total()

    def remark(self, kind: Kind, place: str, message: str) -> None:
        """Count a remark, and keep it if it is one of the first of its kind."""
        self.counts[kind] += 1
        if self.counts[kind] <= self.samples:
            self.remarks.append(Remark(kind, place, message))

    def note_cut_word(self, text: str, start: int, end: int, place: str, label: str) -> None:
        """Count an entity that cuts a word, and the shifts that would mend it.

        The bounds are those of the file, before white space at them was trimmed.
        """
        self.remark(Kind.CUT_WORD, place, f"{start}:{end} {label} {text[start:end]!r}")
        self.mended_by_ends += end < len(text) and _is_whole(text, start, end + 1)
        for shift in SHIFTS:
            moved = start + shift, end + shift
            if moved[0] >= 0 and moved[1] <= len(text) and _is_whole(text, *moved):
                self.mending_shifts[shift] += 1

    @property
    def shift(self) -> int | None:
        """Return the shift that mends nearly all cut words, if most entities cut one."""
        best = max(SHIFTS, key=lambda shift: (self.mending_shifts[shift], -abs(shift)))
        return best if self._mends_most(self.mending_shifts[best]) else None

    @property
    def has_inclusive_ends(self) -> bool:
        """Say whether most ends seem to be those of last characters, not those behind them."""
        return self._mends_most(self.mended_by_ends)

    def _mends_most(self, mended: int) -> bool:
        """Say whether that many mended entities are nearly all cut words, and most entities."""
        cut = self.counts[Kind.CUT_WORD]
        return cut >= 2 and cut * 2 >= self.entities and mended >= MOST_SHIFTED * cut

    @property
    def hint(self) -> str:
        """Return how all offsets may be mended at once, or nothing."""
        if self.has_inclusive_ends:
            return "all ends seem to count the last character: add +1 to each end"
        if self.shift is not None:
            return f"all offsets seem shifted: add {self.shift:+d} to each start and end"
        return ""

    def notes(self) -> list[str]:
        """Return a line for each kind of remark: how many there are, and the first few."""
        lines = []
        for kind, count in self.counts.items():
            kept = [str(remark) for remark in self.remarks if remark.kind is kind][:SAMPLES]
            more = "; …" if count > len(kept) else ""
            lines.append(f"{kind} ({count}): {'; '.join(kept)}{more}")
        return [*lines, self.hint] if self.hint else lines

    def summary(self) -> str:
        """Return how many documents and entities were read, as part of a line."""
        labels = ", ".join(f"{label} {n}" for label, n in self.labels.most_common())
        documents = f"{self.documents} document{'s' * (self.documents != 1)}"
        entities = f"{self.entities} entit{'y' if self.entities == 1 else 'ies'}"
        return f"{documents}, {entities} ({labels})" if labels else f"{documents}, no entities"


def describe_unused(mapping: Mapping[str, str], reports: Iterable[ReadReport]) -> list[str]:
    """Return a line for each label of a mapping that no entity has in the files of the reports."""
    given = {label for report in reports for label in report.given}
    known = ", ".join(sorted(given)[:MOST_NAMED]) + ", …" * (len(given) > MOST_NAMED)
    there = f"there are {known}" if given else "there are no entities"
    return [
        f"no entity has the label {label}, which the mapping {label}={target} names: {there}"
        for label, target in mapping.items()
        if label not in given
    ]


def _is_whole(text: str, start: int, end: int) -> bool:
    """Say whether a span is whole words, without white space at its edges."""
    surface = text[start:end]
    return surface == surface.strip() and not cuts_word(text, start, end)


def split_place(message: str, start: str) -> tuple[str, str]:
    """Return the place that an error's message begins with, as far as it is known, and the rest."""
    place = re.match(rf"{re.escape(start)}(:\d+)?(?=: )", message)
    return (place[0], message[place.end() + 2 :]) if place else (start, message)


def cuts_word(text: str, start: int, end: int) -> bool:
    """Say whether a span begins or ends between two letters or digits, so inside a word."""
    begins = 0 < start < len(text) and text[start - 1].isalnum() and text[start].isalnum()
    ends = 0 < end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    return begins or ends
