"""A key holds what unmasking needs: the surface of each mention, and what stands in its place."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from itertools import pairwise, starmap
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, with_config
from typing_extensions import TypedDict

from ner_service.errors import NerError
from ner_service.names.types import Case, Gender, Number

Style = Literal["label", "surrogate"]
Unknown = Literal[""]  # an empty string, for null is dropped on the way by some tools
MOST_MENTIONS = 50_000  # one in twenty characters of the longest text
MOST_LABELS = 128  # of a tagger and of identifiers
MOST_WORDS = 256  # of the masked text, by which another text is known
MOST_LABEL_CHARS = 256
Count = Annotated[int, Field(ge=0, lt=2**31)]
Hash = Annotated[int, Field(ge=0, lt=2**32)]
Label = Annotated[str, Field(max_length=MOST_LABEL_CHARS)]
T = TypeVar("T")
Column = Annotated[list[T], Field(max_length=MOST_MENTIONS, fail_fast=True)]
STRICT = ConfigDict(strict=True, extra="forbid")


class KeyMismatch(NerError):
    """A key was altered, or belongs to another text."""


class KeyMention(NamedTuple):
    """A mention stands at a span of the masked text; `surface` is what stood there before.

    `mask` is what stands there now, empty where it is the placeholder of the name. `around` is a
    hash of the words before and after the span.
    """

    start: int
    end: int
    name: int
    surface: str
    mask: str
    case: Case | Unknown
    around: int


class KeyName(NamedTuple):
    """A name has its placeholder or the base form of its surrogate, and its own base form.

    `parts` and `mask_parts` are a person's first, middle and last name and those of the surrogate,
    each perhaps empty.
    """

    label: str
    mask: str
    normal: str
    gender: Gender | Unknown
    number: Number | Unknown
    quoted: bool
    parts: tuple[str, str, str]
    mask_parts: tuple[str, str, str]


@with_config(STRICT)
class MentionColumns(TypedDict):
    """Mentions are kept in columns, which are read five times as fast as an object each."""

    start: Column[Count]
    end: Column[Count]
    name: Column[Count]
    surface: Column[str]
    mask: Column[str]
    case: Column[Case | Unknown]
    around: Column[Hash]


@with_config(STRICT)
class NameColumns(TypedDict):
    """Names are kept in columns, the parts of a person's name in three each."""

    label: Column[Label]
    mask: Column[str]
    normal: Column[str]
    gender: Column[Gender | Unknown]
    number: Column[Number | Unknown]
    quoted: Column[bool]
    first: Column[str]
    middle: Column[str]
    last: Column[str]
    mask_first: Column[str]
    mask_middle: Column[str]
    mask_last: Column[str]


@with_config(STRICT)
class OwnNumber(TypedDict):
    """The text itself held placeholders of a label, with numbers up to this one."""

    label: Annotated[Label, Field(description="the label")]
    number: Annotated[Count, Field(description="the greatest number")]


MENTION_FIELDS = tuple(MentionColumns.__annotations__)
NAME_FIELDS = tuple(NameColumns.__annotations__)


class Key(BaseModel):
    """A key undoes the masking of one text.

    `text` is the SHA-256 of the masked text, `words` are hashes of its words, and `checksum` is
    the SHA-256 of all other fields.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    version: Literal[1] = Field(1, description="of the form of keys")
    style: Style = Field(description="placeholders, or other names")
    text: str = Field(max_length=64, description="the SHA-256 of the masked text")
    own: list[OwnNumber] = Field(
        max_length=MOST_LABELS, fail_fast=True, description="placeholders that the text had itself"
    )
    names: NameColumns = Field(description="the names and what stands for them, in columns")
    mentions: MentionColumns = Field(description="where they stand, and what stood there")
    words: list[Hash] = Field(
        max_length=MOST_WORDS, fail_fast=True, description="hashes of words of the masked text"
    )
    checksum: str = Field("", max_length=64, description="the SHA-256 of all other fields")

    @classmethod
    def seal(
        cls, style: Style, text: str, own: Mapping[str, int], names: Sequence[KeyName],
        mentions: Sequence[KeyMention], words: Sequence[int],
    ) -> "Key":  # fmt: skip
        """Return the key of a masked text, with its checksum."""
        parts = [(*name[:6], *name.parts, *name.mask_parts) for name in names]
        key = cls(
            style=style,
            text=digest(text),
            own=[{"label": label, "number": number} for label, number in own.items()],
            names=_columns(NAME_FIELDS, parts),
            mentions=_columns(MENTION_FIELDS, mentions),
            words=[*words],
        )
        return key.model_copy(update={"checksum": key.digest_fields()})

    @cached_property
    def name_rows(self) -> list[KeyName]:
        """Return the names; valid once the key is checked."""
        names: Mapping[str, Any] = self.names
        columns = [names[field] for field in NAME_FIELDS]
        fields, parts, mask_parts = columns[:6], columns[6:9], columns[9:]
        rows = zip(*fields, zip(*parts, strict=True), zip(*mask_parts, strict=True), strict=True)
        return [*starmap(KeyName, rows)]

    @cached_property
    def mention_rows(self) -> list[KeyMention]:
        """Return the mentions in the order of the text; valid once the key is checked."""
        mentions: Mapping[str, Any] = self.mentions
        columns = [mentions[field] for field in MENTION_FIELDS]
        return [*starmap(KeyMention, zip(*columns, strict=True))]

    def check(self) -> None:
        """Raise `KeyMismatch` where the key was altered since it was made."""
        if self.checksum != self.digest_fields() or not self._is_whole():
            raise KeyMismatch(
                "key: was altered: its checksum does not fit; send the key as masking returned it"
            )

    def _is_whole(self) -> bool:
        """Return whether columns, spans and references fit, as in every key that masking made."""
        tables: tuple[Mapping[str, Any], ...] = (self.names, self.mentions)
        if any(len({*map(len, table.values())}) > 1 for table in tables):
            return False
        rows = self.mention_rows
        return all(a.end <= b.start for a, b in pairwise(rows)) and all(
            m.start <= m.end and m.name < len(self.name_rows) for m in rows
        )

    def fits(self, text: str) -> bool:
        """Return whether a text is the masked text, character by character."""
        return self.text == digest(text)

    def digest_fields(self) -> str:
        """Return the SHA-256 of all fields but the checksum, whatever their order."""
        fields = self.model_dump(exclude={"checksum"})
        return sha256(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _columns(fields: Sequence[str], rows: Sequence[Sequence[Any]]) -> Any:
    """Return rows as columns by the names of their fields."""
    columns = zip(*rows, strict=True) if rows else [()] * len(fields)
    return {field: [*column] for field, column in zip(fields, columns, strict=True)}


def digest(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal digits."""
    return sha256(text.encode()).hexdigest()
