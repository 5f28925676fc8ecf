"""Mentions of one name in a text are joined where nothing else fits them."""

from collections.abc import Sequence

from ner_service.names.types import Mention, Name


def join_mentions(labels: Sequence[str], mentions: Sequence[Mention]) -> tuple[Name, ...]:
    """Return the names that the mentions of a text join to, in the order of the first mentions."""
    groups: dict[tuple[str, str | int], list[int]] = {}
    for n, (label, mention) in enumerate(zip(labels, mentions, strict=True)):
        groups.setdefault((label, n if mention.normal is None else mention.normal), []).append(n)
    return tuple(
        Name(label, mentions[indices[0]].normal, mentions[indices[0]].parts, tuple(indices))
        for (label, _), indices in groups.items()
    )
