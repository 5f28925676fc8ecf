"""Silver data: unlabelled texts tagged by one tagger, or by the vote of several.

A span is kept when taggers with more than half of all weight found it, so kept spans never
overlap. Its score is the weighted mean of the taggers' scores: 0 for a tagger that did not find
the span, 1 for a tagger without scores.
"""

import gzip
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from ner_service.corpora.formats import jsonl
from ner_service.errors import ConfigError, CorpusError, UnknownTagger
from ner_service.files import hold
from ner_service.names.annotation import annotate
from ner_service.taggers.ballots import count_ballots, mean_score, support
from ner_service.taggers.registry import load_tagger
from ner_service.taggers.specs import parse_member
from ner_service.text.sentences import Sentence, sentenize
from ner_service.types import Document, Entity, Tagger

if TYPE_CHECKING:
    from ner_service.names.analyser import Analyser


@dataclass(frozen=True)
class Voter:
    """A tagger with the weight of its vote."""

    tagger: Tagger
    weight: float


def load_voter(spec: str) -> Voter:
    """Load `SPEC` or `SPEC*WEIGHT`, such as `bilstm:ru-news*2`, as a member of a combination."""
    try:
        member = parse_member(spec)
    except UnknownTagger as error:
        raise ConfigError(f"--tagger {error}") from None
    return Voter(load_tagger(member.spec), member.weight)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a vote on a text: the kept spans with scores, and the rejected ones."""

    kept: tuple[Entity, ...]
    rejected: tuple[Entity, ...]

    def doubtful(self, least: float) -> Iterator[Entity]:
        """Return kept spans that score below `least` and rejected ones above `1 - least`."""
        yield from (e for e in self.kept if e.score is not None and e.score < least)
        yield from (e for e in self.rejected if e.score is not None and e.score > 1 - least)


def vote(ballots: Sequence[Sequence[Entity]], weights: Sequence[float]) -> Verdict:
    """Count the ballots, which are a list of entities for each tagger."""
    total = sum(weights)
    kept: list[Entity] = []
    rejected: list[Entity] = []
    for candidate in count_ballots(ballots):
        score = mean_score(candidate, weights, total)
        has_majority = support(candidate, weights) > total / 2
        (kept if has_majority else rejected).append(Entity(*candidate.span, score))
    return Verdict(tuple(kept), tuple(rejected))


def without_doubt(document: Document, verdict: Verdict, least: float) -> Iterator[Document]:
    """Yield the document, or a document for each run of its sentences without a doubtful span."""
    doubts = list(verdict.doubtful(least))
    if not doubts:
        yield replace(document, entities=verdict.kept)
        return
    sentences = _join_crossed(sentenize(document.text), [*verdict.kept, *verdict.rejected])
    runs = groupby(sentences, lambda s: any(e.start < s.end and s.start < e.end for e in doubts))
    for n, run in enumerate([*sentences] for doubtful, sentences in runs if not doubtful):
        start, end = run[0].start, run[-1].end
        entities = (e.shift(-start) for e in verdict.kept if start <= e.start and e.end <= end)
        yield Document(f"{document.id}#{n}", document.text[start:end], tuple(entities))


def _join_crossed(sentences: Iterable[Sentence], spans: Sequence[Entity]) -> list[Sentence]:
    """Return the sentences, joined where a span crosses their border."""
    joined: list[Sentence] = []
    for sentence in sentences:
        if joined and any(e.start < joined[-1].end and e.end > sentence.start for e in spans):
            sentence = Sentence(joined.pop().start, sentence.end)
        joined.append(sentence)
    return joined


@dataclass
class LabellingJob:
    """Labels texts into `output`, slice by slice; a job that was stopped can be resumed.

    While it runs, `OUTPUT.part` holds the finished slices, and `OUTPUT.part.json` records how far
    the job has come and a fingerprint of its taggers, texts and options. `key` names the texts.
    With an `analyser` the documents have base forms and joined mentions.
    """

    voters: Sequence[Voter]
    output: Path
    least: float
    key: str
    analyser: "Analyser | None" = None
    done: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._part = self.output.with_name(f"{self.output.name}.part")
        self._state = self.output.with_name(f"{self.output.name}.part.json")
        infos = [[v.tagger.info.name, v.tagger.info.hash, v.weight] for v in self.voters]
        normal = ["normal"] if self.analyser else []
        job = json.dumps([infos, self.least, self.key, *normal])
        self._fingerprint = sha256(job.encode()).hexdigest()
        self._size = 0
        if self._state.exists():
            self._resume()

    def _resume(self) -> None:
        try:
            state = json.loads(self._state.read_bytes())
            same = state["job"] == self._fingerprint and self._part.stat().st_size >= state["size"]
        except (OSError, ValueError, KeyError, TypeError):
            same = False
        if not same:
            raise ConfigError(
                f"{self._state}: of a job with other taggers, texts or options; remove it to begin"
            )
        self.done, self._size = state["done"], state["size"]

    def run(self, slices: Iterable[Sequence[Document]]) -> Iterator[Sequence[Document]]:
        """Label the remaining texts; yield each slice once its labels are on disk.

        The documents must come in the same order as when the job began, without the first `done`.
        Raises `CorpusError` where the output cannot be written.
        """
        try:
            self.output.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CorpusError(f"{self.output}: {error.strerror or error}") from None
        with hold(self.output):
            yield from self._write(slices)

    def _write(self, slices: Iterable[Sequence[Document]]) -> Iterator[Sequence[Document]]:
        try:
            with self._part.open("r+b" if self._size else "wb") as file:
                file.truncate(self._size)
                file.seek(self._size)
                for documents in slices:
                    file.write(self._pack(self.label(documents)))
                    file.flush()
                    self.done, self._size = self.done + len(documents), file.tell()
                    self._save_state()
                    yield documents
            os.replace(self._part, self.output)
            self._state.unlink(missing_ok=True)
        except OSError as error:
            raise CorpusError(f"{self.output}: {error.strerror or error}") from None

    def label(self, documents: Sequence[Document]) -> Iterator[Document]:
        """Yield the documents with the entities of the vote, without their uncertain sentences."""
        texts = [document.text for document in documents]
        weights = [voter.weight for voter in self.voters]
        ballots = [voter.tagger.tag(texts) for voter in self.voters]
        for document, *given in zip(documents, *ballots, strict=True):
            for labelled in without_doubt(document, vote(given, weights), self.least):
                yield self._analyse(labelled)

    def _analyse(self, document: Document) -> Document:
        """Return the document, with its analysis where one is wanted."""
        if self.analyser is None:
            return document
        return annotate(document, self.analyser.analyse(document.text, document.entities))

    def _pack(self, documents: Iterable[Document]) -> bytes:
        data = b"".join(jsonl.line_of(document) + b"\n" for document in documents)
        return gzip.compress(data, mtime=0) if self.output.suffix == ".gz" and data else data

    def _save_state(self) -> None:
        beside = self._state.with_name(f"{self._state.name}.new")
        state = {"job": self._fingerprint, "done": self.done, "size": self._size}
        beside.write_text(json.dumps(state), encoding="utf-8")
        os.replace(beside, self._state)
