"""What the benchmark says of taggers whose faults are known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ner_service import corpora
from ner_service.benchmark.parts import quality, selfcheck
from ner_service.benchmark.plan import Plan
from ner_service.benchmark.processes.natasha_library import load as load_library
from ner_service.benchmark.report.rendering import write_report
from ner_service.benchmark.results import Store
from ner_service.benchmark.texts import Corpus, load_corpora, load_corpus
from ner_service.cli.app import app, run_command
from ner_service.errors import ConfigError
from ner_service.types import Document, Entity, Tagger, TaggerInfo
from tests import tiny

OWN = load_corpus("own_news", None, {})
TEXT = "Анна видела Орёл и «Гудок»."
ANNA, ORYOL, GUDOK = Entity(0, 4, "PER"), Entity(12, 16, "LOC"), Entity(20, 25, "ORG")


@dataclass
class Fixed:
    """Answers every text alike."""

    found: Sequence[Entity]
    labels: tuple[str, ...] = ("PER", "LOC", "ORG")

    @property
    def info(self) -> TaggerInfo:
        return TaggerInfo("fixed", "1", ("ru",), self.labels, "none")

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        return [list(self.found) for _ in texts]


@dataclass
class OffByOne:
    """A tagger whose adapter moves every offset."""

    tagger: Tagger
    by: int

    @property
    def info(self) -> TaggerInfo:
        return self.tagger.info

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        moved = [[e.shift(self.by) for e in found] for found in self.tagger.tag(texts)]
        return [
            [e for e in found if e.start >= 0 and e.end <= len(text)]
            for found, text in zip(moved, texts, strict=True)
        ]


def corpus(*entities: Entity, copies: int = 3) -> Corpus:
    documents = [Document(str(n), TEXT, entities) for n in range(copies)]
    return Corpus("small", documents, "hash")


def measured(
    gold: Sequence[Entity], tagger: Tagger, mapping: dict[str, str] | None = None
) -> quality.Quality:
    return quality.measure(corpus(*gold), "fixed", tagger, mapping or {}, seed=0)


def test_a_tagger_without_fault_has_full_marks() -> None:
    gold = (ANNA, ORYOL, GUDOK)
    found = measured(gold, Fixed(gold))
    assert (found.micro.f1, found.micro.low, found.micro.high) == (1, 1, 1)
    assert found.token_io == {"LOC": 1, "ORG": 1, "PER": 1}
    assert found.by_document == [(3, 3, 3)] * 3


def test_labels_that_it_cannot_produce_are_told_apart_from_errors() -> None:
    found = measured((ANNA, replace(GUDOK, label="MEDIA")), Fixed([ANNA]))
    assert found.micro.f1 == 1
    assert found.unknown == {"MEDIA": 3}
    assert found.micro_all == pytest.approx(2 * 3 / (3 + 6))
    assert list(found.labels) == ["PER"]


def test_labels_that_the_corpus_has_not_are_told_apart_too() -> None:
    found = measured((ANNA,), Fixed([ANNA, ORYOL]))
    assert found.micro.f1 == 1
    assert found.foreign == {"LOC": 3}


def test_a_mapping_maps_what_is_predicted_as_well() -> None:
    tagger = Fixed([replace(ORYOL, label="GPE")], labels=("GPE",))
    assert measured((ORYOL,), tagger, {"GPE": "LOC"}).micro.f1 == 1


def test_kinds_of_text_are_scored_apart() -> None:
    documents = [
        Document("1", TEXT, (ANNA, ORYOL), {"kind": "news"}),
        Document("2", TEXT, (ANNA, GUDOK), {"kind": "chat"}),
    ]
    found = quality.measure(
        Corpus("small", documents, "hash"), "fixed", Fixed([ANNA, ORYOL]), {}, 0
    )
    assert {kind: score.f1 for kind, score in found.kinds.items()} == {"chat": 0.5, "news": 1.0}
    assert list(found.kinds) == ["chat", "news"]


def test_answers_that_a_corpus_records_are_measured_like_a_tagger(tmp_path: Path) -> None:
    items = [{"start": e.start, "end": e.end, "label": e.label} for e in (ANNA, GUDOK)]
    fields = {"recorded": {"other": items}, "cost_usd": {"other": 0.01}}
    path = tmp_path / "gold" / "persons.jsonl"
    path.parent.mkdir()
    corpora.write(path, [Document("1", TEXT, (ANNA,), fields)])
    store = Store(tmp_path / "results", 0)
    quality.run(Plan([], [str(path)], {}, None, store, quick=True))
    (record,) = store.records(quality.Quality)
    found = record.result
    assert (found.tagger, found.micro.f1, found.foreign) == ("other (recorded)", 1.0, {"ORG": 1})
    assert found.cost_usd == 0.01
    report = tmp_path / "report.html"
    write_report(store, report)
    assert ">US$ for 1,000 texts<" in report.read_text()
    assert "<td>10.00</td>" in report.read_text()


def written(path: Path) -> str:
    path.parent.mkdir(exist_ok=True)
    corpora.write(path, [Document("1", TEXT, (ANNA,))])
    return str(path)


@pytest.mark.parametrize(("file", "name"), [("my.v1.jsonl", "my.v1"), ("my.v2.jsonl.gz", "my.v2")])
def test_a_corpus_is_called_after_its_file(file: str, name: str, tmp_path: Path) -> None:
    assert load_corpus(written(tmp_path / file), None, {}).name == name


def test_a_folder_is_called_by_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpora.write(tmp_path / "mine", [Document("1", TEXT, (ANNA,))])
    monkeypatch.chdir(tmp_path / "mine")
    assert load_corpus(".", None, {}).name == "mine"


def test_two_corpora_of_one_name_are_refused(tmp_path: Path) -> None:
    names = [written(tmp_path / folder / "test.jsonl") for folder in "ab"]
    with pytest.raises(ConfigError, match="results of both would be called test"):
        load_corpora(names, None, {})


def test_only_our_own_corpus_is_ours(tmp_path: Path) -> None:
    assert OWN.ours
    assert not load_corpus(written(tmp_path / "my.jsonl"), None, {}).ours
    for name in ("own_news", "own_kinds_dev", "own_kinds_test"):
        with pytest.raises(ConfigError, match=f"would be taken for our own corpus {name}"):
            load_corpus(written(tmp_path / f"{name}.jsonl"), None, {})


@pytest.mark.slow
def test_the_harness_is_checked_again_when_factrueval_arrives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = []
    monkeypatch.setattr(
        Store, "measure", lambda self, kind, name, key, *run: keys.append(key["factrueval"])
    )
    store = Store(tmp_path / "results", 0)
    for _ in range(2):
        selfcheck.run(Plan([], [], {}, tmp_path, store, quick=True))
        for part in selfcheck.FACTRUEVAL:
            written(tmp_path / "gold" / f"{part}.jsonl.gz")
    assert keys == ["False", "True"]


def test_errors_are_counted_by_kind() -> None:
    found = measured((ANNA, ORYOL), Fixed([replace(ANNA, end=3), replace(ORYOL, label="ORG")]))
    kinds = found.errors
    assert (kinds["PER"].boundary, kinds["LOC"].missed) == (3, 3)


@pytest.fixture(scope="module")
def natasha(shipped: Callable[[str], Tagger]) -> Tagger:
    return shipped("natasha")


@pytest.fixture(scope="module")
def library() -> Tagger:
    return load_library()


def test_the_harness_is_sound_here(natasha: Tagger, library: Tagger) -> None:
    found = selfcheck.check(natasha, library, OWN, None)
    assert (found.is_reproduced, found.is_broken) == (None, False)


@pytest.mark.parametrize("by", [1, -1])
def test_an_adapter_that_moves_offsets_is_caught(natasha: Tagger, library: Tagger, by: int) -> None:
    assert selfcheck.check(OffByOne(natasha, by), library, OWN, None).is_broken


@pytest.mark.slow
def test_published_figures_are_reproduced_and_catch_moved_offsets(
    natasha: Tagger, library: Tagger, corpora_root: Path
) -> None:
    assert selfcheck.check(natasha, library, OWN, corpora_root).is_reproduced is True
    for by in (1, -1):
        found = selfcheck.check(OffByOne(natasha, by), library, OWN, corpora_root)
        assert found.is_reproduced is False


def test_a_model_is_measured_in_a_convention_that_a_corpus_is_named_by(
    tmp_path: Path,
) -> None:
    (tmp_path / "made").mkdir()
    config = tiny.write(tmp_path / "made")
    train = f'{{path = "{tmp_path}/made/train.jsonl"}}'
    other = train.replace("}", ', convention = "diary"}')
    sets = [f"--set=data.train=[{train}, {other}]", "--set=train.epochs=1"]
    assert run_command(lambda: app(["train", str(config), *sets])) == 0
    spec = f"bilstm:{tmp_path}/made/tiny"
    found = {}
    for name in ("diary_test", "letters"):
        path = written(tmp_path / f"{name}.jsonl")
        plan = Plan([spec], [str(path)], {}, None, Store(tmp_path / name, 0), quick=True)
        found[name] = list(quality.specs_with_conventions(plan))
    assert found == {"diary_test": [spec, f"{spec}@diary"], "letters": [spec]}
