"""BIO and BIOES tags <-> entities, the transitions each scheme allows, and label mapping."""

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
    """The tags of a scheme: `O` first, then every prefix of each label in order."""
    prefixes = "BI" if scheme == "BIO" else "BIES"
    return [OUTSIDE, *(f"{prefix}-{label}" for label in labels for prefix in prefixes)]


def may_follow(previous: str, tag: str, scheme: Scheme) -> bool:
    """Says whether `tag` may stand after `previous`; `O` also stands for both text ends."""
    before, after = previous[0], tag[0]
    same = previous[2:] == tag[2:]
    if scheme == "BIO":
        return after != "I" or (before != "O" and same)
    inside = before in "BI"
    if after in "IE":
        return inside and same
    return not inside


def tags(tokens: Sequence[Token], entities: Iterable[Entity], scheme: Scheme) -> list[str]:
    """Tags tokens with the sorted, non-overlapping entities that they touch.

    An entity whose bounds fall inside tokens takes those tokens whole; of two entities that
    touch one token the earlier keeps it.
    """
    found = [OUTSIDE] * len(tokens)
    at = 0
    for entity in entities:
        while at < len(tokens) and tokens[at].end <= entity.start:
            at += 1
        first = at
        while at < len(tokens) and tokens[at].start < entity.end:
            at += 1
        found[first:at] = _run(at - first, entity.label, scheme)
    return found


def _run(length: int, label: str, scheme: Scheme) -> list[str]:
    if scheme == "BIOES" and length == 1:
        return [f"S-{label}"]
    run = [f"I-{label}"] * length
    if length:
        run[0] = f"B-{label}"
    if scheme == "BIOES" and length:
        run[-1] = f"E-{label}"
    return run


def entities(tokens: Sequence[Token], tags: Sequence[str]) -> list[Entity]:
    """Reads entities off BIO or BIOES tags; a tag that continues nothing starts an entity."""
    found: list[Entity] = []
    previous = OUTSIDE
    for token, tag in zip(tokens, tags, strict=True):
        continues = tag[0] in "IE" and previous[0] in "BI" and tag[2:] == previous[2:]
        if continues:
            found[-1] = replace(found[-1], end=token.end)
        elif tag != OUTSIDE:
            found.append(Entity(token.start, token.end, tag[2:]))
        previous = tag
    return found


def parse_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """Reads `FROM=TO` pairs; an empty `TO` drops the label."""
    mapping = {}
    for pair in pairs:
        source, equals, target = pair.partition("=")
        if not (source and equals):
            raise ConfigError(f"label mapping {pair!r}: expected FROM=TO, such as GPE=LOC")
        mapping[source] = target
    return mapping


def map_labels(entities: Iterable[Entity], mapping: Mapping[str, str]) -> list[Entity]:
    """Renames labels; a label mapped to the empty string is dropped, others are kept."""
    renamed = (replace(e, label=mapping.get(e.label, e.label)) for e in entities)
    return [entity for entity in renamed if entity.label]
