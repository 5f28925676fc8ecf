"""Silver data: unlabelled texts tagged by one tagger, or by the vote of several.

A span is kept when taggers with more than half of all weight found it, so kept spans never
overlap. Its score is the mean of the taggers' scores by weight: 0 where one did not find it,
1 where one has no scores.
"""

import gzip
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from ner_service.corpora.formats import jsonl
from ner_service.errors import ConfigError, CorpusError
from ner_service.taggers.registry import load_tagger
from ner_service.text.sentences import Sentence, sentenize
from ner_service.types import Document, Entity, Tagger


@dataclass(frozen=True)
class Voter:
    """A tagger with the weight of its vote."""

    tagger: Tagger
    weight: float


def load_voter(spec: str) -> Voter:
    """Loads `SPEC` or `SPEC*WEIGHT`, such as `bilstm:ru-news*2`."""
    name, star, weight = spec.rpartition("*")
    if not star:
        return Voter(load_tagger(spec), 1.0)
    try:
        value = float(weight)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise ConfigError(f"--tagger {spec}: expected a positive weight after *")
    return Voter(load_tagger(name), value)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a vote says of a text: the kept spans with scores, and those voted down."""

    kept: tuple[Entity, ...]
    lost: tuple[Entity, ...]

    def doubtful(self, least: float) -> Iterator[Entity]:
        """Kept spans that score below `least`, and lost ones that score above `1 - least`."""
        yield from (e for e in self.kept if e.score is not None and e.score < least)
        yield from (e for e in self.lost if e.score is not None and e.score > 1 - least)


def vote(ballots: Sequence[Sequence[Entity]], weights: Sequence[float]) -> Verdict:
    """Counts the ballots: one list of entities a tagger."""
    votes: dict[tuple[int, int, str], list[float]] = {}
    for entities, weight in zip(ballots, weights, strict=True):
        for e in entities:
            found = votes.setdefault(e.span, [0.0, 0.0])
            found[0] += weight
            found[1] += weight * (1.0 if e.score is None else e.score)
    total = sum(weights)
    kept: list[Entity] = []
    lost: list[Entity] = []
    for span, (support, score) in sorted(votes.items()):
        (kept if support > total / 2 else lost).append(Entity(*span, score=score / total))
    return Verdict(tuple(kept), tuple(lost))


def certain(document: Document, verdict: Verdict, least: float) -> Iterator[Document]:
    """The document, or its runs of sentences without a doubtful span as documents of their own."""
    doubts = list(verdict.doubtful(least))
    if not doubts:
        yield replace(document, entities=verdict.kept)
        return
    sentences = _whole(sentenize(document.text), [*verdict.kept, *verdict.lost])
    for n, run in enumerate(_runs(sentences, doubts)):
        within = (e for e in verdict.kept if run.start <= e.start and e.end <= run.end)
        entities = tuple(e.shift(-run.start) for e in within)
        yield Document(f"{document.id}#{n}", document.text[run.start : run.end], entities)


def _runs(sentences: Iterable[Sentence], doubts: Sequence[Entity]) -> list[Sentence]:
    """Sentences that no doubtful span touches, neighbours joined."""
    runs: list[Sentence] = []
    joined = False
    for sentence in sentences:
        sure = not any(e.start < sentence.end and sentence.start < e.end for e in doubts)
        if sure and joined:
            runs[-1] = Sentence(runs[-1].start, sentence.end)
        elif sure:
            runs.append(sentence)
        joined = sure
    return runs


def _whole(sentences: Iterable[Sentence], spans: Sequence[Entity]) -> list[Sentence]:
    """Sentences, those that a span crosses made one."""
    found: list[Sentence] = []
    for sentence in sentences:
        if found and any(e.start < found[-1].end and e.end > sentence.start for e in spans):
            sentence = Sentence(found.pop().start, sentence.end)
        found.append(sentence)
    return found


@dataclass
class Job:
    """Labels texts into `output`, slice by slice; a job that was stopped goes on.

    While it runs, `OUTPUT.part` holds the finished slices and `OUTPUT.part.json` says how far
    it came and of which taggers, texts and options it is.
    """

    voters: Sequence[Voter]
    output: Path
    least: float
    key: str
    done: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._part = self.output.with_name(f"{self.output.name}.part")
        self._state = self.output.with_name(f"{self.output.name}.part.json")
        infos = [[v.tagger.info.name, v.tagger.info.hash, v.weight] for v in self.voters]
        self._print = sha256(json.dumps([infos, self.least, self.key]).encode()).hexdigest()
        self._size = 0
        if self._state.exists():
            self._take_up()

    def _take_up(self) -> None:
        try:
            state = json.loads(self._state.read_bytes())
            same = state["job"] == self._print and self._part.stat().st_size >= state["size"]
        except (OSError, ValueError, KeyError, TypeError):
            same = False
        if not same:
            raise ConfigError(
                f"{self._state}: of a job with other taggers, texts or options; remove it to begin"
            )
        self.done, self._size = state["done"], state["size"]

    def run(self, slices: Iterable[Sequence[Document]]) -> Iterator[Sequence[Document]]:
        """Labels what is left of the texts; yields each slice once its labels are on disk.

        The slices must be of the same documents in the same order as when the job began; those
        already done must have been left out. Raises `CorpusError` where it cannot write.
        """
        try:
            self.output.parent.mkdir(parents=True, exist_ok=True)
            with self._part.open("r+b" if self._size else "wb") as file:
                file.truncate(self._size)
                file.seek(self._size)
                for some in slices:
                    file.write(self._pack(self.label(some)))
                    file.flush()
                    self.done, self._size = self.done + len(some), file.tell()
                    self._note()
                    yield some
            os.replace(self._part, self.output)
            self._state.unlink(missing_ok=True)
        except OSError as error:
            raise CorpusError(f"{self.output}: {error.strerror or error}") from None

    def label(self, documents: Sequence[Document]) -> Iterator[Document]:
        """The documents with the entities of the vote, without what is uncertain."""
        texts = [document.text for document in documents]
        weights = [voter.weight for voter in self.voters]
        ballots = [voter.tagger.tag(texts) for voter in self.voters]
        for document, *given in zip(documents, *ballots, strict=True):
            yield from certain(document, vote(given, weights), self.least)

    def _pack(self, documents: Iterable[Document]) -> bytes:
        data = b"".join(jsonl.line_of(document) + b"\n" for document in documents)
        return gzip.compress(data, mtime=0) if self.output.suffix == ".gz" and data else data

    def _note(self) -> None:
        beside = self._state.with_name(f"{self._state.name}.new")
        note = {"job": self._print, "done": self.done, "size": self._size}
        beside.write_text(json.dumps(note), encoding="utf-8")
        os.replace(beside, self._state)
