"""The size of a JSON body is counted before parsing, so that none costs more than a legal one."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

VALUE_BYTES, KEY_BYTES = 2, 5  # that one takes at least in valid JSON: `1,` and `"":1,`
WINDOW = 262_144  # bytes that are looked at in one go: a body of quotes becomes as many objects
QUOTE, BACKSLASH = b'"\\'


class Size(NamedTuple):
    """A size counts the values and the keys of a JSON document."""

    values: int
    keys: int

    def __add__(self, other: tuple[int, ...]) -> "Size":  # type: ignore[override]
        return Size(self.values + other[0], self.keys + other[1])

    def times(self, count: int) -> "Size":
        """Returns the size of as many such documents."""
        return Size(self.values * count, self.keys * count)

    def fits(self, most: "Size") -> bool:
        """Returns whether there are no more values and keys than in another size."""
        return self.values <= most.values and self.keys <= most.keys

    @property
    def least_bytes(self) -> int:
        """Returns how long a valid document is at least that has more values or keys."""
        return min(VALUE_BYTES * self.values, KEY_BYTES * self.keys)


async def size_within(body: bytes, most: Size) -> Size:
    """Returns the size of a document, or of its first part that has more than `most`.

    Others are served between the windows: 16 MB of escaped quotes take 0.1 s.
    """
    size = Size(0, 0)
    for parts in (windows(body), without_strings(body)):  # the former count commas in strings, too
        size = Size(0, 0)
        for part in parts:
            size += count(part)
            if not size.fits(most):
                break
            if len(body) > WINDOW:
                await asyncio.sleep(0)
        else:
            break
    return size


def windows(body: bytes) -> Iterator[bytes]:
    """Yields a document in parts, with its strings."""
    yield from (body[start : start + WINDOW] for start in range(0, len(body), WINDOW))


def count(bare: bytes) -> Size:
    """Returns the size of a JSON document without strings; never less than of one with them."""
    return Size(sum(map(bare.count, (b",", b"[", b"{"))), bare.count(b":"))


def without_strings(body: bytes) -> Iterator[bytes]:
    """Yields a JSON document in parts, without what stands in its strings."""
    start, inside = 0, False
    while start < len(body):
        end = start + WINDOW
        if body[end - 1 : end] == b"\\":  # what is escaped belongs to the same part
            rest = body[end:]
            end += len(rest) - len(rest.lstrip(b"\\")) + 1
        part = body[start:end]
        quotes = find_quotes(part)
        bounds = [*(() if inside else (-1,)), *quotes, *(len(part),) * 2]
        pairs = zip(bounds[::2], bounds[1::2], strict=False)
        yield b'"'.join(part[first + 1 : last] for first, last in pairs)
        inside ^= len(quotes) % 2 == 1
        start = end


def find_quotes(part: bytes) -> list[int]:
    """Return where the strings of a part of a document begin and end: quotes without a backslash.

    NumPy finds them, as a text may consist of escaped letters, whose backslashes slow searches of
    bytes down. It comes with the taggers, and is imported no earlier.
    """
    import numpy as np

    chars = np.frombuffer(part, np.uint8)
    quotes = np.flatnonzero(chars == QUOTE)
    if (chars[quotes[quotes > 0] - 1] == BACKSLASH).any():
        others = chars != BACKSLASH
        places = np.append(np.flatnonzero(others), -1)  # the last stands before the first
        before = places[np.cumsum(others, dtype=np.int32)[quotes] - 2]  # each quote, another itself
        quotes = quotes[(quotes - before) % 2 == 1]
    found: list[int] = quotes.tolist()
    return found


def size_of(schema: Mapping[str, Any], names: Mapping[str, Any], most_items: int | None) -> Size:
    """Returns the size of the largest document of a schema; raises `ValueError` if there is none.

    Each value has a comma or a bracket; a list that holds values has one of both.
    """
    if reference := schema.get("$ref"):
        return size_of(names[reference.rpartition("/")[2]], names, most_items)
    if choices := schema.get("anyOf"):
        return max(size_of(choice, names, most_items) for choice in choices)
    if schema.get("type") == "array":
        most = schema.get("maxItems", most_items)
        if most is None:
            raise ValueError(f"no bound of {schema.get('title', 'a list')}: add max_length")
        return Size(1, 0) + size_of(schema["items"], names, most_items).times(most)
    if "additionalProperties" in schema and "maxProperties" in schema:
        field = size_of(schema["additionalProperties"], names, most_items)
        return Size(2, 0) + (field + Size(0, 1)).times(schema["maxProperties"])
    if schema.get("type") == "object":
        fields = [size_of(field, names, most_items) for field in schema["properties"].values()]
        return sum(fields, Size(2, len(fields)))
    return Size(1, 0)
