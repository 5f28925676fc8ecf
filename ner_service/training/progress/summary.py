"""A summary says in lines what a run reads, what it begins from, and what to do with its model."""

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from ner_service.nets.artefact import Artefact
from ner_service.nets.config import ENCODER_NAMES
from ner_service.output.numbers import numbered
from ner_service.training.data.corpus import Corpus
from ner_service.training.data.length import Length
from ner_service.training.data.prepare import TrainingData

FEW = 20  # entities of a label in train; with fewer, nets hardly learn it


def describe_data(data: TrainingData) -> Iterator[str]:
    """Yield a line for each corpus: its size, and how its entities divide among the labels."""
    for use, corpora in (("train", data.train), ("dev", data.dev)):
        for corpus in corpora:
            yield f"{use}: {_describe_corpus(corpus)}"
    if data.added:
        yield f"train: {numbered(data.added, 'text')} written by program join these"


def _describe_corpus(corpus: Corpus) -> str:
    counts = _counts([corpus])
    texts = numbered(len(corpus.documents), "text")
    entities = numbered(counts.total(), "entity")
    balance = ", ".join(
        f"{label} {count:,} ({count / counts.total():.0%})" for label, count in counts.most_common()
    )
    return f"{corpus.source.path}: {texts}, {entities}{': ' * bool(balance)}{balance}"


def _counts(corpora: Sequence[Corpus]) -> Counter[str]:
    return Counter(e.label for c in corpora for d in c.documents for e in d.entities)


def doubts_about(data: TrainingData) -> Iterator[str]:
    """Yield a line for labels that the data can hardly teach, and for those that dev lacks."""
    train, dev = _counts(data.train), _counts(data.dev)
    if few := [f"{label} ({train[label]})" for label in sorted(train) if train[label] < FEW]:
        yield f"train has few entities of {', '.join(few)}: label more, or expect little of them"
    if unseen := sorted(set(train) - set(dev)):
        yield f"dev has no {', '.join(unseen)}, so nothing tells how well they are found"


def describe_start(data: TrainingData) -> Iterator[str]:
    """Yield what the run has from the model that it starts from, if it starts from one."""
    before, start = data.before, data.start
    if before is None:
        return
    old, new = before.net.labels, start.net.labels
    yield f"from {before.meta.get('name', 'a model')} (sha256 {before.hash[:12]}): " + "; ".join(
        f"{word} {', '.join(labels)}"
        for word, labels in (
            ("keeps", [label for label in old if label in new]),
            ("learns anew", [label for label in new if label not in old]),
            ("drops", [label for label in old if label not in new]),
            ("new conventions", _new_conventions(before, start)),
        )
        if labels
    )


def _new_conventions(before: Artefact, start: Artefact) -> list[str]:
    names = start.net.conventions
    return [n for n in names if n not in before.net.conventions] if len(names) > 1 else []


def describe_run(encoder: str, weights: int, place: str, length: Length, steps: int) -> str:
    """Return the size of the net, where it trains, and how long; `steps` are those of an epoch."""
    most = f"{numbered(length.epochs, 'epoch')} at most"
    grown = f" ({length.asked} asked for, more since the data are small)"
    return (
        f"{ENCODER_NAMES[encoder]}-CRF of {weights:,} weights on {place}; {most}"
        f"{grown if length.epochs > length.asked else ''} of {numbered(steps, 'step')} each"
    )


def next_commands(output: Path, name: str) -> list[str]:
    """Return the commands that use a model, with its folder as the configuration names it."""
    spec = shlex.quote(f"bilstm:{output}")
    commands = [
        f"ner-service tag --tagger {spec} news.txt",
        f"ner-service evaluate test.jsonl --tagger {spec} --card --report errors",
    ]
    if "," not in str(output):  # by which NER_TAGGERS separates its entries
        served = shlex.quote(f"natasha,{name}=bilstm:{output}")
        commands.append(f"NER_TAGGERS={served} ner-service serve")
    return commands
