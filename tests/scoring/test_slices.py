"""Slices score kinds of entities apart; all of them together are the whole."""

from hypothesis import given
from hypothesis import strategies as st

from ner_service.scoring.f1 import exact
from ner_service.scoring.slices import score_slices
from ner_service.types import Document, Entity

ENTITIES = st.lists(
    st.builds(lambda at, n, label: Entity(at, at + n, label), st.integers(0, 15), st.integers(1, 4),
              st.sampled_from("PL"))
)  # fmt: skip


def by_length(document: Document, entity: Entity) -> str:
    """Name the slice of an entity by its letters."""
    return f"{entity.end - entity.start} letters"


@given(ENTITIES, ENTITIES)
def test_slices_add_up_to_the_whole(gold: list[Entity], predicted: list[Entity]) -> None:
    documents = [Document("1", "x" * 20, tuple(gold))]
    slices = score_slices(documents, [predicted], by_length).values()
    whole = exact(documents, [predicted])
    assert sum(s.right for s in slices) == whole.right
    assert sum(s.predicted for s in slices) == whole.predicted
    assert sum(s.gold for s in slices) == whole.gold


def test_a_slice_is_scored_as_if_nothing_else_were_there() -> None:
    documents = [Document("1", "Анна в Омске", (Entity(0, 4, "PER"), Entity(7, 12, "LOC")))]
    predicted = [[Entity(0, 4, "PER"), Entity(7, 12, "ORG")]]
    slices = score_slices(documents, predicted, by_length)
    assert slices["4 letters"].f1 == 1
    assert slices["5 letters"].f1 == 0
