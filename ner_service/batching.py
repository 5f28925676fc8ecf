"""Batching gathers the items of a stream into lists that are small enough to handle in one go."""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")


def gather(
    items: Iterable[Item],
    size_of: Callable[[Item], int],
    most_size: int,
    most_items: float = math.inf,
) -> Iterator[list[Item]]:
    """Yield the items in lists whose sizes sum to at most `most_size`; a larger item goes alone.

    A list that is full is yielded before the next item is asked for, which may be long in coming.
    """
    batch: list[Item] = []
    total = 0
    for item in items:
        size = size_of(item)
        if batch and total + size > most_size:
            yield batch
            batch, total = [], 0
        batch.append(item)
        total += size
        if len(batch) >= most_items or total >= most_size:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch
