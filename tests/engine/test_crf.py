"""Decoding against the enumeration of all paths."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service.engine import crf
from ner_service.labels import OUTSIDE, Scheme, may_follow, tag_set

FORBIDDEN = np.float32(-1e4)


class Chain:
    """A small random CRF that obeys its tagging scheme, and its paths."""

    def __init__(self, scheme: Scheme, length: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.tags = tag_set(("A",) if length > 4 else ("A", "B"), scheme)
        size = len(self.tags)
        ways = (*self.tags, OUTSIDE)
        allowed = np.array([[may_follow(a, b, scheme) for b in ways] for a in ways])
        draw = rng.normal(size=(size + 1, size + 1)).astype(np.float32)
        weights = np.where(allowed, draw, FORBIDDEN)
        self.crf = weights[:-1, :-1].copy(), weights[-1, :-1].copy(), weights[:-1, -1].copy()
        self.emissions = rng.normal(size=(length, size), scale=2).astype(np.float32)
        self.places = np.array([0]), np.array([length])
        self.opens = np.array([tag[0] in "BS" for tag in self.tags])
        self.prolongs = np.array([tag[0] in "IE" for tag in self.tags])
        inside = {tag: self.tags.index(f"I-{tag[2:]}") for tag in self.tags if tag[0] in "BI"}
        self.go_on = np.array([inside.get(tag, -1) if scheme == "BIO" else -1 for tag in self.tags])

    def score(self, path: tuple[int, ...]) -> float:
        transitions, starts, ends = (part.astype(float) for part in self.crf)
        steps = sum(transitions[a, b] for a, b in pairwise(path))
        here = sum(float(self.emissions[i, tag]) for i, tag in enumerate(path))
        return float(starts[path[0]] + steps + here + ends[path[-1]])

    def paths(self) -> list[tuple[int, ...]]:
        return list(product(range(len(self.tags)), repeat=len(self.emissions)))

    def spans(self, path: tuple[int, ...]) -> list[tuple[int, int, str]]:
        rows = crf.spans(np.array(path), *self.places, self.opens, self.prolongs).tolist()
        return [(start, end, self.tags[tag][2:]) for _, start, end, tag in rows]


chains = st.builds(
    Chain, st.sampled_from(["BIO", "BIOES"]), st.integers(1, 5), st.integers(0, 10_000)
)


@given(chains)
def test_the_best_path_is_the_best_of_all_paths(chain: Chain) -> None:
    found = tuple(crf.best_paths(chain.emissions, *chain.places, chain.crf).tolist())
    assert chain.score(found) == pytest.approx(max(map(chain.score, chain.paths())), abs=1e-4)


@given(chains, st.integers(0, 10_000))
def test_rows_are_unsure_exactly_where_errors_could_make_another_path_the_best(
    chain: Chain, seed: int
) -> None:
    errors = np.random.default_rng(seed).choice([0.0, 0.01, 0.5], len(chain.emissions))
    errors = errors.astype(np.float32)
    paths = np.zeros(len(errors), dtype=np.int64)
    rows = crf.find_unsure(chain.emissions, *chain.places, chain.crf, errors, paths)
    best = chain.score(tuple(paths.tolist()))
    assert best == pytest.approx(max(map(chain.score, chain.paths())), abs=1e-4)
    gains = [
        chain.score(path) - best + 2 * float(errors[np.array(path) != paths].sum())
        for path in chain.paths()
    ]
    if abs(max(gains)) > 1e-3:  # else rounding decides
        assert (len(rows) > 0) == (max(gains) > 0)
    assert errors[rows].all()


@given(chains)
def test_a_score_is_the_share_of_all_paths_that_hold_the_very_span(chain: Chain) -> None:
    paths = crf.best_paths(chain.emissions, *chain.places, chain.crf)
    rows = crf.spans(paths, *chain.places, chain.opens, chain.prolongs)
    scores = crf.posteriors(rows, paths, chain.emissions, *chain.places, chain.crf, chain.go_on)
    masses = {path: np.exp(chain.score(path)) for path in chain.paths()}
    total = sum(masses.values())
    for span, score in zip(chain.spans(tuple(paths.tolist())), scores, strict=True):
        holding = sum(m for path, m in masses.items() if m > 0 and span in chain.spans(path))
        assert score == pytest.approx(holding / total, abs=1e-6)


@given(chains, st.sampled_from([200.0, 400.0, 700.0]))
def test_scores_far_apart_have_probabilities_too(chain: Chain, scale: float) -> None:
    chain.emissions *= np.float32(scale)
    paths = crf.best_paths(chain.emissions, *chain.places, chain.crf)
    rows = crf.spans(paths, *chain.places, chain.opens, chain.prolongs)
    scores = crf.posteriors(rows, paths, chain.emissions, *chain.places, chain.crf, chain.go_on)
    top = max(map(chain.score, chain.paths()))
    masses = {path: np.exp(chain.score(path) - top) for path in chain.paths()}
    for span, score in zip(chain.spans(tuple(paths.tolist())), scores, strict=True):
        holding = sum(m for path, m in masses.items() if m > 0 and span in chain.spans(path))
        assert score == pytest.approx(holding / sum(masses.values()), abs=1e-6)


def test_spans_end_where_another_begins_and_at_the_end_of_their_unit() -> None:
    tags = ["O", "B", "I"]
    paths = np.array([1, 2, 1, 0, 1, 1, 2])  # units: B I B O B | B I
    opens, prolongs = np.array([tag == "B" for tag in tags]), np.array([tag == "I" for tag in tags])
    rows = crf.spans(paths, np.array([0, 5]), np.array([5, 2]), opens, prolongs)
    assert rows[:, :3].tolist() == [[0, 0, 2], [0, 2, 3], [0, 4, 5], [1, 0, 2]]
