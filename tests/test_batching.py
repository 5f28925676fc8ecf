"""Batches hold every item once, in order, and are as large as they may be."""

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ner_service.batching import gather

SIZES = st.lists(st.integers(0, 9))


@given(SIZES, st.integers(1, 12), st.integers(1, 5))
def test_batches_are_whole_and_no_item_more_would_fit(
    sizes: list[int], most_size: int, most_items: int
) -> None:
    batches = [*gather(sizes, int, most_size, most_items)]
    assert [size for batch in batches for size in batch] == sizes
    for batch in batches:
        assert 1 <= len(batch) <= most_items
        assert sum(batch) <= most_size or len(batch) == 1
    for batch, after in pairwise(batches):
        assert len(batch) == most_items or sum(batch) + max(after[0], 1) > most_size


def test_a_full_batch_does_not_wait_for_the_next_item() -> None:
    asked = []

    def items() -> Iterator[int]:
        for n in range(4):
            asked.append(n)
            yield n

    assert next(gather(items(), lambda _: 1, 2)) == [0, 1]
    assert next(gather(items(), lambda _: 1, 9, 2)) == [0, 1]
    assert asked == [0, 1, 0, 1]
