"""The tagger of rules merges what its rules find, and goes before the tagger behind it."""

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from ner_service.digest import digest
from ner_service.files import user_path
from ner_service.taggers.registry import load_tagger
from ner_service.taggers.rules.case_forms import CaseForms, load_case_forms
from ner_service.taggers.rules.files import digest_files
from ner_service.taggers.rules.finders import Finder, finders_of, longest_first
from ner_service.taggers.rules.gazetteer import Gazetteer
from ner_service.taggers.rules.rule_file import RuleFile, read_rules
from ner_service.taggers.rules.sets import load_set
from ner_service.taggers.specs import RULE_SETS, split_rules
from ner_service.types import Counting, Entity, Span, Tagger, TaggerInfo, Tally

LANGUAGE = "ru"  # whose case forms are found
MANY = 100_000  # phrases, which the collector takes longer to look at than a text takes
CERTAIN = 1.0  # the score of a rule beside the scores of a tagger


@dataclass(frozen=True)
class AllowList:
    """An allow list drops entities that are exactly one of its phrases, in any case form."""

    gazetteer: Gazetteer
    labels: frozenset[str]  # none is all

    def drop(self, text: str, entities: Sequence[Entity]) -> list[Entity]:
        """Return the entities that are not on the list."""
        listed = {(match.start, match.end) for match in self.gazetteer.find(text)}
        return [
            e
            for e in entities
            if (e.start, e.end) not in listed or (self.labels and e.label not in self.labels)
        ]


@dataclass(frozen=True)
class Part:
    """A part is the rules of one file or set, under the name that entities say as their source."""

    source: str
    finders: Sequence[Finder]


class RulesTagger:
    """Of rules that overlap the longest stays, and of a tagger's entities what overlaps no rule.

    Then the allow lists drop entities of both.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        allow: Sequence[AllowList],
        hash: str,
        behind: Tagger | None,
        spec_behind: str,
    ) -> None:
        self._parts, self._allow = parts, allow
        self._behind, self._spec = behind, spec_behind
        own = [label for part in parts for finder in part.finders for label in finder.labels]
        info = behind.info if behind else None
        self._score = None if info is None or info.score_kind == "none" else CERTAIN
        labels = [*(info.labels if info else ()), *own]
        languages = [*(info.languages if info else ()), LANGUAGE]
        self.info = TaggerInfo(
            name="rules",
            version=f"{info.name} {info.version}" if info else f"pymorphy3 {version('pymorphy3')}",
            languages=tuple(dict.fromkeys(languages)),
            labels=tuple(dict.fromkeys(labels)),
            score_kind="none" if self._score is None else "raw",
            hash=sha256(f"{hash} {info and (info.hash, info.version)}".encode()).hexdigest(),
        )

    @property
    def tally(self) -> Tally:
        """Return the counts of the tagger behind the rules."""
        return self._behind.tally if isinstance(self._behind, Counting) else Tally()

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        answers = self._behind.tag(texts) if self._behind else [[] for _ in texts]
        return [self._merge(text, found) for text, found in zip(texts, answers, strict=True)]

    def _merge(self, text: str, found: Sequence[Entity]) -> list[Entity]:
        spans: list[Span] = []
        sources: list[tuple[str, ...]] = []
        for part in self._parts:
            for finder in part.finders:
                spans += finder.find(text)
            sources += [(part.source,)] * (len(spans) - len(sources))
        rules = [Entity(*spans[n], self._score, sources=sources[n]) for n in longest_first(spans)]
        others = [e if e.sources else replace(e, sources=(self._spec,)) for e in found]
        entities = sorted([*rules, *_apart(rules, others)]) if rules and others else rules or others
        for allow in self._allow if entities else ():
            entities = allow.drop(text, entities)
        return entities


def _apart(rules: Sequence[Entity], others: Iterable[Entity]) -> list[Entity]:
    """Return the others that overlap no rule; both are sorted and without overlap."""
    apart: list[Entity] = []
    n = 0
    for entity in others:
        while n < len(rules) and rules[n].end <= entity.start:
            n += 1
        if n == len(rules) or rules[n].start >= entity.end:
            apart.append(entity)
    return apart


@contextmanager
def pause_collector() -> Iterator[None]:
    """Keep Python's collector from looking at a million new phrases while they are loaded.

    It would take a tenth of the time, and finds nothing.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def load_rules(source: str) -> RulesTagger:
    """Load the rules and the tagger that a source names."""
    with pause_collector():
        tagger, phrases = _load(source)
    if phrases > MANY:
        gc.collect()  # else the collector would look at all of it during the first text
    return tagger


def _load(source: str) -> tuple[RulesTagger, int]:
    """Return the tagger that a source names, and how many phrases it looks for."""
    names, spec = split_rules(source)
    forms = load_case_forms()
    files = {name: read_rules(user_path(name)) for name in names if name not in RULE_SETS}
    parts = [
        Part(
            f"rules:{Path(name).name}",
            [load_set(name)] if name in RULE_SETS else [*finders_of([files[name]], forms)],
        )
        for name in names
    ]
    allow = [each for file in files.values() for each in _allow_lists(file, forms)]
    sets = [name for name in names if name in RULE_SETS]
    paths = digest_files(source)
    hash = f"{sets} {digest(*paths) if paths else ''} {version('natasha')}"
    tagger = RulesTagger(parts, allow, hash, load_tagger(spec) if spec else None, spec)
    return tagger, sum(len(phrases) for file in files.values() for _, phrases in file.phrases)


def _allow_lists(file: RuleFile, forms: CaseForms) -> list[AllowList]:
    return [
        AllowList(Gazetteer(phrases, forms), frozenset(rule.labels)) for rule, phrases in file.allow
    ]
