"""Fit the probability that a combination of taggers gives to a span, and print the table of it.

`python -m benchmarks.combination_fit nerel_named_dev ne5_dev > ner_service/taggers/evidence.toml`
fits one logistic regression on the candidates of every combination of the shipped taggers, each
combination with the same weight. `NER_CORPORA` names the folder of the corpora, which should be
dev splits: the members must not have been trained on them. The calibration error of each
combination goes to stderr, cross-fitted: by a fit on the documents of the other folds.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import tomli_w

from ner_service import corpora
from ner_service.cli.options import corpora_root
from ner_service.digest import digest
from ner_service.errors import NerError
from ner_service.taggers.ballots import count_ballots
from ner_service.taggers.evidence import FEATURES, features
from ner_service.taggers.registry import load_tagger, shipped_specs
from ner_service.types import Document, Entity

FOLDS = 4
PENALTY = 1.0  # of the squared coefficients, in candidates
STEPS = 30  # of Newton's method, which needs about eight
BINS = 10  # of the calibration error, with as many candidates each

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


@dataclass(frozen=True)
class Sample:
    """A sample is the candidates of a combination: evidence, whether right, and document."""

    name: str
    values: Array  # candidates x features
    right: Array  # candidates
    documents: Array  # candidates


def samples(
    documents: Sequence[Document], answers: dict[str, list[list[Entity]]], scored: dict[str, bool]
) -> Iterator[Sample]:
    """Yield a sample for each combination of two taggers and more."""
    for size in range(2, len(answers) + 1):
        for specs in combinations(answers, size):
            rows, right, at = [], [], []
            for n, document in enumerate(documents):
                gold = {entity.span for entity in document.entities}
                ballots = [answers[spec][n] for spec in specs]
                for candidate in count_ballots(ballots):
                    rows.append(features(candidate, ballots, [scored[spec] for spec in specs]))
                    right.append(float(candidate.span in gold))
                    at.append(float(n))
            yield Sample(" + ".join(specs), np.array(rows), np.array(right), np.array(at))


def fit(parts: Sequence[tuple[Array, Array]]) -> Array:
    """Return the coefficients of a logistic regression, by Newton's method."""
    values = np.vstack([values for values, _ in parts])
    right = np.concatenate([right for _, right in parts])
    most = max(len(right) for _, right in parts)
    weights = np.concatenate([np.full(len(right), most / len(right)) for _, right in parts])
    coefficients = np.zeros(values.shape[1])
    for _ in range(STEPS):
        p = probability(values, coefficients)
        slope = values.T @ (weights * (p - right)) + PENALTY * coefficients
        curve = (values * (weights * p * (1 - p))[:, None]).T @ values
        coefficients -= np.linalg.solve(curve + PENALTY * np.eye(len(coefficients)), slope)
    return coefficients


def probability(values: Array, coefficients: Array) -> Array:
    """Return the probability of each row."""
    result: Array = 1 / (1 + np.exp(-values @ coefficients))
    return result


def calibration_error(p: Array, right: Array) -> float:
    """Return the expected calibration error: bins of equal size, mean score against accuracy."""
    bins = np.array_split(np.argsort(p), BINS)
    return sum(abs(float(np.sum(p[b] - right[b]))) for b in bins) / len(p)


def show_errors(parts: Sequence[Sample]) -> None:
    """Print the calibration error of each combination, cross-fitted over the documents."""
    folds = [
        fit(
            [(s.values[s.documents % FOLDS != k], s.right[s.documents % FOLDS != k]) for s in parts]
        )
        for k in range(FOLDS)
    ]
    for s in parts:
        fold = (s.documents % FOLDS).astype(int)
        p = np.array([probability(v, folds[k]) for v, k in zip(s.values, fold, strict=True)])
        print(f"{calibration_error(p, s.right):.4f} {len(p):>6}  {s.name}", file=sys.stderr)


def main(names: Sequence[str]) -> None:
    """Fit on the corpora of these names, and print the table."""
    root = corpora_root()
    paths = [corpora.locate(name, root) for name in names]
    documents = [document for path in paths for document in corpora.read(path)]
    texts = [document.text for document in documents]
    taggers = {spec: load_tagger(spec) for spec in shipped_specs()}
    answers = {spec: tagger.tag(texts) for spec, tagger in taggers.items()}
    scored = {spec: tagger.info.score_kind != "none" for spec, tagger in taggers.items()}
    parts = list(samples(documents, answers, scored))
    show_errors(parts)
    coefficients = fit([(s.values, s.right) for s in parts])
    table = {
        "taggers": {spec: tagger.info.hash or "" for spec, tagger in taggers.items()},
        "corpora": {name: digest(path) for name, path in zip(names, paths, strict=True)},
        "coefficients": dict(
            zip(FEATURES, map(lambda c: round(float(c), 4), coefficients), strict=True)
        ),
    }
    print("# Written by `python -m benchmarks.combination_fit`; see there.\n")
    print(tomli_w.dumps(table), end="")


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit("error: no corpus: name dev splits, such as nerel_named_dev ne5_dev")
    try:
        main(sys.argv[1:])
    except NerError as error:
        sys.exit(f"error: {error}")
