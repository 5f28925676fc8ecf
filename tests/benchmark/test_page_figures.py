"""The figures beside the taggers are of these very weights, or there are none."""

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("psutil")

from ner_service.benchmark.parts.http import Http, Load
from ner_service.benchmark.parts.quality import Quality, measure
from ner_service.benchmark.parts.speed import Cost, Speed
from ner_service.benchmark.report.rendering import update_figures
from ner_service.benchmark.results import Spread, Store
from ner_service.benchmark.texts import Corpus, load_corpus
from ner_service.errors import ConfigError
from ner_service.output.measured import FIGURES
from ner_service.types import Entity, TaggerInfo

DOCUMENTS = load_corpus("own_news", None, {}).documents[:20]


class Gold:
    """Knows the answers."""

    info = TaggerInfo("gold", "2.0", ("ru",), ("PER", "LOC", "ORG"), "none")

    def tag(self, texts: list[str]) -> list[list[Entity]]:
        known = {document.text: document.entities for document in DOCUMENTS}
        return [list(known[text]) for text in texts]


def cost(name: str) -> Cost:
    one = Spread(median=1234.5, low=1, high=2000)
    spreads = dict.fromkeys(("bulk", "single", "bulk_ratio", "single_ratio", "load_s"), one)
    numbers = dict.fromkeys(("bulk_texts", "single_texts", "loaded_mb", "peak_mb", "disk_mb"), 1.0)
    return Cost(tagger=name, **spreads, **numbers)


def load(users: int) -> Load:
    names = ("requests", "failures", "per_second", "p95_ms", "p99_ms", "cpu_ms")
    return Load(chars=1000, users=users, p50_ms=users + 0.256, **dict.fromkeys(names, 1))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Quality of weights `abc` and `def` and of weights without a hash; speed of `abc` alone."""
    store = Store(tmp_path, seed=0)
    for name, weights in (("gold", "2.0 abc"), ("other", "2.0 def"), ("nameless", "2.0")):
        corpus = Corpus("own_news", DOCUMENTS, "hash")
        found = measure(corpus, name, Gold(), {}, 0)
        store.measure(Quality, name, {"tagger": weights}, lambda found=found: found)
        http = Http(server=name, about="", repeated=False, steps=[load(16), load(1)])
        key = {"tagger": "2.0 abc"}
        store.measure(Http, name, key, lambda http=http: http)
    speed = Speed(texts="t", ours=True, rounds=1, costs=[*map(cost, ("library", "gold", "other"))])
    store.measure(Speed, "all", {"gold": "2.0 abc", "other": "2.0 old"}, lambda: speed)
    return store


def figures(store: Store) -> Any:
    path = store.folder / "figures" / "measured.json"
    update_figures(store, path, check=False)
    return json.loads(path.read_text())


def test_each_figure_is_of_the_weights_that_it_stands_beside(store: Store) -> None:
    found = figures(store)
    gold, other = found["taggers"]
    f1 = {"own_news": {"micro": 1, "PER": 1, "LOC": 1, "ORG": 1}}
    assert gold == {
        "name": "gold",
        "version": "2.0",
        "hash": "abc",
        "f1": f1,
        "tokens_per_s": 1234,
        "latency_ms": 1.26,
        "disk_mb": 1,
    }
    assert (other["hash"], other["f1"]) == ("def", f1)
    assert (other["tokens_per_s"], other["latency_ms"]) == (None, None)
    assert found["corpora"] == [{"name": "own_news", "documents": 20}]


def test_what_was_not_measured_is_an_empty_list(tmp_path: Path) -> None:
    found = figures(Store(tmp_path, seed=0))
    assert found == {"machine": None, "corpora": [], "taggers": []}


def test_stale_figures_are_told_from_fresh_ones(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "page" / "measured.json"
    update_figures(store, path, check=False)
    update_figures(store, path, check=True)
    assert json.loads(path.read_text()) == figures(store)
    path.write_text(path.read_text().replace("1234", "9999"))
    with pytest.raises(ConfigError, match="python -m benchmarks page"):
        update_figures(store, path, check=True)


def test_the_pages_figures_are_those_of_the_committed_results() -> None:
    results = Path(__file__).parents[2] / "benchmarks" / "results"
    update_figures(Store(results, seed=0), Path(str(FIGURES)), check=True)
