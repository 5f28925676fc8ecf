"""A JSON body is counted before it is parsed, so that no body costs more than a legal one."""

from collections.abc import Iterator, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel

from ner_service.errors import Code, Refused

SPARE = 1_000  # values and keys that a wrong body may have beside the legal ones, to be explained
WINDOW = 262_144  # bytes that are looked at in one go: a body of quotes becomes as many objects

Model = TypeVar("Model", bound=BaseModel)


class Size(NamedTuple):
    """A size counts the values and the keys of a JSON document."""

    values: int
    keys: int

    def __add__(self, other: tuple[int, ...]) -> "Size":  # type: ignore[override]
        return Size(self.values + other[0], self.keys + other[1])

    def times(self, count: int) -> "Size":
        """Returns the size of as many such documents."""
        return Size(self.values * count, self.keys * count)


class Form(Generic[Model]):
    """A form is a schema, and the size of the largest body that fits it.

    pydantic makes a tree of a whole body before it looks at a bound, and an error of each fault:
    12 MB of `[]` took 5.3 GB. Lists without `maxItems` may have `most_items`, which the operator
    sets; `too_many` is the answer where that is exceeded. `spare` is how many values and keys a
    body may have beside those of the schema.
    """

    def __init__(
        self,
        model: type[Model],
        most_items: int | None = None,
        too_many: Refused | None = None,
        spare: int = SPARE,
    ) -> None:
        self.model = model
        schema = model.model_json_schema()
        self.largest = size_of(schema, schema.get("$defs", {}), most_items)
        self._most = self.largest + Size(spare, spare)
        message = f"the body has more than {self._most.values} values: send fewer"
        self._too_many = too_many or Refused(Code.INVALID_REQUEST, message)

    def parse(self, body: bytes) -> Model:
        """Returns the model of a body; raises `Refused` or `ValidationError`."""
        self.check(body)
        return self.model.model_validate_json(body)

    def check(self, body: bytes) -> None:
        """Raises `Refused` where the body has too many values or keys."""
        if self._fits(count(body)):  # though commas in strings were counted as well
            return
        size = Size(0, 0)
        for part in without_strings(body):
            size += count(part)
            if size.keys > self._most.keys:
                message = f"the body has more than {self._most.keys} keys: send fewer"
                raise Refused(Code.INVALID_REQUEST, message)
            if not self._fits(size):
                raise self._too_many

    def _fits(self, size: Size) -> bool:
        return size.values <= self._most.values and size.keys <= self._most.keys


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
        part = body[start:end].replace(rb"\\", b"").replace(rb"\"", b"")
        pieces = part.split(b'"')
        yield b'"'.join(pieces[inside::2])
        inside ^= len(pieces) % 2 == 0
        start = end


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
    if schema.get("type") == "object":
        fields = [size_of(field, names, most_items) for field in schema["properties"].values()]
        return sum(fields, Size(2, len(fields)))
    return Size(1, 0)
