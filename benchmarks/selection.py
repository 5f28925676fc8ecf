"""`python -m benchmarks.selection` measures how many labels `silver --select` saves, by simulation.

A gold corpus plays the annotator. Both ways begin with the same few sentences at random; then a
model is trained on what is labelled, chooses the next sentences, and so on, against sentences by
chance. F1 is measured on texts that neither choose nor stop anything.

The model is a small net, or a CRF over features, which takes a tenth of the time. Its training does
not depend on a seed, so that the difference between two choices is not that of two trainings.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from ner_service import corpora
from ner_service.explore.baselines.feature_crf import FeatureCrf
from ner_service.scoring.f1 import exact
from ner_service.taggers.registry import load_tagger
from ner_service.text.sentences import sentenize
from ner_service.training.selection import candidates, select
from ner_service.training.silver import Voter
from ner_service.training.train import train_from_file
from ner_service.types import Document, Tagger

RESULT = Path(__file__).with_suffix(".json")
ENOUGH = 0.95  # of the F1 that all labels give
CONFIG = """
name = "simulated"
output = "{folder}/model"
data.train = [{{ path = "{folder}/labelled.jsonl" }}]
data.dev = [{{ path = "{folder}/dev.jsonl" }}]
net.hidden = 48
train.steps = {steps}
train.batch_tokens = 400
train.tensorboard = false
train.seed = {seed}
hardware.precision = "fp32"
"""
STEPS = 600  # of each net at least, so that little data does not mean little training

Choose = Callable[[Tagger, Sequence[Document], int], list[Document]]


class Learner(StrEnum):
    """A learner is the kind of model that learns and chooses."""

    net = "net"
    crf = "crf"


@dataclass(frozen=True)
class Point:
    """A point of a curve is what was labelled, and the F1 that it gave."""

    sentences: int
    words: int
    entities: int
    f1: float


@dataclass(frozen=True)
class Simulation:
    """A simulation has the curves of both ways, and the F1 of the whole pool, for one seed."""

    seed: int
    full: Point
    random: list[Point]
    selected: list[Point]


def sentences_of(documents: Sequence[Document]) -> Iterator[Document]:
    """Yield the sentences of documents that no entity crosses, as documents of their own."""
    for document in documents:
        for n, (start, end) in enumerate(sentenize(document.text)):
            inside = [e for e in document.entities if e.start < end and start < e.end]
            if all(start <= e.start and e.end <= end for e in inside):
                entities = tuple(e.shift(-start) for e in inside)
                yield Document(f"{document.id}#{n}", document.text[start:end], entities)


def train(
    learner: Learner, labelled: Sequence[Document], dev: Sequence[Document], seed: int
) -> Tagger:
    """Return a model that has learned from the labelled sentences."""
    if learner is Learner.crf:
        return FeatureCrf.train(labelled)
    return train_net(labelled, dev, seed)


def train_net(labelled: Sequence[Document], dev: Sequence[Document], seed: int) -> Tagger:
    """Return a small net that has learned from the labelled sentences."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        corpora.write(folder / "labelled.jsonl", labelled)
        corpora.write(folder / "dev.jsonl", dev)
        text = CONFIG.format(folder=folder, steps=STEPS, seed=seed)
        (folder / "config.toml").write_text(text, "utf-8")
        return load_tagger(f"bilstm:{train_from_file(folder / 'config.toml', quiet=True)}")


def by_chance(seed: int) -> Choose:
    """Return a way to choose at random."""
    random = Random(f"chance {seed}")
    return lambda tagger, pool, count: random.sample(list(pool), count)


def by_selection(tagger: Tagger, pool: Sequence[Document], count: int) -> list[Document]:
    """Choose as `silver --select` does; where it runs out of doubts, the first ones follow."""
    bare = [Document(document.id, document.text) for document in pool]
    chosen = select(candidates([bare], [Voter(tagger, 1.0)]), count)
    ids = dict.fromkeys([*(d.id for d in chosen), *(d.id for d in pool)])
    by_id = {document.id: document for document in pool}
    return [by_id[id] for id in [*ids][:count]]


def follow(
    choose: Choose,
    learner: Learner,
    pool: Sequence[Document],
    dev: Sequence[Document],
    held_out: Sequence[Document],
    sizes: Sequence[int],
    seed: int,
    target: float,
) -> list[Point]:
    """Return the curve of a way to choose, until it has reached the target twice."""
    labelled = Random(f"first {seed}").sample(list(pool), sizes[0])
    points: list[Point] = []
    for size in sizes[1:]:
        tagger = train(learner, labelled, dev, seed)
        point = measure(tagger, labelled, held_out)
        points.append(point)
        typer.echo(f"{point.sentences} sentences: F1 {point.f1:.4f} of {target:.4f}", err=True)
        if sum(point.f1 >= target for point in points) == 2:
            break
        known = {document.id for document in labelled}
        rest = [document for document in pool if document.id not in known]
        labelled = [*labelled, *choose(tagger, rest, min(size, len(pool)) - len(labelled))]
    return points


def measure(tagger: Tagger, labelled: Sequence[Document], held_out: Sequence[Document]) -> Point:
    """Return the point of a net that was trained on these."""
    found = tagger.tag([document.text for document in held_out])
    return Point(
        len(labelled),
        sum(len(document.text.split()) for document in labelled),
        sum(len(document.entities) for document in labelled),
        exact(held_out, found).f1,
    )


def needed(points: Sequence[Point], target: float, unit: str) -> float:
    """Return how much had to be labelled to reach the target, on the line between two points."""
    for before, after in zip([None, *points], points, strict=False):
        if after.f1 >= target:
            high: int = getattr(after, unit)
            if before is None:
                return high
            low: int = getattr(before, unit)
            return low + (high - low) * (target - before.f1) / (after.f1 - before.f1)
    return float("inf")


def main(
    pool: Annotated[list[str], typer.Option(help="Gold corpora to choose from.")],
    dev: Annotated[
        str, typer.Option(help="A gold corpus: an eighth ends training, one half scores.")
    ],
    learner: Annotated[Learner, typer.Option(help="What learns and chooses.")] = Learner.net,
    size: Annotated[int, typer.Option(help="Sentences of the pool.")] = 1200,
    seeds: Annotated[int, typer.Option(help="Runs, each with a pool of its own.")] = 3,
    root: Annotated[Path | None, typer.Option(envvar="NER_CORPORA")] = None,
    output: Path = RESULT,
) -> None:
    """Measure the labels that choosing saves, and write them as JSON beside other learners'."""
    read = [d for name in pool for d in corpora.read(corpora.locate(name, root))]
    judges = [*corpora.read(corpora.locate(dev, root))]
    dev_part, held_out = judges[::8], judges[1::2]  # a net reads the former after each epoch
    runs = []
    for seed in range(seeds):
        everything = [*sentences_of(read)]
        some = Random(f"pool {seed}").sample(everything, min(size, len(everything)))
        full = measure(train(learner, some, dev_part, seed), some, held_out)
        target = ENOUGH * full.f1
        typer.echo(f"seed {seed}: F1 of all {full.f1:.4f}", err=True)
        sizes = [n * len(some) // 20 for n in (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 20)]
        ways: list[Choose] = [by_chance(seed), by_selection]
        curves = [
            follow(way, learner, some, dev_part, held_out, sizes, seed, target) for way in ways
        ]
        runs.append(Simulation(seed, full, *curves))
        for unit in ("sentences", "words", "entities"):
            chance, chosen = (needed(curve, target, unit) for curve in curves)
            typer.echo(f"seed {seed}: {unit} {chosen:.0f} of {chance:.0f} = {chosen / chance:.2f}")
        made = {"pool": pool, "dev": dev, "size": size, "runs": [asdict(run) for run in runs]}
        kept = json.loads(output.read_text("utf-8")) if output.exists() else {}
        output.write_text(json.dumps(kept | {learner: made}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    typer.run(main)
