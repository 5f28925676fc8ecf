"""The page explains an answer by the figures that the engine has, and these are right."""

from itertools import chain, pairwise, product
from typing import Any

import numpy as np
import pytest

from ner_service.engine.bilstm import Engine
from ner_service.engine.explanation import Explainer, Explanation, Forbidden
from ner_service.engine.tokens import units
from ner_service.labels import may_follow
from ner_service.nets.artefact import load
from ner_service.taggers.bilstm import BilstmTagger
from ner_service.taggers.models import model_path
from ner_service.text.spacing import mark_words
from tests.browser.conftest import Run, cut

TEXTS = [
    ("Олег Береговой приехал из Мурома.", []),
    ("Владимир приехал во Владимир к «Росавтодору».", [{"tag": "S-PER", "token": None}]),
    ("😀 Анна-Мария", [{"tag": "S-PER", "token": 0}, {"tag": "S-LOC", "token": 0}]),
    ("а", []),
]
CLOSE = 1e-3


@pytest.fixture(scope="module")
def engine_alone() -> Engine:
    return Engine(cut(load(model_path("ru-news"))))


def explain(engine: Engine, text: str, forbidden: list[dict[str, Any]]) -> Explanation:
    net = load(model_path("ru-news")).net
    (unit,) = units(text, net.unit_tokens)
    explainer = Explainer(engine, net.tags, net.scheme)
    marked = mark_words(unit.words, unit.spacings)
    return explainer.explain(marked, [Forbidden(**each) for each in forbidden])


@pytest.mark.slow
def test_the_page_and_the_engine_explain_alike(engine_alone: Engine, node: Run) -> None:
    asked = [{"text": text, "forbidden": forbidden} for text, forbidden in TEXTS]
    for (text, forbidden), there in zip(
        TEXTS, node([], explained=asked)["explanations"], strict=True
    ):
        here = explain(engine_alone, text, forbidden)
        assert there["words"] == [*here.words]
        assert there["tags"] == [*here.tags]
        assert np.allclose(there["probabilities"], here.probabilities, atol=CLOSE)
        for path, name in ((here.best, "best"), (here.second, "second")):
            assert path is not None
            assert there[name]["tags"] == [*path.tags]
            assert abs(there[name]["score"] - path.score) < CLOSE
            assert abs(there[name]["probability"] - path.probability) < CLOSE
        for span, other in zip(here.spans, there["spans"], strict=True):
            assert (other["start"], other["end"], other["label"]) == (
                span.start,
                span.end,
                span.label,
            )
            assert abs(other["probability"] - span.probability) < CLOSE
            assert abs(other["score"] - span.score) < CLOSE
            assert np.allclose(other["words"], span.words, atol=CLOSE)
            assert [len(word) for word in other["chars"]] == [len(word) for word in span.chars]
            assert np.allclose([*chain(*other["chars"])], [*chain(*span.chars)], atol=CLOSE)
            by_place = {
                (r["start"], r["end"], r["label"]): r["probability"] for r in other["rivals"]
            }
            assert len(by_place) == len(span.rivals)
            for rival in span.rivals:
                place = rival.start, rival.end, rival.label
                assert abs(by_place[place] - rival.probability) < CLOSE


def test_paths_and_probabilities_are_those_of_all_paths_together(engine_alone: Engine) -> None:
    text = "Анна уехала"
    net = load(model_path("ru-news")).net
    here = explain(engine_alone, text, [])
    (unit,) = units(text, net.unit_tokens)
    emissions = engine_alone.emissions([mark_words(unit.words, unit.spacings)]).astype(float)
    transitions, starts, ends = engine_alone.crf_weights
    scores = {}
    for path in product(range(len(net.tags)), repeat=len(unit.words)):
        names = ["O", *(net.tags[tag] for tag in path), "O"]
        if all(may_follow(a, b, net.scheme) for a, b in pairwise(names)):
            steps = sum(transitions[a, b] for a, b in pairwise(path))
            here_score = sum(emissions[i, tag] for i, tag in enumerate(path))
            scores[path] = float(starts[path[0]] + here_score + steps + ends[path[-1]])
    weights = {path: np.exp(score / net.temperature) for path, score in scores.items()}
    total = sum(weights.values())
    best, second = sorted(scores, key=lambda path: -scores[path])[:2]
    assert here.second is not None
    for found, path in ((here.best, best), (here.second, second)):
        assert found.tags == tuple(net.tags[tag] for tag in path)
        assert abs(found.score - scores[path]) < CLOSE
        assert abs(found.probability - weights[path] / total) < CLOSE
    for i, tag in product(range(len(unit.words)), range(len(net.tags))):
        share = sum(weight for path, weight in weights.items() if path[i] == tag) / total
        assert abs(here.probabilities[i, tag] - share) < CLOSE


def test_a_span_has_the_score_that_the_tagger_gives_it(
    engine: BilstmTagger, engine_alone: Engine
) -> None:
    text = TEXTS[0][0]
    spans = explain(engine_alone, text, []).spans
    (entities,) = engine.tag([text])
    assert [span.score for span in spans] == pytest.approx([e.score for e in entities], abs=1e-6)
    assert all(max(span.words) > 0.01 for span in spans)  # some word matters


def test_a_forbidden_tag_is_on_no_path(engine_alone: Engine) -> None:
    text, forbidden = TEXTS[1]
    here = explain(engine_alone, text, forbidden)
    assert here.second is not None
    assert "S-PER" not in here.best.tags + here.second.tags
    assert here.probabilities[:, here.tags.index("S-PER")].max() < 1e-6


def test_a_path_that_is_the_only_one_has_no_second(engine_alone: Engine) -> None:
    tags = load(model_path("ru-news")).net.tags
    forbidden = [{"tag": tag} for tag in tags if tag != "O"]
    here = explain(engine_alone, "Анна", forbidden)
    assert here.second is None
    assert here.best.tags == ("O",)
    assert here.best.probability == pytest.approx(1)


@pytest.mark.parametrize("forbidden", [{"tag": "B-XYZ"}, {"tag": "O", "token": 1}])
def test_a_tag_or_a_token_that_there_is_not_is_refused(
    engine_alone: Engine, forbidden: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"there are|has 1 tokens"):
        explain(engine_alone, "Анна", [forbidden])
