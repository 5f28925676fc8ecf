"""Results: kept once, made into tables and one page, and never with a text in them."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from shutil import copytree
from typing import TextIO

import pytest

pytest.importorskip("jinja2")
pytest.importorskip("matplotlib")
pytest.importorskip("psutil")

from ner_service import cli
from ner_service.benchmark.part import Part
from ner_service.benchmark.parts import PARTS, load_parts, quality, read_results
from ner_service.benchmark.parts.batching import Batching, Gain
from ner_service.benchmark.parts.growth import Growth
from ner_service.benchmark.parts.http import Http, Latency, Load
from ner_service.benchmark.parts.leaks import Leaks
from ner_service.benchmark.parts.names import Cost as NamesCost
from ner_service.benchmark.parts.names import Names, Row
from ner_service.benchmark.parts.phrases import ListTiming, Phrases, TooLong
from ner_service.benchmark.parts.probes import Probes, Tally
from ner_service.benchmark.parts.quality import Accuracy, Quality, measure
from ner_service.benchmark.parts.robustness import Heat, Robustness, Slice
from ner_service.benchmark.parts.scale import Scale
from ner_service.benchmark.parts.selfcheck import SelfCheck
from ner_service.benchmark.parts.speed import Cost, Costs, Cutting, Speed, run_name
from ner_service.benchmark.provenance import Provenance
from ner_service.benchmark.report.rendering import FOLDERS, render_table, write_report
from ner_service.benchmark.results import Spread, Store
from ner_service.benchmark.texts import Corpus, load_corpus
from ner_service.errors import ConfigError
from ner_service.scoring.names import BaseFormRates, Joining
from ner_service.taggers.registry import shipped_specs
from ner_service.types import Entity, TaggerInfo

OWN = load_corpus("own_news", None, {})
KINDS = [replace(d, fields={"kind": "ab"[n % 2]}) for n, d in enumerate(OWN.documents[:30])]
SMALL = Corpus("own_news", KINDS, "hash", ours=True)
KEY = {"corpus": "hash"}


class Forgetful:
    """Knows the gold entities of our corpus but for each so many-th."""

    def __init__(self, every: int) -> None:
        self.info = TaggerInfo("forgetful", "1", ("ru",), ("PER", "LOC", "ORG"), "raw")
        self._gold = {d.text: d.entities for d in OWN.documents}
        self._every = every

    def tag(self, texts: list[str]) -> list[list[Entity]]:
        kept = [[e for n, e in enumerate(self._gold[text], 1) if n % self._every] for text in texts]
        return [[Entity(e.start, e.end, e.label, 0.9) for e in found] for found in kept]


def spread(value: float) -> Spread:
    return Spread(median=value, low=value * 0.9, high=value * 1.1)


def cost(name: str, rate: float) -> Cost:
    return Cost(
        tagger=name,
        bulk=spread(rate),
        single=spread(rate),
        bulk_ratio=spread(rate / 1000),
        single_ratio=spread(rate / 1000),
        bulk_texts=rate / 200,
        single_texts=rate / 200,
        load_s=spread(1),
        loaded_mb=100,
        peak_mb=120,
        disk_mb=30,
    )


RATES = BaseFormRates(count=4, right=0.9, inflected=0.8, spoiled=0.1, missing=None)
NAMES = Names(
    rows=[
        Row(
            "ours",
            dict.fromkeys(("PER", "LOC", "ORG", "all"), RATES),
            {"PER": Joining(1, 0.5)},
            0.9,
        )
    ],
    mentions=4,
    persons=2,
    texts="own_news",
    cost=NamesCost(*[Spread(2, 1, 3)] * 4),
)


@pytest.fixture
def store(measured: Path, tmp_path: Path) -> Store:
    """Return a copy of the results below, to be changed at will."""
    return Store(copytree(measured, tmp_path / "results"), seed=0)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the results of two taggers, small but of every kind."""
    store = Store(tmp_path_factory.mktemp("measured"), seed=0)
    for name, every in (("careful", 9), ("careless", 2)):
        found = measure(SMALL, name, Forgetful(every), {}, 0)
        store.measure(Quality, f"own_news--{name}", KEY, lambda found=found: found)
        slices = {
            "as written": Slice(f1=0.9, low=0.8, high=1),
            "typos": Slice(f1=0.2, low=0, high=1),
        }
        heat = Robustness(corpus="own_news", ours=True, tagger=name, slices=slices)
        store.measure(Robustness, f"own_news--{name}", KEY, lambda heat=heat: heat)
        leaks = Leaks(
            corpus="own_news",
            ours=True,
            tagger=name,
            members=(name,),
            letters=100,
            left=2,
            left_by_label=3,
            in_vain=4,
        )
        store.measure(Leaks, f"own_news--{name}", KEY, lambda leaks=leaks: leaks)
        grown = Growth(
            tagger=name,
            repeated=True,
            by_length={100: 5.0, 1000: 5.0},
            by_batch={1: 10.0},
            exponent=1.0,
        )
        store.measure(Growth, name, KEY, lambda grown=grown: grown)
        seconds = {1: {10: 2.0, 20: 3.0}, 2: {10: 1.5, 20: 2.0}}
        scaled = Scale(tagger=name, rounds=1, chars=1000.0, seconds=seconds)
        store.measure(Scale, name, KEY, lambda scaled=scaled: scaled)
    rows = [
        ListTiming(matcher="rules", size=1000, load_s=1.0, rate=spread(5), matches=3),
        ListTiming(matcher="another", size=1000, load_s=1.0, rate=spread(5), matches=3),
    ]
    end = TooLong(matcher="another", size=10_000, loading=True)
    listed = Phrases(texts="own_news", ours=True, rounds=3, tokens=100, rows=rows, too_long=[end])
    store.measure(Phrases, "all", KEY, lambda: listed)
    costs = [cost("natasha (library)", 1000), cost("careful", 500), cost("careless", 4000)]
    cut = Cutting(what="tokens", ours=spread(8), razdel=spread(2), ratio=spread(4))
    speed = Speed(texts="own_news", ours=True, rounds=3, costs=costs, cuttings=(cut,))
    store.measure(Speed, "all", KEY, lambda: speed)
    for name in ("empty", "instant", "careful"):
        steps = [
            Load(
                chars=1000,
                users=users,
                requests=10,
                failures=0,
                per_second=5,
                p50_ms=1,
                p95_ms=2,
                p99_ms=3,
                cpu_ms=1.5,
            )
            for users in (1, 16)
        ]
        http = Http(server=name, about="a server", repeated=False, steps=steps)
        store.measure(Http, name, KEY, lambda http=http: http)
    cells = {"surname first": {"list, nominative": Tally(1, 4), "form, genitive": Tally(2, 2)}}
    for name in ("careful", "careless"):
        probed = Probes(tagger=name, names=cells, lists=cells, streets=cells, places=cells)
        store.measure(Probes, name, {"texts": "hash"}, lambda probed=probed: probed)
    rates = dict.fromkeys(("ours", "single", "peer", "over_single", "over_peer"), spread(2))
    gains = [Gain(chars=100, users=64, batch=31.6, **rates)]
    batching = Batching(tagger="careful", repeated=False, rounds=3, gains=gains)
    store.measure(Batching, "careful", KEY, lambda: batching)
    store.measure(SelfCheck, "natasha", KEY, lambda: check(100))
    store.measure(Names, "names", KEY, lambda: NAMES)
    return store.folder


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the pictures of a page empty, for tests that read its sentences."""

    def save(figure: object, out: TextIO, **options: object) -> None:
        out.write("<svg></svg>")

    monkeypatch.setattr("matplotlib.figure.Figure.savefig", save)


def check(same: int) -> SelfCheck:
    return SelfCheck(published={"PER": 0.959}, measured=None, same_documents=same, documents=100)


def test_what_is_kept_is_not_measured_again(store: Store) -> None:
    def never() -> SelfCheck:
        raise AssertionError("measured again")

    assert store.measure(SelfCheck, "natasha", KEY, never) == check(100)
    with pytest.raises(AssertionError):
        store.measure(SelfCheck, "natasha", {"corpus": "another"}, never)
    with pytest.raises(AssertionError):
        Store(store.folder, seed=1).measure(SelfCheck, "natasha", KEY, never)
    with pytest.raises(AssertionError):
        Store(store.folder, 0, fresh=True).measure(SelfCheck, "natasha", KEY, never)


def test_a_record_of_another_format_is_named(store: Store) -> None:
    path = store.folder / "selfcheck.json"
    path.write_text(path.read_text().replace("same_documents", "alike"))
    with pytest.raises(ConfigError, match=r"selfcheck\.json: natasha: is of another format"):
        store.records(SelfCheck)
    assert store.measure(SelfCheck, "natasha", KEY, lambda: check(100)) == check(100)


def test_a_measurement_leaves_the_others_of_its_part_as_they_are(store: Store) -> None:
    before = store.records(Growth)
    store.measure(Growth, "third", KEY, lambda: before[0].result)
    assert [r for r in store.records(Growth) if r.result in [b.result for b in before]][
        :2
    ] == before
    assert len(store.records(Growth)) == 3


def test_a_run_that_was_stopped_keeps_what_it_measured(tmp_path: Path) -> None:
    def stop() -> SelfCheck:
        raise KeyboardInterrupt

    store = Store(tmp_path, seed=0)
    store.measure(SelfCheck, "one", KEY, lambda: check(100))
    with pytest.raises(KeyboardInterrupt):
        store.measure(SelfCheck, "two", KEY, stop)
    assert [record.result for record in store.records(SelfCheck)] == [check(100)]


def test_a_file_that_holds_no_results_is_named(store: Store) -> None:
    (store.folder / "growth.json").write_text("{")
    with pytest.raises(ConfigError, match=r"growth\.json: is no file of results"):
        store.records(Growth)


def test_a_folder_in_place_of_a_file_is_named(store: Store) -> None:
    (store.folder / "selfcheck.json").unlink()
    (store.folder / "selfcheck.json").mkdir()
    with pytest.raises(ConfigError, match=r"selfcheck\.json: Is a directory"):
        store.records(SelfCheck)


@pytest.mark.slow
def test_names_with_dollars_are_drawn_as_they_are(store: Store) -> None:
    for path in store.folder.glob("*.json"):
        path.write_text(path.read_text().replace('"own_news"', '"cost$5_$10"'))
    write_report(store, store.folder / "report.html")
    assert "cost$5_$10 · careful" in (store.folder / "report.html").read_text()


def test_records_say_where_they_come_from(store: Store) -> None:
    (record,) = store.records(Speed)
    assert record.machine.cores > 0
    assert record.machine.versions["natasha"]
    assert record.key["corpus"] == "hash"
    assert record.seed == 0


def test_no_text_is_kept(store: Store) -> None:
    kept = "".join(path.read_text() for path in store.folder.iterdir())
    assert not any(word in kept for d in OWN.documents for word in d.text.split() if len(word) > 5)


def test_the_committed_results_hold_no_text_and_are_small() -> None:
    files = list((Path(__file__).parents[2] / "benchmarks" / "results").glob("*.json"))
    assert sum(path.stat().st_size for path in files) < 1_000_000
    for path in files:  # names of disturbances have single letters
        said = json.dumps(json.loads(path.read_text()), ensure_ascii=False)
        assert not re.search("[а-яё]{2}", said, re.IGNORECASE), path


def change(store: Store, kind: str, name: str, **new: object) -> None:
    """Rewrites parts of a record, a minute younger."""
    path = store.folder / f"{kind}.json"
    records = json.loads(path.read_text())
    record = records[name]
    record["created"] = record["created"].replace("20", "30", 1)
    for field, value in new.items():
        record[field] |= value
    path.write_text(json.dumps(records))


def accuracy(store: Store) -> Accuracy:
    return read_results(store).view(Accuracy)


@pytest.mark.usefixtures("undrawn")
def test_what_was_measured_on_another_corpus_of_that_name_is_left_out(store: Store) -> None:
    new = {"key": {"corpus": "hash GPE=LOC"}, "result": {"by_document": [(1, 1, 1)]}}
    change(store, "quality", "own_news--careless", **new)
    assert [c.quality.tagger for c in accuracy(store).ranked("own_news")] == ["careless"]
    assert read_results(store).view(Heat).on("own_news") == []
    said = " ".join(page(store).said)
    assert "careful on own_news is left out (quality)" in said
    assert "careless on own_news is left out (robustness)" in said


@pytest.mark.usefixtures("undrawn")
def test_a_tagger_of_fewer_labels_is_not_ranked_with_the_others(store: Store) -> None:
    of_persons = Forgetful(1_000)
    of_persons.info = replace(of_persons.info, labels=("PER",))
    found = measure(SMALL, "of persons", of_persons, {}, 0)
    store.measure(Quality, "own_news--a", KEY, lambda: found)
    ranked = accuracy(store).ranked("own_news")
    assert found.micro.f1 > ranked[0].quality.micro.f1
    assert [c.quality.tagger for c in ranked] == ["careful", "careless"]
    assert [q.tagger for q in accuracy(store).unranked("own_news")] == ["of persons"]
    assert not any("of persons" in sentence for sentence in page(store).advice)
    said = " ".join(" ".join(page(store).said).split())
    assert "of persons is not compared: of the corpus's labels it can produce PER" in said
    assert f"30 documents, {sum(len(d.entities) for d in SMALL.documents)} entities." in said


@pytest.mark.usefixtures("undrawn")
def test_taggers_of_no_label_of_the_corpus_are_not_compared_at_all(tmp_path: Path) -> None:
    store = Store(tmp_path, seed=0)
    stranger = Forgetful(2)
    stranger.info = replace(stranger.info, labels=("HUMAN",))
    store.measure(Quality, "a", KEY, lambda: measure(SMALL, "stranger", stranger, {}, 0))
    assert page(store).advice == []
    said = " ".join(" ".join(page(store).said).split())
    assert "stranger on own_news is not comparable: it can produce none" in said
    assert "(LOC, ORG, PER)" in said


@pytest.mark.usefixtures("undrawn")
def test_timing_one_tagger_leaves_the_others_their_figures(store: Store) -> None:
    again = [cost("natasha (library)", 10), cost("careful", 5)]
    speed = Speed(texts="t", ours=True, rounds=3, costs=again)
    store.measure(Speed, "again", KEY, lambda: speed)
    change(store, "speed", "again")
    costs = read_results(store).view(Costs)
    rates = {c.tagger: c.single.median for c in costs.all}
    assert rates == {"natasha (library)": 10, "careful": 5, "careless": 4000}
    assert costs.timed_apart == ["careless"]
    assert "careless: timed in another run" in " ".join(page(store).said)


def test_runs_of_other_taggers_are_kept_beside_each_other() -> None:
    assert run_name(shipped_specs()) == "all"
    assert run_name(["a", "b"]) == run_name(["b", "a"]) != run_name(["a"])


@pytest.mark.usefixtures("undrawn")
def test_a_level_tagger_that_was_not_timed_is_named(store: Store) -> None:
    found = measure(SMALL, "untimed", Forgetful(9), {}, 0)
    store.measure(Quality, "own_news--untimed", KEY, lambda: found)
    assert "untimed was not timed" in page(store).advice[0]


@pytest.mark.usefixtures("undrawn")
def test_ratios_stand_only_where_circumstances_are_the_same(store: Store) -> None:
    served = next(r.result for r in store.records(Http) if r.result.server == "careful")
    store.measure(Http, "plain", KEY, lambda: served.model_copy(update={"server": "plain"}))
    assert read_results(store).view(Latency).ratio_to_plain(served, served.steps[0]) == 1
    change(store, "http", "plain", machine={"commit": "another"})
    results = read_results(store)
    assert results.view(Latency).ratio_to_plain(served, served.steps[0]) is None
    commits = Provenance(results.with_machine).commits
    assert "another" in render_table(store, "machine")
    assert f"commits {', '.join(commits)}" in " ".join(page(store).said)
    assert len(commits) == 2


@pytest.mark.usefixtures("undrawn")
def test_every_machine_is_named(store: Store) -> None:
    change(store, "speed", "all", machine={"cpu": "Abacus", "cores": 10})
    assert "Abacus, 10 cores" in render_table(store, "machine")
    assert "Abacus, 10 cores" in " ".join(page(store).said)


@pytest.mark.parametrize("part", ["report", "page"])
def test_a_folder_without_results_is_named(
    part: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as done:
        cli.main(["benchmark", part, "--results", str(tmp_path / "nores")])
    assert done.value.code == 2
    assert "nores: holds no results: measure first" in capsys.readouterr().err
    assert not (tmp_path / "nores").exists()


@pytest.mark.usefixtures("undrawn")
def test_each_pair_is_tested_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    monkeypatch.setattr(quality, "p_value", lambda *args: drawn.append(1) or 0.5)
    write_report(store, store.folder / "report.html")
    assert len(drawn) == 1


@pytest.mark.usefixtures("undrawn")
def test_the_one_who_is_right_and_cheap_is_recommended(store: Store) -> None:
    first, *rest = page(store).advice
    assert first.startswith("Use careful")
    assert any("which is more than chance" in sentence for sentence in rest)


class Page(HTMLParser):
    """Collects what a page would fetch, its text, and the sentences at its top."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.said: list[str] = []
        self.advice: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "data") and not (value or "").startswith("#"):
                self.fetched.append(str(value))

    def handle_data(self, data: str) -> None:
        self.said.append(data)
        if self.get_starttag_text() == "<li>" and data.strip():
            self.advice.append(data)


def page(store: Store) -> Page:
    write_report(store, store.folder / "report.html")
    found = Page()
    found.feed((store.folder / "report.html").read_text())
    return found


@pytest.mark.slow
def test_the_report_is_one_page_that_fetches_nothing(store: Store) -> None:
    found = page(store)
    assert found.fetched == []
    said = " ".join(found.said)
    for words in ("careful", "our own corpus", "CPU ms a request", "Checked in part"):
        assert words in said
    assert "The service itself costs 1.50, 1.50 ms of CPU a request" in said
    assert "in batches of one" in said


def test_the_report_and_a_table_show_f1_by_kind_of_text(store: Store) -> None:
    found = read_results(store).view(Accuracy)
    careful, careless = (c.quality for c in found.ranked("own_news"))
    worst = {q.tagger: found.worst_kind(q) for q in (careful, careless)}
    assert all(
        q.kinds[worst[q.tagger]].f1 == min(s.f1 for s in q.kinds.values())
        for q in (careful, careless)
    )
    said = " ".join(page(store).said)
    for q in (careful, careless):
        assert f"{worst[q.tagger]}: {q.kinds[worst[q.tagger]].f1:.3f}".replace("0.", ".") in said
    assert f"| a | {careful.kinds['a'].f1:.3f}".replace("0.", ".") in render_table(store, "kinds")


@pytest.mark.slow
def test_results_from_before_kinds_were_scored_still_make_a_page(store: Store) -> None:
    path = store.folder / "quality.json"
    records = json.loads(path.read_text())
    for record in records.values():
        del record["result"]["kinds"]
    path.write_text(json.dumps(records))
    assert "worst kind" not in " ".join(page(store).said)


@pytest.mark.usefixtures("undrawn")
def test_results_from_before_cutting_was_measured_still_make_a_page_and_a_table(
    store: Store,
) -> None:
    path = store.folder / "speed.json"
    records = json.loads(path.read_text())
    assert "| tokens | 8 | 2 | 4.0 |" in render_table(store, "speed")
    assert "× razdel" in " ".join(page(store).said)
    del records["all"]["result"]["cuttings"]
    path.write_text(json.dumps(records))
    assert "razdel" not in render_table(store, "speed")
    assert "Cutting alone was not measured yet" in " ".join(page(store).said)


@pytest.mark.usefixtures("undrawn")
def test_results_from_before_batches_were_measured_still_make_a_page(store: Store) -> None:
    (store.folder / "batching.json").unlink()
    path = store.folder / "http.json"
    records = json.loads(path.read_text())
    del records["instant"]
    path.write_text(json.dumps(records))
    said = " ".join(page(store).said)
    assert "CPU ms a request" in said
    assert "in batches of one" not in said
    assert "The service itself" not in said


@pytest.mark.usefixtures("undrawn")
def test_the_report_says_that_the_harness_is_broken(store: Store) -> None:
    store.measure(SelfCheck, "natasha", {}, lambda: check(99))
    assert "do not trust these figures" in " ".join(page(store).said)


def test_a_report_of_nothing_says_so(tmp_path: Path) -> None:
    assert "Not measured" in " ".join(page(Store(tmp_path, 0)).said)


TABLES = sorted(file.name.removesuffix(".md.j2") for f in FOLDERS for file in f.glob("*.md.j2"))


@pytest.mark.parametrize("name", TABLES)
def test_a_table_without_results_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=f"no results for the table '{name}'"):
        render_table(Store(tmp_path, 0), name)


@pytest.mark.parametrize("name", TABLES)
def test_every_row_of_a_table_has_as_many_cells_as_its_head(store: Store, name: str) -> None:
    table = render_table(store, name)
    assert "\n\n\n" not in table
    for part in table.split("\n\n"):
        assert len({line.count("|") for line in part.splitlines()}) == 1


def test_an_unknown_table_is_named(store: Store) -> None:
    with pytest.raises(ConfigError, match="no table is called 'nothing'"):
        render_table(store, "nothing")


@pytest.mark.parametrize("part", load_parts(), ids=PARTS)
def test_a_part_is_called_after_its_module_and_has_a_section(part: Part) -> None:
    assert part.run.__module__.endswith(f".parts.{part.name}")
    assert any((folder / f"{part.name}.html.j2").is_file() for folder in FOLDERS)
