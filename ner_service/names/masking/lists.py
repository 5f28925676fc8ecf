"""Lists of everyday names stand in for those of a text, in an order that a seed decides."""

import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import permutations
from pathlib import Path


@cache
def load_lists() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the lists of names by section and kind."""
    tables = tomllib.loads(Path(__file__).with_name("surrogates.toml").read_text("utf-8"))
    return {
        section: {kind: tuple(words.split()) for kind, words in table.items()}
        for section, table in tables.items()
    }


def shuffle(words: Sequence[str], seed: int, what: str) -> Iterator[str]:
    """Yield names in the order of a seed, then two of them with a hyphen, three, and so on."""
    order = sorted(words)
    random.Random(f"{seed} {what}").shuffle(order)
    for size in range(1, len(order) + 1):
        yield from ("-".join(parts) for parts in permutations(order, size))
