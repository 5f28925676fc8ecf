"""A finding is a fault at a place of an annotated corpus, with what is wrong there."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

MOST_CHARS = 60  # of a text that is shown in a message


class Fault(StrEnum):
    """A fault is a kind of what can be wrong: it has a name, and says how a summary counts it.

    Errors are what spoils training or scores; warnings may be meant so.
    """

    counted: str
    is_error: bool

    def __new__(cls, name: str, counted: str, is_error: bool = False) -> Self:
        member = str.__new__(cls, name)
        member._value_ = name
        member.counted, member.is_error = counted, is_error
        return member

    UNREADABLE = ("unreadable", "unreadable files or records", True)
    STRAY_TAG = ("stray-tag", "stray tags", True)
    OUTSIDE = ("outside", "entities that hold no characters of the text", True)
    UNFIT_LABEL = ("unfit-label", "entities with a control character in their label", True)
    DOUBLED = ("doubled", "doubled entities", True)
    OVERLAP = ("overlap", "overlapping entities", True)
    LEAK = ("leak", "documents that are in another file too", True)
    UNKNOWN_LABEL = ("unknown-label", "labels that the training data lacks", True)
    SHIFTED = ("shifted", "files with all offsets shifted", True)
    BLANK_EDGE = ("blank-edge", "entities with a blank at an edge")
    PUNCTUATION_EDGE = ("punctuation-edge", "entities with stray punctuation at an edge")
    CUT_WORD = ("cut-word", "entities that begin or end inside a word")
    LIKE_LABELS = ("like-labels", "labels that are nearly one")
    SEVERAL_LABELS = ("several-labels", "names with several labels")
    COPY = ("copy", "documents that come twice")
    NEAR_COPY = ("near-copy", "documents that nearly come twice")
    SAME_ID = ("same-id", "ids that come twice")
    EMPTY = ("empty", "empty documents")
    NO_ENTITIES = ("no-entities", "files without entities")
    ENCODING = ("encoding", "texts that were decoded wrongly")
    CARRIAGE_RETURN = ("carriage-return", "texts with carriage returns")
    CONTROL = ("control", "texts with control characters")
    READING = ("reading", "remarks of the reader")


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding has a place, which is file and line or as much as the format tells."""

    fault: Fault
    place: str
    message: str

    @property
    def severity(self) -> str:
        """Return `error` or `warning`."""
        return "error" if self.fault.is_error else "warning"

    def as_json(self) -> dict[str, object]:
        """Return the finding for programs; the line is None where a format has none."""
        file, colon, line = self.place.rpartition(":")
        has_line = bool(colon) and line.isdecimal()
        return {
            "file": file if has_line else self.place,
            "line": int(line) if has_line else None,
            "severity": self.severity,
            "fault": self.fault,
            "message": self.message,
        }

    def __str__(self) -> str:
        return f"{self.place}: {self.severity}: {self.message} [{self.fault}]"


def quote(text: str) -> str:
    """Return a text in quotes, on one line, and shortened in its middle where it is long."""
    half = MOST_CHARS // 2
    return repr(text if len(text) <= MOST_CHARS else f"{text[:half]}…{text[-half:]}")
