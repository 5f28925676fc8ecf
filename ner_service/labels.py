"""Conversion of entities to BIO or BIOES tags and back, legal tag sequences, label mapping."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from ner_service.errors import ConfigError
from ner_service.text.tokens import Token
from ner_service.types import Entity

Scheme = Literal["BIO", "BIOES"]
OUTSIDE = "O"
LABELS = ("PER", "LOC", "ORG")


def tag_set(labels: Sequence[str], scheme: Scheme) -> list[str]:
    """Return the tags of a scheme: `O` first, then every prefix of each label in order."""
    prefixes = "BI" if scheme == "BIO" else "BIES"
    return [OUTSIDE, *(f"{prefix}-{label}" for label in labels for prefix in prefixes)]


def may_follow(previous: str, tag: str, scheme: Scheme) -> bool:
    """Say whether `tag` may stand after `previous`; `O` also stands for both ends of a text."""
    before, after = previous[0], tag[0]
    same = previous[2:] == tag[2:]
    if scheme == "BIO":
        return after != "I" or (before != "O" and same)
    inside = before in "BI"
    return (inside and same) if after in "IE" else not inside


def tags(tokens: Sequence[Token], entities: Iterable[Entity], scheme: Scheme) -> list[str]:
    """Return the tags of tokens that the sorted, non-overlapping entities touch, `O` elsewhere.

    An entity whose bounds fall inside tokens takes those tokens whole; of two entities that
    touch one token the earlier keeps it.
    """
    row = [OUTSIDE] * len(tokens)
    at = 0
    for entity in entities:
        while at < len(tokens) and tokens[at].end <= entity.start:
            at += 1
        first = at
        while at < len(tokens) and tokens[at].start < entity.end:
            at += 1
        row[first:at] = [f"{prefix}-{entity.label}" for prefix in prefixes(at - first, scheme)]
    return row


def prefixes(length: int, scheme: Scheme) -> str:
    """Return the prefix of each tag of an entity over so many tokens."""
    single, last = ("S", "E") if scheme == "BIOES" else ("B", "I")
    return single[:length] if length < 2 else "B" + "I" * (length - 2) + last


def entities(tokens: Sequence[Token], tags: Sequence[str]) -> list[Entity]:
    """Return the entities that tags mark; an `I-` or `E-` that continues nothing starts one."""
    marked: list[Entity] = []
    previous = OUTSIDE
    for token, tag in zip(tokens, tags, strict=True):
        if tag[0] in "IE" and previous[0] in "BI" and tag[2:] == previous[2:]:
            marked[-1] = replace(marked[-1], end=token.end)
        elif tag != OUTSIDE:
            marked.append(Entity(token.start, token.end, tag[2:]))
        previous = tag
    return marked


def parse_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """Return the mapping that `FROM=TO` pairs name; an empty `TO` drops the label."""
    mapping = {}
    for pair in pairs:
        source, equals, target = pair.partition("=")
        if not (source and equals):
            raise ConfigError(f"label mapping {pair!r}: expected FROM=TO, such as GPE=LOC")
        if len(f"{target} ".splitlines()) > 1:
            raise ConfigError(f"label mapping {pair!r}: a label is one line")
        mapping[source] = target
    return mapping


def map_labels(entities: Iterable[Entity], mapping: Mapping[str, str]) -> list[Entity]:
    """Rename labels; entities whose label is mapped to the empty string are dropped."""
    renamed = (replace(e, label=mapping.get(e.label, e.label)) for e in entities)
    return [entity for entity in renamed if entity.label]
