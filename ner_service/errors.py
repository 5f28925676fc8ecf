"""This module holds the errors that a caller can act on, and the codes that the service answers."""

import sys
import tomllib
from collections.abc import Iterable, Sequence
from enum import StrEnum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

CHECKOUT = Path(__file__).parents[1]  # where the package lies in one; else `site-packages`
STRANGE_KEY = ("extra_forbidden", "unexpected_keyword_argument")  # pydantic's kinds of fault
_TABLES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


class NerError(Exception):
    """A caller can act on this error; its text is one line that says how."""


class UnknownTagger(NerError):
    """No tagger goes by that name."""


class MissingExtra(NerError):
    """A library that an optional feature needs is not installed.

    `to_clients` says so without the paths of this machine, for those who only reach it by network.
    """

    def __init__(self, feature: str, extra: str, more: Iterable["MissingExtra"] = ()) -> None:
        """Name a feature and its extra, and those of `more` errors, so that one command helps."""
        self.extras = {feature: extra}
        for error in more:
            self.extras |= error.extras
        needs = f"{', '.join(self.extras)} {'needs' if len(self.extras) == 1 else 'need'}"
        extras = ",".join(dict.fromkeys(self.extras.values()))
        super().__init__(f"{needs}: {install_command(extras)}")
        self.to_clients = f"{needs} the extra [{extras}] where the service is installed"


def join_missing(errors: Iterable[MissingExtra | None]) -> MissingExtra | None:
    """Return one error that names what all of them miss, or `None` where there is none."""
    found = [error for error in errors if error]
    if not found:
        return None
    feature, extra = next(iter(found[0].extras.items()))
    return MissingExtra(feature, extra, found)


def install_command(extra: str) -> str:
    """Return the command that installs an extra here: in a checkout by its path, else by name."""
    if not (CHECKOUT / "pyproject.toml").is_file():
        return f"pip install 'ner-service[{extra}]'"
    place = "." if Path.cwd() == CHECKOUT else str(CHECKOUT)
    python = Path(sys.executable)  # not resolved: a virtual environment's is a link
    if python.is_relative_to(CHECKOUT) and place == ".":
        python = python.relative_to(CHECKOUT)
    return f"{python} -m pip install -e '{place}[{extra}]'"


def reason_of(message: str) -> str:
    """Return what is wrong, of one of pydantic's messages, which name the class of our errors."""
    return message.removeprefix("Value error, ")


def first_fault(faults: Sequence["ErrorDetails"]) -> "ErrorDetails":
    """Return which of pydantic's faults to name: a strange key may be a missing one misspelt."""
    return next((fault for fault in faults if fault["type"] in STRANGE_KEY), faults[0])


class ModelError(NerError):
    """A model folder or package is missing, damaged, or of another format."""


class CorpusError(NerError):
    """A file of texts or labels cannot be read; the message names file and line."""


class SpanError(NerError):
    """The spans of a text are out of bounds, out of order or overlap; the message names one."""


class ConfigError(NerError):
    """A setting, option or configuration key has a wrong value; the message names it."""


class Code(StrEnum):
    """A code names an error that the service answers; `errors.toml` has all that is to say of it.

    Responses, the OpenAPI document, the table of docs/api.md and the client are made of that table.
    """

    status: int
    meaning: str
    example: str
    fields: Sequence[str]
    of_one_text: bool

    def __new__(cls, code: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        vars(member).update({"fields": (), "of_one_text": False} | _TABLES[code])
        return member

    INVALID_HTTP = auto()
    UNAUTHORIZED = auto()
    FORBIDDEN = auto()
    UNKNOWN_TAGGER = auto()
    HTTP_ERROR = auto()
    BODY_TOO_SLOW = auto()
    BODY_TOO_LARGE = auto()
    TEXT_TOO_LONG = auto()
    TOO_MANY_TEXTS = auto()
    RELOAD_FAILED = auto()
    UNSUPPORTED_MEDIA_TYPE = auto()
    UNSUPPORTED_CHARSET = auto()
    UNSUPPORTED_ENCODING = auto()
    INVALID_REQUEST = auto()
    INVALID_JSON = auto()
    INVALID_ENCODING = auto()
    UNKNOWN_LABEL = auto()
    KEY_MISMATCH = auto()
    OVERLOADED = auto()
    RATE_LIMITED = auto()
    TAGGER_FAILED = auto()
    INTERNAL = auto()
    NOT_READY = auto()
    TOO_MANY_CONNECTIONS = auto()
    TIMEOUT = auto()


class Refused(NerError):
    """The service answers this error to a request, or to one text of several.

    `retry` is in how many seconds to try again, 0 where that is of no use.
    """

    def __init__(
        self, code: Code, message: str, fields: Sequence[str] = (), retry: int = 0, status: int = 0
    ) -> None:
        super().__init__(message)
        self.code, self.fields, self.retry = code, tuple(fields), retry
        self.status = status or code.status

    def body(self) -> dict[str, Any]:
        """Returns the error as the response has it."""
        return {"code": self.code, "message": str(self), "fields": list(self.fields)}
