"""The shipped models as they are served against the same weights in torch, on all gold text."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import pytest
import torch

from ner_service import corpora, labels
from ner_service.engine import shorts
from ner_service.engine.bilstm import Engine
from ner_service.engine.tokens import Tokens
from ner_service.engine.trimming import take_in_brackets, trim_spans
from ner_service.nets.artefact import Artefact, load
from ner_service.nets.encoder import Net
from ner_service.scoring.f1 import exact
from ner_service.taggers.bilstm import BilstmTagger
from ner_service.taggers.models import model_path
from ner_service.text.spacing import mark_words
from ner_service.text.tokens import Token
from ner_service.types import Document, Entity
from tests.engine.test_bilstm import Pair
from tests.text.units import spacings, units

MOST_DIFFERENT = 1e-4  # the share of entities that short numbers may change
STRIDE = 4  # of the documents that torch reads, which takes it two minutes of CPU
MAPPING = dict.fromkeys(("CHAR", "FAC", "MISC", "PRO", "EVT"), "")


class Torch:
    """A model folder's net in torch, fp32, a unit at a time."""

    def __init__(self, artefact: Artefact) -> None:
        self._artefact = artefact
        net = Net(artefact.net, *map(len, (artefact.words, artefact.chars, artefact.shapes)))
        weights = {key: torch.tensor(value).float() for key, value in artefact.tensors.items()}
        net.load_state_dict(weights)
        self._pair = Pair(artefact, net.eval(), Engine(artefact, cache_bytes=0))

    def tag(self, text: str) -> list[Entity]:
        return take_in_brackets(text, [*self._entities(text)])

    def _entities(self, text: str) -> Iterator[Entity]:
        net = self._artefact.net
        kinds = iter(spacings(text))
        for unit in units(text, net.unit_tokens):
            words = [token.text for token in unit]
            marked = mark_words(words, bytes(next(kinds) for _ in words))
            emissions = torch.from_numpy(self._pair.emissions(marked if net.spacing_dim else words))
            mask = torch.ones(1, len(unit), dtype=torch.bool)
            (path,) = self._pair.net.crf.decode(emissions[None], mask)
            yield from trimmed(text, unit, labels.entities(unit, [net.tags[t] for t in path]))


def trimmed(text: str, unit: Sequence[Token], entities: Sequence[Entity]) -> Iterator[Entity]:
    """Yield the entities of a unit without the marks that are trimmed off them when served."""
    starts, ends, words = zip(*((t.start, t.end, t.text) for t in unit), strict=True)
    tokens = Tokens([*starts], [*ends], [*words], b"")
    spans = [(starts.index(e.start), ends.index(e.end) + 1, e.label) for e in entities]
    for start, end, label in trim_spans(text, tokens, spans):
        yield Entity(starts[start], ends[end - 1], label)


class Gold:
    """Every document of PER, LOC and ORG at hand."""

    def __init__(self, folder: Path) -> None:
        self._paths = [p for p in sorted(folder.glob("*.jsonl.gz")) if "_raw_" not in p.name]

    @cached_property
    def documents(self) -> list[Document]:
        return [d for path in self._paths for d in corpora.read(path, MAPPING)]


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("model", ["ru-news"])
def test_a_served_model_answers_as_its_weights_do_in_torch(corpora_root: Path, model: str) -> None:
    artefact = load(model_path(model))
    documents = Gold(corpora_root / "gold").documents[::STRIDE]
    served = BilstmTagger(artefact).tag([d.text for d in documents])
    reference = Torch(artefact)
    expected = [reference.tag(d.text) for d in documents]
    bare = [[Entity(e.start, e.end, e.label) for e in entities] for entities in served]
    differ = count_differences(bare, expected)
    print(f"{model}: {differ} of {sum(map(len, expected))} entities differ")
    found, wanted = (exact(documents, answers) for answers in (bare, expected))
    print(f"F1 {found.f1:.4f} served, {wanted.f1:.4f} in torch")
    assert differ <= sum(map(len, expected)) * MOST_DIFFERENT
    assert found.f1 == pytest.approx(wanted.f1, abs=0.0005)


def count_differences(
    answers: Sequence[Sequence[Entity]], others: Sequence[Sequence[Entity]]
) -> int:
    """Return how many entities, scores and all, are in one of two lists of answers alone."""
    return sum(len({*a} ^ {*b}) for a, b in zip(answers, others, strict=True))


@pytest.mark.slow
@pytest.mark.skipif(not shorts.AVAILABLE, reason="this processor has no short products")
@pytest.mark.parametrize("model", ["ru-news"])
def test_short_numbers_change_next_to_no_entity_and_no_score_by_a_thousandth(
    corpora_root: Path, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = Gold(corpora_root / "gold").documents
    artefact = load(model_path(model))
    short = BilstmTagger(artefact).tag([d.text for d in documents])
    monkeypatch.setattr(shorts, "AVAILABLE", False)
    long = BilstmTagger(artefact).tag([d.text for d in documents])
    bare = [[[replace(e, score=None) for e in entities] for entities in a] for a in (short, long)]
    pairs = (pair for a, b in zip(short, long, strict=True) for pair in same_spans(a, b))
    error = max(abs(x - y) for x, y in pairs)
    differ = count_differences(*bare)
    print(f"{model}: {differ} of {sum(map(len, long))} entities differ, scores by {error:.6f}")
    assert differ <= sum(map(len, long)) * MOST_DIFFERENT
    assert error <= 1e-3


def same_spans(some: list[Entity], others: list[Entity]) -> Iterator[tuple[float, float]]:
    """Yield both scores of each entity that is in both lists."""
    scores = {(e.start, e.end, e.label): e.score for e in others}
    for e in some:
        other = scores.get((e.start, e.end, e.label))
        if e.score is not None and other is not None:
            yield e.score, other
