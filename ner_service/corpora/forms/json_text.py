"""JSON text is read so that nothing in it is lost: no key of two, no digit of a number."""

import json
import sys
from collections.abc import Iterator, Sequence
from typing import NoReturn

import orjson

from ner_service.corpora.check import find_repeated
from ner_service.errors import CorpusError

UTF16_SIGNS = ("\x00", "\x04")  # in ASCII and Cyrillic letters, half of each is one of these
DEEPEST = 200  # levels of lists and objects; orjson writes 254
TOO_DEEP = f"is nested deeper than {DEEPEST} levels: flatten it"
INT_BITS = 63  # of a number that orjson writes
MOST_SHOWN = 60  # characters of a key that an error shows


class Written(float):
    """A number that goes out as it was written, where a float would be written otherwise."""

    __slots__ = ("text",)
    text: str


class NoNumber:
    """A placeholder for `NaN` or an infinity, which Python writes though JSON has neither."""

    def __init__(self, name: str) -> None:
        self.name = name


def read_float(text: str) -> float:
    """Return a number with a fraction or an exponent, which remembers how it was written."""
    value = float(text)
    if repr(value) == text:
        return value
    written = Written(value)
    written.text = text
    return written


def load_json(text: str, place: str, mend: str = "") -> object:
    """Return the value of a JSON text; raises `CorpusError` from `place` to how to mend it.

    Two keys of one name in an object are an error, and so is a number that JSON does not have.
    """
    oddities: list[NoNumber] = []

    def keep(name: str) -> NoNumber:
        oddities.append(NoNumber(name))
        return oddities[-1]

    def pairs(items: Sequence[tuple[str, object]]) -> dict[str, object]:
        record = dict(items)
        if len(record) < len(items):
            _raise_twice(items, place)
        return record

    try:
        value: object = json.loads(
            text, parse_float=read_float, parse_constant=keep, object_pairs_hook=pairs
        )
    except RecursionError:
        raise CorpusError(f"{place}: {TOO_DEEP}") from None
    except json.JSONDecodeError as error:
        if text[1:2] in UTF16_SIGNS:
            mend = "; it looks like UTF-16: save it as UTF-8"
        where = f"column {error.colno}" + (f" of line {error.lineno}" if error.lineno > 1 else "")
        raise CorpusError(f"{place}: not JSON: {error.msg} at {where}{mend}") from None
    except ValueError:  # Python converts no number of more digits than its limit
        most = sys.get_int_max_str_digits()
        raise CorpusError(
            f"{place}: has a number of more than {most} digits: write it as a string"
        ) from None
    if oddities:
        key, name = next(_odd_numbers(value, ""))
        at = f"{place}: {key}" if key else place
        raise CorpusError(f"{at}: not JSON: {name} is no number there: write null instead")
    return value


def _raise_twice(items: Sequence[tuple[str, object]], place: str) -> NoReturn:
    twice = find_repeated(name for name, _ in items) or ""
    raise CorpusError(
        f"{place}: an object has the key {twice[:MOST_SHOWN]!r} twice: keep or rename one of them"
    )


def _odd_numbers(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Yield the path and the name of each placeholder within a value."""
    if isinstance(value, NoNumber):
        yield path, value.name
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _odd_numbers(part, f"{path}.{key[:MOST_SHOWN]}" if path else key)
    elif isinstance(value, list):
        for n, part in enumerate(value):
            yield from _odd_numbers(part, f"{path}[{n}]")


def dump(value: object, place: str = "", indented: bool = False) -> bytes:
    """Return a value as JSON, with escapes where it holds what UTF-8 cannot.

    Numbers are written as they were read, and a NaN, which tables may hold, as null. Raises
    `CorpusError` where values are nested too deeply.
    """
    option = orjson.OPT_INDENT_2 if indented else None
    try:
        return orjson.dumps(value, default=plain, option=option)
    except TypeError:  # numbers beyond 64 bits, halves of surrogate pairs, keys that are no strings
        return orjson.dumps(_as_fragments(value, place, 0), default=plain, option=option)


def plain(value: object) -> object:
    """Return what orjson writes of a value whose type it does not have."""
    return orjson.Fragment(value.text) if isinstance(value, Written) else str(value)


def _as_fragments(value: object, place: str, depth: int) -> object:
    """Return a value with JSON in place of what orjson cannot write."""
    if depth > DEEPEST:
        raise CorpusError(f"{place or 'a document'}: {TOO_DEEP}")
    if isinstance(value, str):
        return orjson.Fragment(_string(value))
    if type(value) is int and value.bit_length() > INT_BITS:
        return orjson.Fragment(str(value))
    if isinstance(value, dict):
        parts = (
            _string(str(key))
            + b":"
            + orjson.dumps(_as_fragments(part, place, depth + 1), default=plain)
            for key, part in value.items()
        )
        return orjson.Fragment(b"{%s}" % b",".join(parts))
    if isinstance(value, list | tuple):
        return [_as_fragments(part, place, depth + 1) for part in value]
    return value


def _string(text: str) -> bytes:
    """Return a string as JSON, with escapes where it holds half a surrogate pair."""
    try:
        return orjson.dumps(text)
    except TypeError:
        return json.dumps(text).encode()
