"""The comparison: its tests, its slices, and the command with runs, baselines and recorded answers."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ner_service import corpora
from ner_service.cli import app
from ner_service.explore.comparison.encoders import choose_variants
from ner_service.explore.comparison.page import page
from ner_service.explore.comparison.system import System
from ner_service.explore.comparison.table import adjust, compare
from ner_service.scoring.significance import p_value
from tests import tiny
from tests.marked import marked

run = CliRunner()


def test_p_values_are_adjusted_by_holm() -> None:
    # by hand: .01 * 3, then .02 * 2, then .03 * 1, and none below the one before
    assert adjust([0.03, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])
    assert adjust([0.6, 0.9]) == [1.0, 1.0]
    assert adjust([]) == []


def test_the_best_system_comes_first_and_names_are_told_by_what_training_has() -> None:
    documents = [marked(f"[PER Анна] в [LOC Нижнем Новгороде {n}]", str(n)) for n in range(20)]
    gold = [list(document.entities) for document in documents]
    half = [entities[:1] for entities in gold]
    systems = [System("half", half), System("all", gold), System("none", [[] for _ in gold])]
    best, middle, worst = compare(documents, systems, [marked("[PER АННА] тут", "t")])
    assert [f.system.name for f in (best, middle, worst)] == ["all", "half", "none"]
    assert best.p is None
    raw = p_value(best.assessment.by_document, middle.assessment.by_document, 0)
    assert middle.p == pytest.approx(2 * raw)
    assert {name: score.recall for name, score in middle.by_seen.items()} == {
        "seen": 1,
        "unseen": 0,
    }
    assert middle.by_length["1 token"].gold == 20
    assert middle.by_length["3 or more"].recall == 0
    assert compare(documents, systems, [])[0].by_seen == {}


def test_systems_with_the_same_f1_are_best_together() -> None:
    documents = [marked(f"[PER Анна] в [LOC Омске {n}]", str(n)) for n in range(20)]
    gold = [list(document.entities) for document in documents]
    half = [entities[:1] for entities in gold]
    systems = [System("one", gold), System("half", half), System("two", gold)]
    drawn = page("on dev", len(documents), "", compare(documents, systems, []), [])
    assert "<p>20 documents. An entity" in drawn
    assert "one and two have the best F1." in drawn
    assert "No other comes so near" in drawn
    alone = page("on dev", 1, "", compare(documents[:1], [System("one", gold[:1])], []), [])
    assert "<p>1 document. An entity" in alone


def test_encoders_are_named_with_commas() -> None:
    assert choose_variants("cnn, lstm,cnn") == ["cnn", "lstm"]
    assert {"lstm", "gru", "rnn", "cnn", "lample", "ma-hovy"} <= set(choose_variants("all"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compare")
    tiny.write(folder)
    dev = list(corpora.read(folder / "dev.jsonl"))
    corpora.write(folder / "answers.jsonl", dev)
    return folder


def test_baselines_and_recorded_answers_stand_in_one_table(folder: Path) -> None:
    on = ["--on", str(folder / "dev.jsonl"), "--train", str(folder / "train.jsonl")]
    answers = ["--predictions", f"gpt={folder / 'answers.jsonl'}", "-o", str(folder / "out")]
    done = run.invoke(app, ["compare", "--baselines", *on, *answers, "--json"])
    assert done.exit_code == 0, done.output
    rows = {row["system"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert set(rows) == {"gpt", "dictionary", "feature CRF"}
    assert rows["gpt"]["strict"]["f1"] == 1
    assert rows["gpt"]["tokens_per_s"] is None
    assert rows["dictionary"]["tokens_per_s"] > 0
    html = (folder / "out" / "index.html").read_text("utf-8")
    assert html.count("<svg") == 1
    assert "Seen names are those of the training data" in html


def test_baselines_learn_from_the_share_of_the_documents_that_nets_learn_from(folder: Path) -> None:
    out, share = folder / "share", ["--set", "train.share=0.25"]
    command = ["compare", "--config", str(folder / "tiny.toml"), *share, "--baselines"]
    done = run.invoke(app, [*command, "-o", str(out), "--json"])
    assert done.exit_code == 0, done.output
    assert "training the baselines on 10 documents" in done.stderr
    html = " ".join((out / "index.html").read_text("utf-8").split())
    learned = "Training data: 10 documents (25% of train.jsonl); the settings of nets are those of"
    assert f"{learned} tiny.toml, with train.share=0.25." in html


@pytest.mark.slow  # trains two nets
def test_encoders_are_trained_once_and_runs_are_compared_with_them(folder: Path) -> None:
    config, out = str(folder / "tiny.toml"), str(folder / "encoders")
    common = ["compare", "--config", config, "--encoders", "lstm,cnn", "-o", out, "--json"]
    first = run.invoke(app, common)
    assert first.exit_code == 0, first.output
    rows = [json.loads(line) for line in first.stdout.splitlines()]
    assert {row["system"] for row in rows} == {"lstm", "cnn"}
    assert all(row["training_s"] > 0 and row["megabytes"] > 0 for row in rows)
    weights = folder / "encoders" / "encoders" / "lstm" / "model.safetensors"
    before = weights.stat().st_mtime_ns
    again = run.invoke(app, [*common, str(weights.parent)])
    assert weights.stat().st_mtime_ns == before
    scores = {row["system"]: row["strict"] for row in map(json.loads, again.stdout.splitlines())}
    assert scores["lstm"] == scores[str(weights.parent)]


@pytest.mark.slow  # trains five nets
def test_the_learning_curve_has_a_point_for_each_share(folder: Path) -> None:
    done = run.invoke(app, ["train", str(folder / "tiny.toml"), "--curve"])
    assert done.exit_code == 0, done.output
    points = json.loads((folder / "tiny.curve" / "curve.json").read_text())
    assert [point["share"] for point in points] == [0.1, 0.25, 0.5, 0.75, 1.0]
    assert min(point["dev_f1"] for point in points) > 0.9  # a tenth makes as many steps as all
    counts = [
        json.loads((folder / "tiny.curve" / f"share-{n}" / "config.json").read_text())["meta"][
            "data"
        ]
        for n in (10, 50, 100)
    ]
    assert [data[0]["documents"] for data in counts] == [4, 20, 40]
    again = run.invoke(app, ["train", str(folder / "tiny.toml"), "--curve"])
    assert "training with 10% of the documents; epochs are in" in done.stdout
    assert "training with" not in again.stdout
    assert json.loads((folder / "tiny.curve" / "curve.json").read_text()) == points
    assert not (folder / "tiny").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["natasha"], "name the corpus to compare on by --on"),
        (["--on", "own_news"], "nothing to compare"),
        (["--on", "own_news", "--baselines"], "name what to learn from by --train"),
        (["--on", "own_news", "--encoders", "lstm"], "name a training file by --config"),
        (["nosuch", "--on", "own_news"], "unknown tagger 'nosuch'"),
        (["natasha", "--on", "nosuch"], "corpus 'nosuch': no such file"),
        (["natasha", "--on", "own_kind_test"], "did you mean own_kinds_test?"),
        (["docs", "--on", "own_news"], "docs: holds no model: name a folder that `train` has"),
        (["natasha", "--on", "own_news", "-o", "README.md"], "is a file: name another folder"),
        (["natasha", "--on", "nosuch"], "of those that `ner-service corpora list` shows"),
        (["models/mine", "--on", "own_news"], "models/mine: no such folder: name the output"),
    ],
)
def test_wrong_arguments_are_errors_of_a_line(arguments: list[str], said: str) -> None:
    failed = run.invoke(app, ["compare", *arguments])
    assert said in str(failed.exception)
    assert "\n" not in str(failed.exception)


def test_a_file_without_entities_is_named_as_it_was_given(tmp_path: Path) -> None:
    plain = tmp_path / "plain.jsonl"
    plain.write_text('{"text": "тихо"}', "utf-8")
    on = run.invoke(app, ["compare", "natasha", "--on", str(plain)])
    assert str(on.exception) == f"{plain}: holds no entities, so nothing can be compared on it"
    taught = run.invoke(app, ["compare", "--baselines", "--on", "own_news", "--train", str(plain)])
    assert str(taught.exception) == f"{plain}: holds no entities, so --baselines learn nothing"


def test_an_unknown_encoder_is_an_error_that_names_all(folder: Path) -> None:
    config = ["--config", str(folder / "tiny.toml")]
    failed = run.invoke(app, ["compare", *config, "--encoders", "lsmt"])
    assert "name some of lstm, gru, rnn, cnn, genthial" in str(failed.exception)
