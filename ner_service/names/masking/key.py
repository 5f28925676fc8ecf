"""A key holds what unmasking needs: the surface of each mention, and what stands in its place."""

from hashlib import sha256
from itertools import pairwise
from typing import Annotated, Literal

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
STRICT = ConfigDict(strict=True, extra="forbid")


class KeyMismatch(NerError):
    """A key was altered, or belongs to another text."""


@with_config(STRICT)
class KeyMention(TypedDict):
    """A mention stands at a span of the masked text; `surface` is what stood there before.

    `mask` is what stands there now, empty where it is the placeholder of the name. `around` is a
    hash of the words before and after the span.
    """

    start: Count
    end: Count
    name: Count
    surface: str
    mask: str
    case: Case | Unknown
    around: Hash


@with_config(STRICT)
class KeyName(TypedDict):
    """A name has its placeholder or the base form of its surrogate, and its own base form.

    `parts` and `mask_parts` are a person's first, middle and last name and those of the surrogate,
    each perhaps empty; the lists themselves are empty for what is no person.
    """

    label: Label
    mask: str
    mask_parts: Annotated[list[str], Field(max_length=3)]
    normal: str
    parts: Annotated[list[str], Field(max_length=3)]
    gender: Gender | Unknown
    number: Number | Unknown
    quoted: bool


@with_config(STRICT)
class OwnNumber(TypedDict):
    """The text itself held placeholders of a label, with numbers up to this one."""

    label: Label
    number: Count


class Key(BaseModel):
    """A key undoes the masking of one text.

    `text` is the SHA-256 of the masked text, `words` are hashes of its words, and `checksum` is
    the SHA-256 of all other fields.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    version: Literal[1] = 1
    style: Style
    text: Annotated[str, Field(max_length=64)]
    own: Annotated[list[OwnNumber], Field(max_length=MOST_LABELS, fail_fast=True)]
    names: Annotated[list[KeyName], Field(max_length=MOST_MENTIONS, fail_fast=True)]
    mentions: Annotated[list[KeyMention], Field(max_length=MOST_MENTIONS, fail_fast=True)]
    words: Annotated[list[Hash], Field(max_length=MOST_WORDS, fail_fast=True)]
    checksum: Annotated[str, Field(max_length=64)] = ""

    def seal(self) -> "Key":
        """Return the same key with its checksum."""
        return self.model_copy(update={"checksum": self._digest()})

    def check(self) -> None:
        """Raise `KeyMismatch` where the key was altered since it was made."""
        if self.checksum != self._digest() or not self._is_whole():
            raise KeyMismatch(
                "key: was altered: its checksum does not fit; send the key as masking returned it"
            )

    def fits(self, text: str) -> bool:
        """Return whether a text is the masked text, character by character."""
        return self.text == digest(text)

    def _is_whole(self) -> bool:
        """Return whether spans and references fit, as in every key that masking made."""
        return (
            all(a["end"] <= b["start"] for a, b in pairwise(self.mentions))
            and all(m["start"] <= m["end"] and m["name"] < len(self.names) for m in self.mentions)
            and all(len(name["mask_parts"]) in (0, 3) for name in self.names)
        )

    def _digest(self) -> str:
        fields = self.model_dump(exclude={"checksum"})
        return sha256(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)).hexdigest()


def digest(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal digits."""
    return sha256(text.encode()).hexdigest()
