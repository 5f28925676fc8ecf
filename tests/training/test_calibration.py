"""The temperature: what it changes, and that it brings scores nearer to the truth."""

import math
import random
from dataclasses import replace
from pathlib import Path

import pytest

from ner_service.cli.app import app, run_command
from ner_service.corpora import write
from ner_service.engine.bilstm import divide_log_odds
from ner_service.nets.artefact import Artefact, load, save
from ner_service.scoring.calibration import calibration_of
from ner_service.taggers.bilstm import BilstmTagger
from ner_service.training.calibration import fit_label_temperatures, fit_temperature, minimise
from ner_service.training.config import DevSource
from ner_service.training.data.corpus import Corpus
from ner_service.types import Document
from tests import tiny


@pytest.fixture(scope="module")
def artefact(tmp_path_factory: pytest.TempPathFactory) -> Artefact:
    config = tiny.write(tmp_path_factory.mktemp("calibration"))
    settings = ["--set=net.head_hidden=6", "--set=net.zero_digits=true"]
    assert run_command(lambda: app(["train", str(config), *settings])) == 0
    return load(config.parent / "tiny")


def at(artefact: Artefact, temperature: float | None) -> BilstmTagger:
    net = replace(artefact.net, temperature=temperature, label_temperatures=())
    return BilstmTagger(replace(artefact, net=net))


def sampled(artefact: Artefact, temperature: float) -> Corpus:
    """Documents whose gold entities are found ones, each kept with its score's probability."""
    chance = random.Random(0)
    documents = tiny.documents(150, 5)
    found = at(artefact, temperature).tag([document.text for document in documents])
    kept = [
        replace(document, entities=tuple(e for e in entities if chance.random() < (e.score or 0)))
        for document, entities in zip(documents, found, strict=True)
    ]
    return Corpus(DevSource(path="sampled"), "", kept)


@pytest.mark.slow
def test_a_temperature_changes_scores_and_never_entities(artefact: Artefact) -> None:
    texts = [document.text for document in tiny.documents(10, 3)]
    raw, one, hot = (at(artefact, t).tag(texts) for t in (None, 1.0, 3.0))
    assert raw == one
    assert [[e.span for e in found] for found in hot] == [[e.span for e in found] for found in raw]
    pairs = [pair for a, b in zip(raw, hot, strict=True) for pair in zip(a, b, strict=True)]
    assert all(0 < b.score < a.score <= 1 for a, b in pairs if a.score and b.score)


@pytest.mark.slow
@pytest.mark.parametrize("true", [0.7, 2.0])
def test_the_temperature_of_the_truth_is_found_and_lowers_the_error(
    artefact: Artefact, true: float
) -> None:
    corpus = sampled(artefact, true)
    fitted = fit_temperature(artefact, [corpus])
    assert fitted == pytest.approx(true, rel=0.15)
    errors = []
    for value in (None, fitted):
        found = calibration_of(corpus.documents, corpus.predict(at(artefact, value)))
        assert found is not None
        errors.append(found.ece)
    assert errors[1] < errors[0] / 2


@pytest.mark.slow
@pytest.mark.parametrize("true", [0.7, 2.0])
def test_the_temperature_of_a_label_is_found_and_changes_that_label_alone(
    artefact: Artefact, true: float
) -> None:
    plain = replace(artefact, net=replace(artefact.net, temperature=1.5, label_temperatures=()))
    labels = plain.net.labels
    given = tuple(true if label == "PER" else 1.0 for label in labels)
    skewed = replace(plain, net=replace(plain.net, label_temperatures=given))
    chance = random.Random(0)
    documents = tiny.documents(150, 5)
    texts = [document.text for document in documents]
    kept = [
        replace(document, entities=tuple(e for e in found if chance.random() < (e.score or 0)))
        for document, found in zip(documents, BilstmTagger(skewed).tag(texts), strict=True)
    ]
    fitted = fit_label_temperatures(plain, [Corpus(DevSource(path="x"), "", kept)])
    assert fitted == pytest.approx(given, rel=0.25)
    pairs = zip(BilstmTagger(plain).tag(texts), BilstmTagger(skewed).tag(texts), strict=True)
    for one, other in pairs:
        assert [e.span for e in one] == [e.span for e in other]
        for a, b in zip(one, other, strict=True):
            assert a.label == "PER" or a.score == pytest.approx(b.score, abs=2e-6)


def test_too_few_entities_fit_no_label(artefact: Artefact) -> None:
    few = Corpus(DevSource(path="x"), "", tiny.documents(3, 5))
    assert fit_label_temperatures(artefact, [few]) == ()


@pytest.mark.parametrize(("score", "divisor"), [(0.9, 2.0), (0.2, 0.5), (1.0, 1.0), (0.0, 3.0)])
def test_log_odds_are_divided(score: float, divisor: float) -> None:
    found = divide_log_odds(score, divisor)
    assert 0 < found < 1
    if 0 < score < 1:
        expected = math.log(score / (1 - score)) / divisor
        assert math.log(found / (1 - found)) == pytest.approx(expected)


def test_a_trained_model_says_that_its_scores_are_calibrated(artefact: Artefact) -> None:
    assert artefact.net.temperature is not None
    assert BilstmTagger(artefact).info.score_kind == "calibrated"
    assert at(artefact, None).info.score_kind == "raw"


def test_the_bottom_of_a_valley_is_found() -> None:
    assert minimise(lambda x: (x - 0.3) ** 2, -1, 2) == pytest.approx(0.3, abs=0.05)


def test_digits_read_as_zero_give_one_answer(artefact: Artefact) -> None:
    tagger = at(artefact, None)
    one, other = tagger.tag(["Анна Лион 1234 в Омске.", "Анна Лион 5678 в Омске."])
    assert one == other


def test_the_command_calibrates_a_model_and_renews_its_card(
    artefact: Artefact, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(replace(artefact, net=replace(artefact.net, temperature=None)), tmp_path / "model")
    write(tmp_path / "sure.jsonl", sampled(artefact, 2.0).documents)
    command = ["calibrate", str(tmp_path / "model"), str(tmp_path / "sure.jsonl")]
    assert run_command(lambda: app(command)) == 0
    after = load(tmp_path / "model")
    assert f"temperature {after.net.temperature:.3f}" in capsys.readouterr().out
    assert after.net.temperature == pytest.approx(2, rel=0.15)
    assert [(r["corpus"], r["ece"] is None) for r in after.meta["scores"]] == [
        ("sure.jsonl", False),
        ("dev.jsonl", True),
    ]
    assert "It is calibrated" in (tmp_path / "model" / "README.md").read_text("utf-8")


def test_nothing_is_fitted_on_nothing(
    artefact: Artefact, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = Corpus(DevSource(path="x"), "", [Document("a", "тихо", ())])
    assert (
        fit_temperature(replace(artefact, net=replace(artefact.net, temperature=2.0)), [empty]) == 2
    )
    save(artefact, tmp_path / "model")
    write(tmp_path / "x.jsonl", empty.documents)
    command = ["calibrate", str(tmp_path / "model"), str(tmp_path / "x.jsonl")]
    assert run_command(lambda: app(command)) == 2
    assert "no entities, so no score can be right" in capsys.readouterr().err


def test_a_shipped_model_is_not_calibrated_for_all_its_users(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(lambda: app(["calibrate", "ru-news", str(tmp_path / "x.jsonl")])) == 2
    assert "ru-news: ships with the package: copy " in capsys.readouterr().err
