"""`ner-service train` as a user runs it."""

import errno
import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

import pytest
import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open

from ner_service import corpora
from ner_service.cli.app import app, run_command
from ner_service.errors import ConfigError, ModelError, NerError, install_command
from ner_service.nets.artefact import load as load_artefact
from ner_service.taggers.registry import check_spec, load_tagger
from ner_service.training import checkpoint
from ner_service.training import train as training
from ner_service.training.checkpoint import Checkpoint
from ner_service.training.config import read_config
from ner_service.training.progress.epoch import Step
from ner_service.training.state import State, seed_of
from ner_service.types import Document, Entity
from tests import tiny
from tests.test_files import held_elsewhere

SENTENCE = "Мария Лион была в Омске."
Start = Callable[..., int]


def train(config: Path, *options: str, **settings: object) -> int:
    """The command's exit code."""
    pairs = [f"--set={key.replace('__', '.')}={value}" for key, value in settings.items()]
    return run_command(lambda: app(["train", str(config), *options, *pairs]))


def weights(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()


def config_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder from an uninterrupted run, its corpora and configuration beside it."""
    config = tiny.write(tmp_path_factory.mktemp("trained"))
    assert train(config) == 0
    return config.parent / "tiny"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tiny.write(tmp_path)


def test_training_says_what_dev_shares_with_train(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = next(iter(corpora.read(config.parent / "train.jsonl")))
    dev = config.parent / "dev.jsonl"
    corpora.write(dev, [*corpora.read(dev), shared])
    assert train(config, train__epochs=1) == 0
    said = capsys.readouterr().err
    assert "documents that are in another file too 1" in said
    assert f"for example {dev}:" in said
    assert f"error: the text is that of {config.parent / 'train.jsonl'}:1" in said


def interrupt(monkeypatch: pytest.MonkeyPatch, step: int, error: BaseException) -> None:
    """Raises `error` instead of taking that step."""
    original = training.step

    def patched(state: State, *args: Any) -> float:
        if state.step == step:
            raise error
        return original(state, *args)

    monkeypatch.setattr(training, "step", patched)


def steps_an_epoch(folder: Path) -> int:
    """The number of steps, from a checkpoint after the first epoch."""
    path = folder / "tiny.checkpoint.safetensors"
    with safe_open(path, framework="pt") as file:
        run = file.metadata()["run"]
    state = Checkpoint(path, run, checkpoint.Start()).load()
    return state["step"] // state["epoch"]


def test_training_learns_a_tiny_corpus(trained: Path) -> None:
    tagger = load_tagger(f"bilstm:{trained}")
    assert tagger.info.labels == ("LOC", "PER")
    (found,) = tagger.tag([SENTENCE])
    assert [e.span for e in found] == [(0, 10, "PER"), (18, 23, "LOC")]
    history = config_of(trained)["meta"]["history"]
    assert [record["epoch"] for record in history] == [1, 2, 3]
    assert max(record["dev_f1"] for record in history) > 0.95
    assert history[-1]["loss"] < history[0]["loss"] / 2


def test_nothing_but_the_model_and_its_checkpoint_is_left(trained: Path) -> None:
    assert sorted(path.name for path in trained.parent.iterdir() if "tiny" in path.name) == [
        "tiny",
        "tiny.checkpoint.safetensors",
        "tiny.toml",
    ]


def test_a_run_says_what_it_reads_how_it_goes_and_what_comes_next(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(config) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    folder = config.parent
    balance = "240 entities: PER 120 (50%), LOC 120 (50%)"
    assert lines[0] == f"train: {folder}/train.jsonl: 40 texts, {balance}"
    assert lines[1].startswith(f"dev: {folder}/dev.jsonl: 10 texts, 60 entities: ")
    size = sum(
        tensor.numel() for tensor in safetensors.torch.load(weights(folder / "tiny")).values()
    )
    assert lines[2] == (
        f"BiLSTM-CRF of {size:,} weights on cpu in float32; 3 epochs at most of 7 steps each"
    )
    history = config_of(folder / "tiny")["meta"]["history"]
    best = max(range(3), key=lambda n: history[n]["dev_f1"])
    for n, (line, record) in enumerate(zip(lines[3:6], history, strict=True)):
        assert line.startswith(
            f"epoch {n + 1}: loss {record['loss']:.4f}; dev F1 {record['dev_f1']:.4f}; LOC "
        )
        assert line.endswith("best") or n != best
    assert not any(line.endswith("best") for line in lines[4 + best : 6])
    assert lines[6].endswith(f"tiny: dev F1 {history[best]['dev_f1']:.4f} at epoch {best + 1} of 3")
    assert lines[8] == f"  ner-service tag --tagger bilstm:{folder}/tiny news.txt"
    assert lines[10] == f"  NER_TAGGERS=natasha,tiny=bilstm:{folder}/tiny ner-service serve"
    assert "it/s" not in said.err  # no bar where there is no terminal
    assert "\r" not in said.err


def test_a_quiet_run_prints_notes_alone(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    few = [Document("1", "Анна и Тест", (Entity(0, 4, "PER"), Entity(7, 11, "ODD")))]
    corpora.write(config.parent / "train.jsonl", [*tiny.documents(40, 1), *few])
    assert train(config, "--quiet", train__epochs=1) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "note: train has few entities of ODD (1): label more" in said.err
    assert "note: dev has no ODD, so nothing tells how well they are found" in said.err


def test_a_model_that_is_there_is_replaced_only_when_asked(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tiny.write(tmp_path)
    copytree(trained, tmp_path / "tiny")
    assert train(config, train__seed=1) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert f"output: {tmp_path}/tiny: holds a model already: replace it by --overwrite" in error
    assert weights(tmp_path / "tiny") == weights(trained)
    assert train(config, "--overwrite", "--resume") == 2
    assert "choose one" in capsys.readouterr().err
    assert train(config, "--overwrite", train__seed=1, train__epochs=1) == 0
    assert weights(tmp_path / "tiny") != weights(trained)


def test_a_finished_run_goes_on_for_longer(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = config.parent / "tiny"
    assert train(config, train__epochs=1) == 0
    assert train(config, "--resume", train__epochs=1) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert "the run has ended, after epoch 1: for more of them set train.epochs above 1" in error
    first = config_of(folder)["meta"]["history"]
    assert train(config, "--resume", train__epochs=3) == 0
    history = config_of(folder)["meta"]["history"]
    assert [record["epoch"] for record in history] == [1, 2, 3]
    assert history[:1] == first
    assert max(record["dev_f1"] for record in history) > 0.95


def test_patience_of_a_run_that_goes_on_counts_from_its_end(config: Path) -> None:
    still = {"optimiser__lr": 1e-9, "optimiser__ema": 0, "train__patience": 1}
    assert train(config, train__epochs=9, **still) == 0
    history = config_of(config.parent / "tiny")["meta"]["history"]
    assert len(history) == 2  # nothing is learned, and so it stops
    assert train(config, "--resume", train__epochs=9, **still) == 0
    assert len(config_of(config.parent / "tiny")["meta"]["history"]) == 3


def test_a_run_that_diverges_late_leaves_the_best_model_whole(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    original = training.step

    def ruined(state: State, *args: Any) -> Step:
        done = original(state, *args)
        return done._replace(loss=math.nan) if state.step == 10 else done

    monkeypatch.setattr(training, "step", ruined)
    assert train(config) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert "the loss is nan at step 10: lower optimiser.lr (now 0.02); " in error
    assert "is the model of epoch 1; --resume goes on after epoch 1" in error
    folder = config.parent / "tiny"
    assert (folder / "README.md").exists()
    assert load_artefact(folder).net.temperature
    assert load_tagger(f"bilstm:{folder}").tag([SENTENCE])
    monkeypatch.undo()
    assert train(config, "--resume", optimiser__lr=0.01) == 0
    assert len(config_of(folder)["meta"]["history"]) == 3


def test_a_loss_that_rises_is_named(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    growing = {"optimiser__schedule": "exponential", "optimiser__decay": 100}
    assert train(config, optimiser__ema=0, **growing) == 0
    assert "note: the loss rose from " in capsys.readouterr().err


def test_the_same_seed_gives_the_same_model_and_another_another(
    trained: Path, config: Path
) -> None:
    assert train(config) == 0
    assert weights(config.parent / "tiny") == weights(trained)
    assert train(config, "--overwrite", train__seed=1) == 0
    assert weights(config.parent / "tiny") != weights(trained)


def test_a_file_of_version_0_1_trains_the_model_of_the_same_file_in_sections(
    config: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    old = tiny.write(tmp_path_factory.mktemp("old"))
    settings = "epochs = 2\noptimizer = 'sgd'\nmomentum = 0.5\nlr = 0.1\ndropout_rare = 0.5\n"
    settings += "case_noise = 0.3\nbatch_tokens = 120\nprecision = 'fp32'\ntensorboard = false\n"
    text = old.read_text("utf-8").partition("[train]")[0]
    old.write_text(f"{text}[train]\n{settings}", "utf-8")
    config.write_text(
        config.read_text("utf-8").partition("[train]")[0]
        + "[train]\nepochs = 2\nbatch_tokens = 120\ntensorboard = false\n"
        "[optimiser]\nname = 'sgd'\nmomentum = 0.5\nlr = 0.1\n[dropout]\nrare = 0.5\n"
        "[augmentation]\ncase = 0.3\n[hardware]\nprecision = 'fp32'\n",
        "utf-8",
    )
    assert train(old) == train(config) == 0
    assert weights(old.parent / "tiny") == weights(config.parent / "tiny")


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_resumed_run_ends_as_an_uninterrupted_one(
    config: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch,
    optimizer: str,
) -> None:  # fmt: skip
    settings = {"train__optimizer": optimizer, "net__word_dim": 6, "train__case_noise": 0.2}
    whole = tiny.write(tmp_path_factory.mktemp("whole"))
    assert train(whole, **settings) == 0
    with monkeypatch.context() as patch:
        interrupt(patch, 9, KeyboardInterrupt())  # in the second epoch
        assert train(config, **settings) == 130
    assert steps_an_epoch(config.parent) in range(5, 9)
    assert train(config, "--resume", **settings) == 0
    parted, whole = config.parent / "tiny", whole.parent / "tiny"
    assert weights(parted) == weights(whole)
    assert config_of(parted)["meta"]["history"] == config_of(whole)["meta"]["history"]


def test_ctrl_c_leaves_the_best_model(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupt(monkeypatch, 9, KeyboardInterrupt())
    assert train(config) == 130
    assert "--resume goes on after epoch 1" in capsys.readouterr().err
    assert len(config_of(config.parent / "tiny")["meta"]["history"]) == 1
    assert load_tagger(f"bilstm:{config.parent / 'tiny'}").tag([SENTENCE])


def test_a_signal_ends_at_once_and_leaves_what_resume_needs(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch:
        interrupt(patch, 9, SystemExit(143))  # as the handler of SIGTERM raises it
        assert train(config) == 143
    assert "ended; --resume goes on after epoch 1" in capsys.readouterr().err
    assert train(config, "--resume") == 0


def test_ctrl_c_before_the_first_epoch_says_that_nothing_is_kept(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupt(monkeypatch, 2, KeyboardInterrupt())
    assert train(config) == 130
    assert "before the first epoch ended: nothing was saved" in capsys.readouterr().err
    assert not (config.parent / "tiny").exists()


def test_from_a_model_with_new_labels(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    renamed = [
        Document(
            d.id,
            d.text.replace("Лион", "Öz"),
            (Entity(d.entities[0].start, d.entities[0].end, "WHO"),),
        )
        for d in tiny.documents(30, 7)
        if "Лион" not in d.text
    ]
    config = tiny.write(tmp_path)
    corpora.write(tmp_path / "train.jsonl", renamed)
    corpora.write(tmp_path / "dev.jsonl", renamed[:5])
    assert train(config, "--from", str(trained), train__epochs=1, train__lr=0.005) == 0
    found = load_tagger(f"bilstm:{tmp_path / 'tiny'}")
    assert found.info.labels == ("WHO",)
    told = (
        f"from tiny (sha256 {config_of(trained)['sha256'][:12]}): learns anew WHO; drops LOC, PER"
    )
    assert told in capsys.readouterr().out.splitlines()
    before = safetensors.torch.load(weights(trained))
    after = safetensors.torch.load(weights(tmp_path / "tiny"))
    near = torch.cosine_similarity(
        before["layers.0.forth.weight_hh_l0"].float().flatten(),
        after["layers.0.forth.weight_hh_l0"].float().flatten(),
        dim=0,
    )
    assert near > 0.9
    before = config_of(tmp_path / "tiny")["meta"]["from"]
    assert before["sha256"] == config_of(trained)["sha256"]
    assert before["data"] == config_of(trained)["meta"]["data"]
    card = (tmp_path / "tiny" / "README.md").read_text("utf-8")
    assert "In 2 stages" in card
    assert card.count("| train.jsonl | train |") == 2


def test_a_stage_does_not_repeat_the_draws_of_the_one_before(trained: Path) -> None:
    start, config = load_artefact(trained), read_config(trained.parent / "tiny.toml")
    scratch = replace(start, hash="")
    other = replace(start, hash="0" * 64)
    seeds = [seed_of(one, config) for one in (scratch, start, other, start)]
    assert seeds[0] == config.train.seed
    assert len(set(seeds)) == 3
    assert seeds[1] == seeds[3]


def test_from_a_model_of_several_conventions_with_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tiny.write(tmp_path)
    path = tmp_path / "train.jsonl"
    several = f'[{{path = "{path}"}}, {{path = "{path}", convention = "diary"}}]'
    assert train(config, data__train=several, train__epochs=1) == 0
    before = str(tmp_path / "tiny")
    assert train(config, "--from", before, output=f"{tmp_path}/on", train__epochs=1) == 0
    assert config_of(tmp_path / "on")["net"]["conventions"] == ["default", "diary"]


@pytest.fixture(scope="module")
def of_two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows its corpus, and by another convention calls people places."""
    config = tiny.write(tmp_path_factory.mktemp("of two"))
    path = config.parent / "train.jsonl"
    diary = f'{{path = "{path}", convention = "diary", labels = {{ PER = "LOC" }}}}'
    dev = f'[{{path = "{config.parent}/dev.jsonl", convention = "diary", labels = {{ PER = "LOC" }}}}]'
    several = f'[{{path = "{path}"}}, {diary}]'
    assert train(config, data__train=several, data__dev=dev) == 0
    return config.parent / "tiny"


def test_a_dev_corpus_is_answered_in_its_convention(of_two: Path) -> None:
    (score,) = config_of(of_two)["meta"]["scores"]
    assert score["corpus"] == "dev.jsonl@diary"
    assert score["micro"]["f1"] > 0.8
    card = (of_two / "README.md").read_text("utf-8")
    assert "| dev.jsonl@diary (chose the epoch) |" in card
    assert "Ask for another one by `bilstm:tiny@CONVENTION` (`diary`)" in card


def test_a_model_answers_in_the_convention_asked_for(of_two: Path) -> None:
    usual, first, diary = (
        load_tagger(f"bilstm:{of_two}{ending}") for ending in ("", "@default", "@diary")
    )
    labels = [{e.label for e in tagger.tag([SENTENCE])[0]} for tagger in (usual, first, diary)]
    assert labels == [{"PER", "LOC"}, {"PER", "LOC"}, {"LOC"}]
    assert usual.info.hash == first.info.hash
    assert usual.info.conventions == first.info.conventions == ("default", "diary")
    assert diary.info.conventions == ("diary", "default")
    assert diary.info.hash == f"diary@{usual.info.hash}"


def test_an_unknown_convention_is_told_with_those_there_are(of_two: Path) -> None:
    with pytest.raises(ModelError, match=r"tiny: .*'novel' \(known: default, diary\)"):
        load_tagger(f"bilstm:{of_two}@novel")
    with pytest.raises(ModelError, match="knows no convention ''"):
        load_tagger(f"bilstm:{of_two}@")
    with pytest.raises(ModelError, match="no such folder"):
        load_tagger(f"bilstm:{of_two}-@diary")


@pytest.mark.parametrize(
    ("spec", "parts"),
    [
        ("bilstm", ("bilstm", "ru-news")),
        ("bilstm:", ("bilstm", "ru-news")),
        ("bilstm@diary", ("bilstm", "ru-news@diary")),
        ("bilstm:mine@diary", ("bilstm", "mine@diary")),
        ("natasha", ("natasha", "")),
    ],
)
def test_a_spec_has_a_source_and_a_convention(spec: str, parts: tuple[str, str]) -> None:
    assert check_spec(spec) == parts


@pytest.mark.parametrize("spec", ["natasha@diary", "spacy@diary"])
def test_a_library_has_no_conventions(spec: str) -> None:
    with pytest.raises(ModelError, match="@diary"):
        load_tagger(spec)


def test_a_folder_may_have_an_at_in_its_name(of_two: Path, tmp_path: Path) -> None:
    folder = copytree(of_two, tmp_path / "mine@diary")
    assert load_tagger(f"bilstm:{folder}").info.hash == config_of(of_two)["sha256"]
    assert load_tagger(f"bilstm:{folder}@diary").info.hash == f"diary@{config_of(of_two)['sha256']}"


def test_a_card_keeps_scores_of_conventions_apart(
    of_two: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copytree(of_two, tmp_path / "tiny")
    specs = [f"--tagger=bilstm:{folder}{ending}" for ending in ("", "@diary")]
    dev = str(of_two.parent / "dev.jsonl")
    assert run_command(lambda: app(["evaluate", dev, *specs, "--card"])) == 0
    scores = {s["corpus"]: s["micro"]["f1"] for s in config_of(folder)["meta"]["scores"]}
    assert scores["dev.jsonl"] > 0.8 > scores["dev.jsonl@diary"]  # here against its own labels


def test_a_model_is_calibrated_in_the_convention_asked_for(
    of_two: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copytree(of_two, tmp_path / "tiny")
    dev = str(of_two.parent / "dev.jsonl")
    assert run_command(lambda: app(["calibrate", str(folder), f"{dev}@diary", dev])) == 0
    names = [score["corpus"] for score in config_of(folder)["meta"]["scores"]]
    assert names == ["dev.jsonl@diary", "dev.jsonl"]
    assert run_command(lambda: app(["calibrate", str(folder), f"{dev}@novel"])) == 2
    assert "knows no convention 'novel' (known: default, diary)" in capsys.readouterr().err


def test_a_dev_convention_that_nothing_teaches_is_refused(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dev = f'[{{path = "{config.parent}/dev.jsonl", convention = "novel"}}]'
    assert train(config, data__dev=dev) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert "data.dev: " in error
    assert "convention 'novel' is that of no training corpus (there are default)" in error


def test_from_a_model_of_another_shape_names_the_setting(
    trained: Path, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(config, "--from", str(trained), net__hidden=20) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert "net.hidden: 20, but the model to go on from has 12" in error


def test_from_nothing_is_refused(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train(config, "--from", "") == 2
    assert "error: " in capsys.readouterr().err


def test_the_model_folder_names_no_folder_of_this_machine(trained: Path) -> None:
    text = (trained / "config.json").read_text("utf-8")
    assert str(trained.parent) not in text
    assert "train.jsonl" in text


def write_lines(path: Path, *lines: str) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


NO_ENTITIES = '{"text": "Пусто."}'
ODD = '{"text": "Анна", "entities": [{"start": 0, "end": 4, "label": "ODD"}]}'
MANY_LABELS = "\n".join(ODD.replace("ODD", f"L{n}") for n in range(201))


@pytest.mark.parametrize(
    ("name", "line", "complaint"),
    [
        ("train", "", "train.jsonl: holds no documents"),
        ("train", NO_ENTITIES, "data.train: holds no entities, so there is nothing to learn"),
        ("train", MANY_LABELS, "data.train: has 201 labels, but at most 200 can be learned"),
        ("dev", "", "dev.jsonl: holds no documents"),
        ("dev", NO_ENTITIES, "data.dev: holds no entities, so no epoch can be judged"),
        ("dev", ODD, "data.dev: labels ODD are not in data.train (LOC, PER)"),
        ("train", '{"text": 1}', "train.jsonl:1: text: expected a string"),
    ],
)
def test_data_that_cannot_teach_is_named(
    config: Path, capsys: pytest.CaptureFixture[str], name: str, line: str, complaint: str
) -> None:
    write_lines(config.parent / f"{name}.jsonl", line)
    refused(config, capsys, complaint)


def refused(
    config: Path, capsys: pytest.CaptureFixture[str], complaint: str, **settings: object
) -> None:
    """Checks that training ends with that one line and leaves no model."""
    assert train(config, **settings) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if "error:" in line]
    assert len(lines) == 1
    assert complaint in lines[0]
    assert not (config.parent / "tiny").exists()


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"train__epoch": 3}, "train.epoch: no such key; did you mean epochs?"),
        ({"colour": 3}, "colour: no such key"),
        ({"train__epochs": '"many"'}, "train.epochs: Input should be a valid integer"),
        ({"train__epochs": 0}, "train.epochs: Input should be greater than 0"),
        ({"train__lr": "nan"}, "train.lr: Input should be a finite number"),
        ({"train__seed": -1}, "train.seed: Input should be greater than or equal to 0"),
        ({"train__seed": 2**63}, "train.seed: Input should be less than 9223372036854775808"),
        (
            {"net__vectors": "none", "net__char_encoder": "none", "net__shape_dim": 0},
            "net: vectors, word_dim, char_encoder, shape_dim: one must be there",
        ),
        ({"train__dropout": 1.0}, "train.dropout: Input should be less than 1"),
        ({"net__encoder": "transformer"}, "net.encoder: Input should be 'lstm', 'gru', 'rnn'"),
        ({"net__scheme": "IOB3"}, "net.scheme: Input should be 'BIO' or 'BIOES'"),
        ({"net__char_encoder": "lstm", "net__char_size": 7}, "net: char_size: an LSTM"),
        ({"net__vectors": "/no/such.vec"}, "word vectors /no/such.vec: No such file"),
        ({"name": '"a b"'}, "name: String should match pattern"),
        ({"train__device": "cuda"}, "train.device: cuda: no CUDA device here"),
        ({"name__x": "1"}, "--set 'name.x=1': 'name' is not a table"),
        ({"data__train": "[]"}, "data.train: expected a list of one or more, such as [{ path = "),
        ({"data__dev": '[{path = "/no/such.jsonl"}]'}, "corpus '/no/such.jsonl': no such file"),
        ({"data__dev": '["a"]'}, 'data.dev.0: expected a table, such as { path = "FILE" }'),
        ({"data__dev": '[{pth = "a"}]'}, "data.dev.0.pth: no such key; did you mean path?"),
        ({"languages": "ru"}, 'languages: expected a list, such as ["ru"]'),
        ({"augmentation__lists": "'/no/such'"}, "augmentation.lists: /no/such: no such folder"),
        ({"optimiser": "3"}, "optimiser: expected a section of keys; docs/training.md lists them"),
        ({"data__dev": "3"}, "data.dev: expected a list, such as [{ path = "),
    ],
)
def test_wrong_keys_and_values_are_named(
    config: Path, capsys: pytest.CaptureFixture[str], settings: dict[str, object], complaint: str
) -> None:
    if torch.cuda.is_available() and "train__device" in settings:
        pytest.skip("there is a CUDA device here")
    refused(config, capsys, complaint, **settings)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("name = ", "not TOML"),
        ("", "name: Field required"),
        ('name = "\udcff"', "not UTF-8 at byte 8: save it as UTF-8"),
    ],
)
def test_a_file_that_is_no_configuration_is_named(
    config: Path, capsys: pytest.CaptureFixture[str], text: str, complaint: str
) -> None:
    config.write_bytes(text.encode(errors="surrogateescape"))
    refused(config, capsys, complaint)


def test_a_loss_that_is_no_number_stops_the_run(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused(config, capsys, "lower train.lr (now 1e+36)", train__lr=1e36)
    refused(config, capsys, "lower optimiser.lr (now 1e+36)", optimiser__lr=1e36)


def test_an_output_that_is_a_file_is_named(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (config.parent / "taken").write_text("")
    refused(config, capsys, "taken", output=f'"{config.parent}/taken/model"')
    refused(config, capsys, "taken: is a file", output=f'"{config.parent}/taken"')


def test_an_output_that_is_no_place_for_a_model_is_refused_before_training(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (config.parent / "project" / "data").mkdir(parents=True)
    refused(config, capsys, "project: holds other files", output=f'"{config.parent}/project"')
    refused(config, capsys, "output: .: a model needs a folder", output='"."')
    refused(config, capsys, "output: /proc/model: ", output='"/proc/model"')
    assert (config.parent / "project" / "data").is_dir()


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_one_line_and_leaves_the_model_before(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert train(config, train__epochs=1) == 0
    before = weights(config.parent / "tiny")
    monkeypatch.setattr(Path, "write_bytes", full)
    assert train(config, "--overwrite") == 2
    assert "No space left on device" in capsys.readouterr().err.splitlines()[-1]
    assert weights(config.parent / "tiny") == before


def test_a_full_disk_for_the_checkpoint_is_one_line_and_leaves_the_best_model(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def save_file(tensors: object, path: Path, metadata: object) -> None:
        """Fails as safetensors does; it would put a file in the place of a device that is full."""
        path.write_bytes(b"half")
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    monkeypatch.setattr(checkpoint, "save_file", save_file)
    assert train(config) == 2
    assert "cannot write the checkpoint" in capsys.readouterr().err.splitlines()[-1]
    assert load_tagger(f"bilstm:{config.parent / 'tiny'}").tag([SENTENCE])
    assert not list(config.parent.glob("*.part"))


def test_resuming_needs_a_checkpoint_of_the_same_run(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert train(config, "--resume") == 2
    assert "no checkpoint to resume from" in capsys.readouterr().err.splitlines()[-1]
    interrupt(monkeypatch, 9, KeyboardInterrupt())
    assert train(config) == 130
    assert train(config, "--resume", train__dropout=0.4) == 2
    assert "made with another configuration" in capsys.readouterr().err.splitlines()[-1]
    (config.parent / "tiny.checkpoint.safetensors").write_bytes(b"damaged")
    assert train(config, "--resume") == 2
    assert "cannot resume from this checkpoint" in capsys.readouterr().err.splitlines()[-1]


def test_resuming_needs_the_best_model_of_the_run(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt(monkeypatch, 9, KeyboardInterrupt())
    assert train(config) == 130
    rmtree(config.parent / "tiny")
    assert train(config, "--resume") == 2
    assert "tiny: the best model of the run is gone" in capsys.readouterr().err.splitlines()[-1]


def test_two_runs_never_write_one_model(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with held_elsewhere(config.parent / "tiny"):
        refused(config, capsys, "tiny: another run writes there: wait for its end")
    assert not (config.parent / "tiny").exists()


def test_a_run_from_a_model_goes_on_from_that_model_without_its_name(
    trained: Path, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(config, "--from", str(trained), train__epochs=1) == 0
    capsys.readouterr()
    assert train(config, "--resume", train__epochs=2) == 0
    assert f"{config.parent / 'tiny'}: dev F1" in capsys.readouterr().out
    record = config_of(config.parent / "tiny")["meta"]
    assert [epoch["epoch"] for epoch in record["history"]] == [1, 2]
    assert record["from"]["name"] == "tiny"
    own = str(config.parent / "tiny")
    assert train(config, "--resume", "--from", own, train__epochs=3) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert f"--from: {own}: the run to resume began with the model {trained}: leave" in error
    assert train(config, "--from", own, "--overwrite", train__epochs=1) == 0
    assert f"note: --from {own} is the model that this run replaces" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("began", "given", "complaint"),
    [
        (("", ""), "other", "--from: other: the run to resume began with random weights: leave"),
        (("mine", "a"), "other", "--from: other: the run to resume began with the model mine:"),
        (("mine", "a"), None, "the run began with the model mine, which has changed since:"),
        (("mine", "a"), "mine", "the run began with the model mine, which has changed since:"),
        (("mine", "b"), None, ""),
        (("moved", "b"), "mine", ""),
    ],
)
def test_a_run_goes_on_from_no_other_model_than_it_began_with(
    began: tuple[str, str], given: str | None, complaint: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.checkpoint.safetensors"
    kept = json.dumps(dict(zip(("model", "sha256"), began, strict=True)))
    safetensors.torch.save_file({}, path, metadata={"start": kept})
    start = checkpoint.Start(given or "mine", "b")
    if not complaint:
        checkpoint.check_start(path, start, given)
        return
    with pytest.raises(ConfigError, match=re.escape(complaint)):
        checkpoint.check_start(path, start, given)


def test_curves_for_tensorboard_show_each_run_with_all_its_figures(config: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    runs = config.parent / "tiny.runs"
    settings = {"train__tensorboard": "true", "optimiser__ema": 0}
    assert train(config, train__epochs=1, **settings) == 0
    assert train(config, "--resume", train__epochs=2, **settings) == 0
    assert train(config, "--overwrite", train__epochs=1, **settings) == 0
    assert sorted(path.name for path in runs.iterdir()) == ["1", "2"]
    board = EventAccumulator(str(runs / "1"))
    board.Reload()
    figures = {tag: [e.value for e in board.Scalars(tag)] for tag in board.Tags()["scalars"]}
    assert {tag: len(values) for tag, values in figures.items() if "hparam" not in tag} == dict.fromkeys(
        ["loss", "dev_f1", "dev/precision", "dev/recall", "optimiser/learning_rate",
         "optimiser/gradient_norm", "speed/tokens_per_second", "label_f1/LOC", "label_f1/PER"], 2
    )  # fmt: skip
    assert figures["loss"][1] < figures["loss"][0]
    assert 0 < figures["optimiser/learning_rate"][1] < 2e-2
    assert min(figures["optimiser/gradient_norm"] + figures["speed/tokens_per_second"]) > 0
    history = config_of(config.parent / "tiny")["meta"]["history"]
    assert figures["dev_f1"][0] == pytest.approx(history[0]["dev_f1"])
    data = board.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
    hparams = HParamsPluginData.FromString(data).session_start_info.hparams
    assert hparams["net.hidden"].number_value == 12
    assert hparams["optimiser.name"].string_value == "adam"


def test_a_disk_too_full_for_curves_is_one_line(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    board = pytest.importorskip("torch.utils.tensorboard")
    monkeypatch.setattr(board.SummaryWriter, "add_scalar", full)
    assert train(config, train__tensorboard="true", train__epochs=1) == 2
    assert "tiny.runs: No space left on device" in capsys.readouterr().err.splitlines()[-1]
    assert load_tagger(f"bilstm:{config.parent / 'tiny'}").tag([SENTENCE])


def test_without_tensorboard_one_line_says_what_to_install(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch.utils.tensorboard", None)
    refused(config, capsys, install_command("train"), train__tensorboard="true")


@pytest.mark.slow
def test_vectors_from_a_file_go_with_the_model(
    config: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    vectors = config.parent / "small.vec"
    words = sorted({word.lower() for d in tiny.documents(40, 1) for word in d.text.split()})
    lines = [f"{word} {n % 3 - 1} {n % 5 - 2}\n" for n, word in enumerate(words)]
    vectors.write_text(f"{len(words)} 2\n" + "".join(lines), "utf-8")
    assert train(config, net__vectors=f'"{vectors}"') == 0
    (moved := tmp_path_factory.mktemp("moved") / "model").symlink_to(config.parent / "tiny")
    vectors.rename(config.parent / "elsewhere.vec")
    assert load_tagger(f"bilstm:{moved}").tag([SENTENCE])
    text = (moved / "config.json").read_text("utf-8")
    assert '"vectors": "small.vec"' in text
    assert str(config.parent) not in text
    settings = {
        "net__vectors": f'"{config.parent}/elsewhere.vec"',
        "output": f"{config.parent}/again",
    }
    assert train(config, "--from", str(moved), **settings) == 0
    again = f"{config.parent}/again"
    assert train(config, "--from", str(moved), "--overwrite", output=again) == 2
    assert "net.vectors: not those of the model" in capsys.readouterr().err
    (moved / "small.vec").unlink()
    with pytest.raises(ModelError, match=r"small\.vec"):
        load_tagger(f"bilstm:{moved}")


def test_weights_that_are_no_numbers_replace_no_model(tmp_path: Path) -> None:
    """A rate that ruins the weights within an epoch leaves the model of the run before whole."""
    config = tiny.write(tmp_path)
    folder = training.train_from_file(config, ["train.epochs=1"])
    before = weights(folder)
    ruin = ["train.epochs=1", "optimiser.lr=1e30", "optimiser.ema=0", "train.batch_tokens=100000"]
    with pytest.raises(NerError, match=r"lower .*lr"):
        training.train_from_file(config, ruin, overwrite=True)
    assert weights(folder) == before


def test_a_net_beyond_memory_is_named_and_not_built(tmp_path: Path) -> None:
    config = tiny.write(tmp_path)
    with pytest.raises(ConfigError, match=r"net\.hidden: .*use smaller numbers"):
        training.train_from_file(config, ["net.hidden=99999999999"])
