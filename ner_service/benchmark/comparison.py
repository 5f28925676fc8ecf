"""Results are read once, and compared only if they were measured on the same corpora."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeVar

from ner_service.benchmark.results import CorpusResult, R, Record, Result, Store, TaggerResult

T = TypeVar("T", bound=TaggerResult)
C = TypeVar("C", bound=CorpusResult)
V = TypeVar("V")


class Results:
    """Results are all records of a folder, by kind, and the parts' views of them."""

    def __init__(self, store: Store, kinds: Sequence[type[Result]]) -> None:
        self.store = store
        self._records: dict[type[Result], list[Record[Any]]] = {k: store.records(k) for k in kinds}
        self._all = [record for records in self._records.values() for record in records]
        self._views: dict[Any, Any] = {}

    def view(self, make: Callable[["Results"], V]) -> V:
        """Returns one part's view of the results, which is made once."""
        if make not in self._views:
            self._views[make] = make(self)
        view: V = self._views[make]
        return view

    def records(self, kind: type[R]) -> list[Record[R]]:
        """Returns the records of a kind, by name."""
        return self._records[kind]

    @cached_property
    def taggers(self) -> list[str]:
        """Returns every tagger, first those of the newest timing in its order, the rest by name."""
        timed = newest_first([r for r in self._all if r.result.sets_order])
        ordered = [tagger for record in timed for tagger in record.result.taggers]
        others = {tagger for record in self._all for tagger in record.result.taggers}
        return [*dict.fromkeys([*ordered, *sorted(others)])]

    def place(self, tagger: str) -> int:
        """Returns a tagger's place in tables; other servers come last."""
        return self.taggers.index(tagger) if tagger in self.taggers else len(self.taggers)

    def in_order(self, kind: type[T]) -> list[T]:
        """Returns the results of a kind, in the order of tables."""
        results = [record.result for record in self.records(kind)]
        return sorted(results, key=lambda result: self.place(result.tagger))

    def current(self, kind: type[C]) -> list[Record[C]]:
        """Returns the records on corpora as they were last measured on; no others compare."""
        return [record for record in self.records(kind) if record not in self.stale]

    @cached_property
    def stale(self) -> list[Record[CorpusResult]]:
        """Returns the records on corpora whose file or label mapping has changed since."""
        on_corpora = [r for r in self._all if isinstance(r.result, CorpusResult)]
        hashes = {r.result.corpus: r.key.get("corpus") for r in newest_first(on_corpora)[::-1]}
        return [r for r in on_corpora if r.key.get("corpus") != hashes[r.result.corpus]]

    @property
    def with_machine(self) -> list[Record[Any]]:
        """Returns the records whose machine and commit the footnotes name."""
        return [record for record in self._all if record.result.names_machine]


def newest_first(records: Sequence[Record[R]]) -> list[Record[R]]:
    """Returns records by date of measurement, the newest first."""
    return sorted(records, key=lambda record: record.created, reverse=True)
