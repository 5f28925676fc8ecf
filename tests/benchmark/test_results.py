"""Results: kept once, made into tables and one page, and never with a text in them."""

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytest.importorskip("jinja2")
pytest.importorskip("matplotlib")
pytest.importorskip("psutil")

from ner_service import cli
from ner_service.benchmark import comparison as findings_module
from ner_service.benchmark.comparison import Findings, advice
from ner_service.benchmark.parts.quality import measure
from ner_service.benchmark.report import html as report
from ner_service.benchmark.report import tables as readme
from ner_service.benchmark.results import (
    Batching,
    Cost,
    Cutting,
    Gain,
    Growth,
    Http,
    Quality,
    Robustness,
    SelfCheck,
    Slice,
    Speed,
    Spread,
    Step,
    Store,
)
from ner_service.benchmark.texts import Corpus, load_corpus
from ner_service.errors import ConfigError
from ner_service.taggers.registry import shipped_specs
from ner_service.types import Entity, TaggerInfo

OWN = load_corpus("own_news", None, {})
SMALL = Corpus("own_news", OWN.documents[:30], "hash", ours=True)
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


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Results of two taggers, small but of every kind."""
    store = Store(tmp_path / "results", seed=0)
    for name, every in (("careful", 9), ("careless", 2)):
        found = measure(SMALL, name, Forgetful(every), {}, 0)
        store.measure(Quality, f"own_news--{name}", KEY, lambda found=found: found)
        slices = {
            "as written": Slice(f1=0.9, low=0.8, high=1),
            "typos": Slice(f1=0.2, low=0, high=1),
        }
        heat = Robustness(corpus="own_news", ours=True, tagger=name, slices=slices)
        store.measure(Robustness, f"own_news--{name}", KEY, lambda heat=heat: heat)
        grown = Growth(
            tagger=name,
            repeated=True,
            by_length={100: 5.0, 1000: 5.0},
            by_batch={1: 10.0},
            exponent=1.0,
        )
        store.measure(Growth, name, KEY, lambda grown=grown: grown)
    costs = [cost("natasha (library)", 1000), cost("careful", 500), cost("careless", 4000)]
    cut = Cutting(what="tokens", ours=spread(8), razdel=spread(2), ratio=spread(4))
    speed = Speed(texts="own_news", ours=True, rounds=3, costs=costs, cuttings=[cut])
    store.measure(Speed, "all", KEY, lambda: speed)
    for name in ("empty", "instant", "careful"):
        steps = [
            Step(
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
    rates = dict.fromkeys(("ours", "single", "peer", "over_single", "over_peer"), spread(2))
    gains = [Gain(chars=100, users=64, batch=31.6, **rates)]
    batching = Batching(tagger="careful", repeated=False, rounds=3, gains=gains)
    store.measure(Batching, "careful", KEY, lambda: batching)
    store.measure(SelfCheck, "natasha", KEY, lambda: check(100))
    return store


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
    path = store.folder / "selfcheck--natasha.json"
    path.write_text(path.read_text().replace("same_documents", "alike"))
    with pytest.raises(ConfigError, match=r"selfcheck--natasha\.json: of another format"):
        store.all(SelfCheck)
    assert store.measure(SelfCheck, "natasha", KEY, lambda: check(100)) == check(100)


def test_a_folder_in_place_of_a_record_is_named(store: Store) -> None:
    (store.folder / "selfcheck--other.json").mkdir()
    with pytest.raises(ConfigError, match=r"selfcheck--other\.json: Is a directory"):
        store.all(SelfCheck)


def test_names_with_dollars_are_drawn_as_they_are(store: Store) -> None:
    for path in store.folder.glob("*own_news--*"):
        path.write_text(path.read_text().replace('"own_news"', '"cost$5_$10"'))
    report.write(store, store.folder / "report.html")
    assert "cost$5_$10 · careful" in (store.folder / "report.html").read_text()


def test_records_say_where_they_come_from(store: Store) -> None:
    (record,) = store.all(Speed)
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
    for path in files:
        cyrillic = [
            c
            for c in json.dumps(json.loads(path.read_text()), ensure_ascii=False)
            if "а" <= c <= "я"
        ]
        assert len(cyrillic) < 20, path


def changed(path: Path, **new: object) -> None:
    """Rewrites parts of a record, a minute younger."""
    record = json.loads(path.read_text())
    record["created"] = record["created"].replace("20", "30", 1)
    for name, value in new.items():
        record[name] |= value
    path.write_text(json.dumps(record))


def test_what_was_measured_on_another_corpus_of_that_name_is_left_out(store: Store) -> None:
    path = store.folder / "quality--own_news--careless.json"
    changed(path, key={"corpus": "hash GPE=LOC"}, result={"by_document": [(1, 1, 1)]})
    findings = Findings(store)
    assert [a.quality.tagger for a in findings.on("own_news")] == ["careless"]
    assert findings.disturbed("own_news") == []
    said = " ".join(page(store).said)
    assert "careful on own_news is left out (quality)" in said
    assert "careless on own_news is left out (robustness)" in said


def test_a_tagger_of_fewer_labels_is_not_ranked_with_the_others(store: Store) -> None:
    of_persons = Forgetful(1_000)
    of_persons.info = replace(of_persons.info, labels=("PER",))
    found = measure(SMALL, "of persons", of_persons, {}, 0)
    store.measure(Quality, "own_news--a", KEY, lambda: found)
    findings = Findings(store)
    assert found.micro.f1 > findings.on("own_news")[0].quality.micro.f1
    assert [a.quality.tagger for a in findings.on("own_news")] == ["careful", "careless"]
    assert [q.tagger for q in findings.apart("own_news")] == ["of persons"]
    assert not any("of persons" in sentence for sentence in advice(findings))
    said = " ".join(" ".join(page(store).said).split())
    assert "of persons is not compared: of the corpus's labels it can produce PER" in said
    assert f"30 documents, {sum(len(d.entities) for d in SMALL.documents)} entities." in said


def test_taggers_of_no_label_of_the_corpus_are_not_compared_at_all(tmp_path: Path) -> None:
    store = Store(tmp_path, seed=0)
    stranger = Forgetful(2)
    stranger.info = replace(stranger.info, labels=("HUMAN",))
    store.measure(Quality, "a", KEY, lambda: measure(SMALL, "stranger", stranger, {}, 0))
    assert advice(Findings(store)) == []
    said = " ".join(" ".join(page(store).said).split())
    assert "stranger on own_news is not comparable: it can produce none" in said
    assert "(LOC, ORG, PER)" in said


def test_timing_one_tagger_leaves_the_others_their_figures(store: Store) -> None:
    again = [cost("natasha (library)", 10), cost("careful", 5)]
    speed = Speed(texts="t", ours=True, rounds=3, costs=again, cuttings=[])
    store.measure(Speed, "again", KEY, lambda: speed)
    changed(store.folder / "speed--again.json")
    findings = Findings(store)
    rates = {c.tagger: c.single.median for c in findings.costs()}
    assert rates == {"natasha (library)": 10, "careful": 5, "careless": 4000}
    assert findings.timed_apart == ["careless"]
    assert "careless: timed in another run" in " ".join(page(store).said)


def test_runs_of_other_taggers_are_kept_beside_each_other() -> None:
    plan = pytest.importorskip("ner_service.benchmark.run")
    assert plan._together(shipped_specs()) == "all"
    assert plan._together(["a", "b"]) == plan._together(["b", "a"]) != plan._together(["a"])


def test_a_level_tagger_that_was_not_timed_is_named(store: Store) -> None:
    found = measure(SMALL, "untimed", Forgetful(9), {}, 0)
    store.measure(Quality, "own_news--untimed", KEY, lambda: found)
    assert "untimed was not timed" in advice(Findings(store))[0]


def test_ratios_stand_only_where_circumstances_are_the_same(store: Store) -> None:
    findings = Findings(store)
    plain = next(h for h in findings.http if h.server == "careful")
    store.measure(Http, "plain", KEY, lambda: plain.model_copy(update={"server": "plain"}))
    findings = Findings(store)
    assert findings.beside_plain(plain, plain.steps[0]) == 1
    changed(store.folder / "http--plain.json", machine={"commit": "another"})
    findings = Findings(store)
    assert findings.beside_plain(plain, plain.steps[0]) is None
    assert "another" in readme.machine(findings)
    assert f"commits {', '.join(findings.commits)}" in " ".join(page(store).said)
    assert len(findings.commits) == 2


def test_every_machine_is_named(store: Store) -> None:
    changed(store.folder / "speed--all.json", machine={"cpu": "Abacus", "cores": 10})
    assert "Abacus, 10 cores" in readme.machine(Findings(store))
    assert "Abacus, 10 cores" in " ".join(page(store).said)


@pytest.mark.parametrize("part", ["report", "readme", "page"])
def test_a_folder_without_results_is_named(
    part: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as done:
        cli.main(["benchmark", part, "--results", str(tmp_path / "nores")])
    assert done.value.code == 2
    assert "nores: holds no results: measure first" in capsys.readouterr().err
    assert not (tmp_path / "nores").exists()


def test_each_pair_is_tested_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    monkeypatch.setattr(findings_module, "p_value", lambda *args: drawn.append(1) or 0.5)
    report.write(store, store.folder / "report.html")
    assert len(drawn) == 1


def test_the_one_who_is_right_and_cheap_is_recommended(store: Store) -> None:
    first, *rest = advice(Findings(store))
    assert first.startswith("Use careful")
    assert any("which is more than chance" in sentence for sentence in rest)


class Page(HTMLParser):
    """Collects what a page would fetch, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "data") and not (value or "").startswith("#"):
                self.fetched.append(str(value))

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def page(store: Store) -> Page:
    report.write(store, store.folder / "report.html")
    found = Page()
    found.feed((store.folder / "report.html").read_text())
    return found


def test_the_report_is_one_page_that_fetches_nothing(store: Store) -> None:
    found = page(store)
    assert found.fetched == []
    said = " ".join(found.said)
    for words in ("careful", "our own corpus", "CPU ms a request", "Checked in part"):
        assert words in said
    assert "The service itself costs 1.50, 1.50 ms of CPU a request" in said
    assert "in batches of one" in said


def test_results_from_before_cutting_was_measured_still_make_a_page_and_a_table(
    store: Store,
) -> None:
    path = store.folder / "speed--all.json"
    record = json.loads(path.read_text())
    assert "| tokens | 8 | 2 | 4.0 |" in readme.speed(Findings(store))
    assert "× razdel" in " ".join(page(store).said)
    del record["result"]["cuttings"]
    path.write_text(json.dumps(record))
    assert "razdel" not in readme.speed(Findings(store))
    assert "Cutting alone was not measured yet" in " ".join(page(store).said)


def test_results_from_before_batches_were_measured_still_make_a_page(store: Store) -> None:
    (store.folder / "batching--careful.json").unlink()
    (store.folder / "http--instant.json").unlink()
    said = " ".join(page(store).said)
    assert "CPU ms a request" in said
    assert "in batches of one" not in said
    assert "The service itself" not in said


def test_the_report_says_that_the_harness_is_broken(store: Store) -> None:
    store.measure(SelfCheck, "natasha", {}, lambda: check(99))
    assert "do not trust these figures" in " ".join(page(store).said)


def test_a_report_of_nothing_says_so(tmp_path: Path) -> None:
    assert "Not measured" in " ".join(page(Store(tmp_path, 0)).said)


MARKED = "".join(
    f"<!-- benchmark:begin {name} -->\n<!-- benchmark:end {name} -->\n" for name in readme.TABLES
)


def test_stale_tables_are_found_and_renewed(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text(f"# before\n{MARKED}after\n")
    with pytest.raises(ConfigError, match="not the results'"):
        readme.update(store, path, check=True)
    readme.update(store, path, check=False)
    readme.update(store, path, check=True)
    text = path.read_text()
    assert text.startswith("# before\n")
    assert text.endswith("after\n")
    assert "| careless |" in text
    path.write_text(text.replace("| careless |", "| careless  |"))
    with pytest.raises(ConfigError, match="not the results'"):
        readme.update(store, path, check=True)


@pytest.mark.parametrize("name", readme.TABLES)
def test_a_table_without_results_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / "README.md"
    path.write_text(f"<!-- benchmark:begin {name} -->\n<!-- benchmark:end {name} -->\n")
    with pytest.raises(ConfigError, match=f"no results for the table '{name}'"):
        readme.update(Store(tmp_path, 0), path, check=True)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("<!-- benchmark:begin nothing -->\n<!-- benchmark:end nothing -->", "no table is called"),
        ("<!-- benchmark:begin speed -->\n", "without its benchmark:end"),
    ],
)
def test_a_wrong_marker_is_named(store: Store, tmp_path: Path, text: str, error: str) -> None:
    path = tmp_path / "README.md"
    path.write_text(text)
    with pytest.raises(ConfigError, match=error):
        readme.update(store, path, check=False)
