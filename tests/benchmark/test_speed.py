"""Timing: fresh texts for everyone, processes that tell of themselves, growth that shows."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

if find_spec("locust") is None:  # importing it here would patch this process's sockets
    pytest.skip("locust is not installed", allow_module_level=True)
pytest.importorskip("psutil")

from ner_service.benchmark.parts import batching, growth, http, speed
from ner_service.benchmark.processes import instant_service as instant
from ner_service.benchmark.processes import natasha_library, spacy_library, timed_tagger
from ner_service.benchmark.processes.cutters import CUTTERS, Cutter
from ner_service.benchmark.processes.timed_tagger import Worker
from ner_service.benchmark.texts import Prose, load_prose
from ner_service.errors import ConfigError, CorpusError

TEXTS = [f"Текст {n} о городе Твери." for n in range(40_000)]
PROSE = Prose("many", TEXTS, ours=False)


def test_no_text_is_timed_twice() -> None:
    rounds = speed.split_prose(PROSE, 3)
    timed = [text for _, bulk, single in rounds for text in (*bulk, *single)]
    assert len(timed) == len(set(timed))
    assert not set(rounds[0][0]) & set(timed)


def test_our_own_corpus_gives_rounds_without_overlap_too() -> None:
    for warm, bulk, single in speed.split_prose(load_prose(None, seed=0), 3):
        assert not set(warm) & set(bulk)
        assert not set(bulk) & set(single)


def test_too_little_text_is_an_error() -> None:
    with pytest.raises(CorpusError, match="less than 100 characters"):
        Prose("few", ["мало"], ours=False).parts([100])


def test_pieces_have_their_length_and_say_when_they_come_round() -> None:
    prose = Prose("few", ["абвгд", "ежзик"], ours=False)
    assert prose.pieces(4, 3) == (["абвг", "д\nеж", "зик\n"], False)
    pieces, repeated = prose.pieces(4, 2, at=8)
    assert (pieces, repeated) == (["зик\n", "абвг"], True)


@pytest.mark.parametrize("power", [1.0, 1.5, 2.0])
def test_the_exponent_is_that_of_the_cost(power: float) -> None:
    by_length = {n: n ** (power - 1) for n in (100, 1_000, 10_000)}
    assert growth.exponent(by_length) == pytest.approx(power)


@pytest.mark.slow
def test_a_worker_that_cannot_load_is_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigError, match="ended with code"):
        Worker("natasha:nosuch")
    assert "nosuch" in capfd.readouterr().err


@pytest.fixture(scope="module")
def timed() -> Iterator[Worker]:
    with Worker("natasha") as timed:
        yield timed


@pytest.mark.slow
def test_an_interrupt_of_the_terminal_is_not_the_workers(timed: Worker) -> None:
    assert os.getpgid(timed._process.pid) != os.getpgid(0)


def test_cutters_cut_alike() -> None:
    text = "Анна. Она уехала в г. Тверь."
    ours, razdel, units, sentences = (Cutter(name).tag([text])[0] for name in CUTTERS)
    bounds = [(token.start, token.stop) for token in razdel]
    assert [*zip(ours.starts, ours.ends, strict=True)] == bounds
    assert [(s, e) for u in units for s, e in zip(u.starts, u.ends, strict=True)] == bounds
    assert [(t.start, t.stop) for t in sentences] == [*bounds, (0, 5), (6, 28)]


@pytest.mark.slow
def test_a_tagger_is_timed_beside_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "WARM_CHARS", 3_000)
    monkeypatch.setattr(speed, "TIMED_CHARS", 10_000)
    measured = speed.measure(["spacy"], PROSE, 1, lambda name: None)
    (compared,) = measured.comparisons
    (cost,) = (cost for cost in measured.costs if cost.tagger == "spacy")
    assert compared.tagger == "spacy"
    assert compared.bulk_ratio.median == pytest.approx(cost.bulk.median / compared.bulk.median)
    assert compared.single_ratio.median > 1


def test_libraries_take_turns_with_the_taggers_that_compute_their_nets() -> None:
    assert speed.names_of(["bilstm"]) == [natasha_library.NAME, "bilstm", *CUTTERS]
    names = speed.names_of(["natasha", "spacy"])
    libraries = [natasha_library.NAME, spacy_library.NAME]
    assert names == [*libraries, "natasha", "spacy", *CUTTERS]


@pytest.mark.slow
def test_ours_and_razdels_cutting_are_timed_round_by_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(speed, "WARM_CHARS", 3_000)
    monkeypatch.setattr(speed, "TIMED_CHARS", 10_000)
    found = speed.measure([], PROSE, 1, lambda name: None)
    assert [cut.what for cut in found.cuttings] == ["tokens", "tokens and sentences"]
    for cut in found.cuttings:
        assert cut.ours.median > cut.razdel.median > 0
        assert cut.ratio.median == pytest.approx(cut.ours.median / cut.razdel.median)


@pytest.mark.slow
def test_a_worker_times_and_weighs_itself(timed: Worker) -> None:
    few = timed.time(TEXTS[:5])
    many = timed.time(TEXTS[5:105], batch=10)
    assert timed.loaded["disk_mb"] == pytest.approx(28, abs=3)
    assert few["entities"] == 5
    assert many["entities"] == 100
    assert many["cpu"] > few["cpu"] > 0
    assert many["peak_mb"] >= timed.loaded["loaded_mb"] > 50


@pytest.mark.slow
def test_a_server_is_loaded_and_its_cpu_counted() -> None:
    seen: list[str] = []
    for server in http.list_servers(["natasha"]):
        found = http.measure(server, PROSE, {200: (1, 4)}, 1.0, seen.append)
        assert [(s.chars, s.users) for s in found.steps] == [(200, 1), (200, 4)]
        for s in found.steps:
            assert s.requests > 10
            assert s.failures == 0
            assert 0 < s.p50_ms <= s.p95_ms <= s.p99_ms
            assert 0 < s.cpu_ms < 50
    assert len(seen) == 8


@pytest.mark.slow
def test_batches_are_formed_and_measured_beside_none() -> None:
    found = batching.measure("natasha", PROSE, 1, 1.0, lambda step: None)
    assert [gain.chars for gain in found.gains] == [100, 1_000]
    for gain in found.gains:
        assert gain.batch > 4
        assert gain.over_single.median == gain.ours.median / gain.single.median
        assert gain.over_peer.median == gain.ours.median / gain.peer.median


def test_the_tagger_that_answers_at_once_finds_only_what_is_in_the_text() -> None:
    tagger = instant.load("any")
    for chars in (0, 9, 10, 69, 70, 850, 1_000):
        (found,) = tagger.tag(["я" * chars])
        assert [e.start for e in found] == [n for n in range(0, 900, 60) if n + 10 <= chars]


@pytest.mark.slow
def test_the_whole_command_runs_on_a_corpus_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ner_service import cli

    monkeypatch.delenv("NER_CORPORA", raising=False)
    corpus = tmp_path / "mine.conll"
    corpus.write_text("Анна\tB-PERSON\nв\tO\nМоскве\tB-GPE\n\nПетр\tB-PERSON\nел\tO\n\n")
    arguments = ["quality", "robustness", "report", "--taggers", "natasha", "--corpus", str(corpus)]
    with pytest.raises(SystemExit) as done:
        cli.main(
            ["benchmark", *arguments, "--map", "PERSON=PER", "--results", str(tmp_path / "out")]
        )
    assert done.value.code == 0
    page = (tmp_path / "out" / "report.html").read_text()
    assert "natasha cannot produce" in page
    assert "GPE (1 entities)" in page


@pytest.mark.slow
@pytest.mark.parametrize("spec", [natasha_library.NAME, spacy_library.NAME, "natasha", *CUTTERS])
def test_what_has_no_model_folder_has_only_what_it_read_on_disk(spec: str) -> None:
    assert timed_tagger._on_disk(spec, set()) == 0


@pytest.mark.slow
def test_a_convention_is_as_large_as_its_model() -> None:
    assert (
        timed_tagger._on_disk("bilstm@ne5", set()) == timed_tagger._on_disk("bilstm", set()) > 0.5
    )
