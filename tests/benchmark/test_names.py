"""The part `names`: its gold, its methods, its figures and its tables."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jinja2")
pytest.importorskip("matplotlib")
pytest.importorskip("psutil")

from ner_service.benchmark import gold_names
from ner_service.benchmark.parts import names
from ner_service.benchmark.parts.names import ALL, METHODS, Answer, Cost, Names, rate_method, run
from ner_service.benchmark.plan import Plan
from ner_service.benchmark.probes import base_forms
from ner_service.benchmark.processes.name_chains import CHAINS, OURS
from ner_service.benchmark.report.rendering import render_table, write_report
from ner_service.benchmark.results import Spread, Store

TEXT = "Суд оправдал Ивана Петрова. Вчера Петров уехал в Москву."
ENTITIES = [
    {"start": 49, "end": 55, "label": "LOC", "normal": "Москва", "entity": "L1"},
    {
        "start": 13, "end": 26, "label": "PER", "normal": "Иван Петров", "entity": "P1",
        "parts": {
            "first": {"text": "Ивана", "normal": ["Иван"]},
            "last": {"text": "Петрова", "normal": ["Петров"]},
            "nick": {"text": "", "normal": []},
        },
    },
    {"start": 34, "end": 40, "label": "PER", "normal": "Петров", "entity": "P1"},
]  # fmt: skip
HALF = Spread(0.5, 0.5, 0.5)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder of corpora with one document in each of the two gold ones."""
    line = json.dumps({"id": "1", "text": TEXT, "entities": ENTITIES}, ensure_ascii=False)
    for name in (gold_names.BASE_FORMS, gold_names.PARTS):
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.write(line + "\n")
    return tmp_path


def plan_of(root: Path | None, store: Store) -> Plan:
    return Plan(taggers=[], corpora=[], mapping={}, root=root, store=store, quick=True)


def test_gold_names_are_read_in_the_order_of_the_text(root: Path) -> None:
    (document,) = gold_names.read_gold(gold_names.PARTS, root)
    surfaces = [document.surface(name) for name in document.names]
    assert surfaces == ["Ивана Петрова", "Петров", "Москву"]
    assert document.names[0].parts == {"first": ["Иван"], "last": ["Петров"]}
    assert [name.identity for name in document.names] == ["P1", "P1", "L1"]


def test_a_method_is_rated_by_label_and_over_all(root: Path) -> None:
    gold = gold_names.read_gold(gold_names.BASE_FORMS, root)
    answer = Answer(["Иван Петров", None, "Москву"], ["a", "b", "c"], [{"first": "Иван"}])
    row = rate_method("made", lambda text, spans: answer, gold, gold)
    assert row.base_forms[ALL].right == pytest.approx(1 / 3)
    assert (row.base_forms["PER"].right, row.base_forms["LOC"].right) == (0.5, 0)
    assert row.base_forms["ORG"].count == 0
    assert "ORG" not in row.joining
    assert (row.joining["PER"].precision, row.joining["PER"].recall) == (1, 0.5)
    assert row.parts == 0.5


def test_made_names_are_rated_by_form() -> None:
    shares = names.rate_made(METHODS["the form in the text"](), 2, 1)
    assert [*shares] == [*base_forms.FORMS]
    assert all(1 / 6 <= share < 1 for share in shares.values() if share is not None)


def test_made_names_stand_where_their_sentences_have_them() -> None:
    sentences = [document for _, document in base_forms.make_sentences(2, 1)]
    assert len(sentences) == 2 * len(base_forms.FORMS) * 12
    assert all(len(document.surface(document.names[0])) > 2 for document in sentences)
    first = sentences[0]
    assert first.text == f"Директор {first.names[0].normal} утвердил план."


@pytest.mark.slow
def test_methods_answer_as_they_are_known_to(root: Path) -> None:
    (gold,) = gold_names.read_gold(gold_names.BASE_FORMS, root)
    answers = {name: load()(gold.text, gold.entities) for name, load in METHODS.items()}
    right = ["Иван Петров", "Петров", "Москва"]
    assert answers["ours"].normals == answers["natasha"].normals == right
    assert answers["pymorphy3 alone"].normals == right
    assert answers["the form in the text"].normals == ["Ивана Петрова", "Петров", "Москву"]
    assert len(set(answers["ours"].groups)) == 2
    assert len(set(answers["natasha"].groups)) == 3
    parts = {"first": "Иван", "last": "Петров"}
    assert answers["ours"].parts[0] == answers["natasha"].parts[0] == parts


def test_nothing_is_measured_where_gold_is_absent(tmp_path: Path) -> None:
    store = Store(tmp_path / "results", 0)
    run(plan_of(None, store))
    assert not store.records(Names)


@pytest.mark.slow
def test_all_is_measured_once_and_shown(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chains, which take a minute to time, are timed by the test below."""
    costs = 0

    def time_chains(*_: Any) -> Cost:
        nonlocal costs
        costs += 1
        return Cost(HALF, HALF, HALF, HALF)

    monkeypatch.setattr(names, "time_chains", time_chains)
    store = Store(tmp_path / "results", 0)
    for _ in range(2):
        run(plan_of(root, store))
    (record,) = store.records(Names)
    assert costs == 1
    assert (record.result.mentions, record.result.persons) == (3, 1)
    assert [row.method for row in record.result.rows] == [*METHODS]
    assert {len(shares) for shares in record.result.made.values()} == {len(METHODS)}
    table = render_table(store, "names")
    assert "| surname first patronymic |" in table
    assert "| ours | 1.000 | 1.000 | 1.000 | – |" in table
    write_report(store, tmp_path / "report.html")
    assert "Base forms, parts and joined mentions" in (tmp_path / "report.html").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("load", CHAINS.values(), ids=list(CHAINS))
def test_chains_answer_each_text(load: Callable[[], Any]) -> None:
    answers = load().tag([TEXT, ""])
    assert [len(answer) for answer in answers] == [3, 0]


def test_our_chain_gives_base_forms() -> None:
    (mentions,) = CHAINS[OURS]().tag([TEXT])
    assert [m.normal for m in mentions] == ["Иван Петров", "Петров", "Москва"]
