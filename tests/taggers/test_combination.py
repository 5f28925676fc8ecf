"""Several taggers as one: the grammar of their specs, what is kept, and what a score means."""

import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service import corpora
from ner_service.errors import UnknownTagger
from ner_service.scoring.f1 import exact
from ner_service.service.settings import parse_specs
from ner_service.taggers import registry, voting
from ner_service.taggers.backend import Backend
from ner_service.taggers.ballots import (
    Candidate,
    count_ballots,
    mean_score,
    resolve_overlaps,
    support,
)
from ner_service.taggers.evidence import Evidence, evidence_for, features, load_fit
from ner_service.taggers.registry import (
    check_present,
    check_spec,
    leaves,
    load_tagger,
    needs_kernels,
    state_of,
)
from ner_service.taggers.specs import Combination, Member, parse_combination
from ner_service.types import Counting, Entity, Span, SpanScorer, Tagger, TaggerInfo
from tests.serving import serving

TEXT = "Анна Каренина и Лев в Перми"
ANNA, WHOLE, LEV, PERM = (
    Entity(0, 4, "PER"), Entity(0, 13, "PER"), Entity(16, 19, "PER"), Entity(22, 27, "LOC"),
)  # fmt: skip
FOUND = {
    "short": [ANNA, LEV],
    "long": [WHOLE, PERM],
    "exact": [ANNA, PERM],
    "sure": [Entity(*LEV.span, 0.95), Entity(*PERM.span, 0.38)],
    "unsure": [Entity(*LEV.span, 0.49), Entity(*PERM.span, 0.25)],
    "whole": [Entity(*WHOLE.span, 0.75)],
    "half": [Entity(*WHOLE.span, 0.58)],
    "asked": [Entity(*LEV.span, 0.9)],
}
ANSWERS = {ANNA.span: 0.25, PERM.span: 0.05, WHOLE.span: 0.99}  # of "asked", to what it missed


class FixedTagger:
    """The tagger finds in every text what stands under its name in `FOUND`."""

    def __init__(self, source: str) -> None:
        self._entities = FOUND[source.split("-")[0]]
        scored = any(e.score is not None for e in self._entities)
        labels = ("PER",) if source == "short-persons" else ("PER", "LOC")
        kind = "calibrated" if scored else "none"
        self.info = TaggerInfo("fixed", "1", ("ru",), labels, kind, source)

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        return [[e for e in self._entities if e.end <= len(text)] for text in texts]


class SpanScoringTagger(FixedTagger):
    """The tagger also says how probable spans are that it did not find."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.questions: list[Sequence[Span]] = []

    def score_spans(self, text: str, spans: Sequence[Span]) -> list[float]:
        self.questions.append(spans)
        return [ANSWERS[span] for span in spans]


def load_fixed(source: str) -> FixedTagger:
    return SpanScoringTagger(source) if source.startswith("asked") else FixedTagger(source)


@pytest.fixture(autouse=True)
def stub_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.BACKENDS, "fixed", Backend("fixed", load_fixed, needs_source=True))


def entities_of(spec: str) -> list[Entity]:
    (entities,) = load_tagger(spec).tag([TEXT])
    return entities


@pytest.mark.parametrize(
    ("source", "parsed"),
    [
        ("a+b", Combination((Member("a"), Member("b")))),
        ("a*2+b*0.5", Combination((Member("a", 2.0), Member("b", 0.5)))),
        ("2/a+b+c", Combination((Member("a"), Member("b"), Member("c")), 2.0)),
        ("a:x/y@z+b", Combination((Member("a:x/y@z"), Member("b")))),
        ("(vote:a+b)*3+c", Combination((Member("vote:a+b", 3.0), Member("c")))),
        ("(a:my+folder*2)+(b)", Combination((Member("a:my+folder*2"), Member("b")))),
    ],
)
def test_a_combination_has_members_weights_and_a_least_weight(
    source: str, parsed: Combination
) -> None:
    assert parse_combination(source) == parsed


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("union", r"'union' alone names no tagger: write union:SPEC\+SPEC"),
        ("union:", "alone names no tagger"),
        ("union:natasha", r"names 1 tagger\(s\): join 2 to 16 by \+"),
        ("union:natasha+", "names no tagger: write one on each side"),
        ("union:+natasha", "names no tagger"),
        ("union:natasha+natasha", r"names 'natasha' twice: give it a weight, natasha\*2"),
        ("vote:natasha*0+spacy", "expected a positive weight after"),
        ("vote:natasha*nan+spacy", "expected a positive weight after"),
        ("vote:natasha*-1+spacy", "expected a positive weight after"),
        ("vote:3/natasha+spacy", "asks for a weight of 3: expected more than 0 and at most 2"),
        ("vote:0/natasha+spacy", "asks for a weight of 0"),
        ("vote:(natasha+spacy", "a parenthesis without its other"),
        ("vote:natasha)+(spacy", "a parenthesis without its other"),
        ("union:natasha+nobody", "unknown tagger 'nobody'"),
        ("vote:(union:natasha+nobody)+spacy", "unknown tagger 'nobody'"),
        ("bilstm:@x", r"'bilstm:@x' names no model before @: write bilstm:NAME-OR-FOLDER@x"),
        ("union:natasha+spacy:@library", "names no model before @"),
        ("natasha+spacy", r"unknown tagger .*; to join taggers write union:A\+B"),
        ("+".join(["union:fixed:short", *(f"fixed:short-{n}" for n in range(16))]), "17 tagger"),
    ],
)
def test_a_wrong_spec_says_in_one_line_what_to_write(spec: str, message: str) -> None:
    with pytest.raises(UnknownTagger, match=message) as error:
        check_spec(spec)
    assert "\n" not in str(error.value)


def test_only_a_vote_has_a_least_weight() -> None:
    with pytest.raises(UnknownTagger, match="is for vote alone: leave it out"):
        load_tagger("union:2/fixed:short+fixed:long")


@given(st.text("ab:+*()/2@.", max_size=20))
def test_every_spec_is_parsed_or_refused(source: str) -> None:
    try:
        parsed = parse_combination(source)
    except UnknownTagger:
        return
    assert all(member.spec and member.weight > 0 for member in parsed.members)


def test_combinations_stand_among_the_taggers_of_a_service() -> None:
    specs = parse_specs("natasha, both=vote:2/natasha+spacy*2+bilstm@nerel ,union:natasha+bilstm")
    assert specs == {
        "natasha": "natasha",
        "both": "vote:2/natasha+spacy*2+bilstm@nerel",
        "union:natasha+bilstm": "union:natasha+bilstm",
    }


def test_a_combination_needs_what_its_members_need() -> None:
    nested = "union:(vote:natasha+spacy*2)+bilstm:ru-news"
    assert leaves(nested) == ["natasha", "spacy", "bilstm:ru-news"]
    assert needs_kernels(nested)
    assert not needs_kernels("union:fixed:long+fixed:short")
    assert state_of(nested) == state_of("spacy") + state_of("bilstm:ru-news")
    with pytest.raises(Exception, match="no such folder, nor a shipped model"):
        check_present("union:natasha+bilstm:nowhere")


def test_a_union_has_what_any_member_found_and_the_longer_of_two_that_overlap() -> None:
    entities = entities_of("union:fixed:short+fixed:long")
    assert [e.span for e in entities] == [WHOLE.span, LEV.span, PERM.span]
    assert [e.sources for e in entities] == [("fixed:long",), ("fixed:short",), ("fixed:long",)]


def test_more_weight_beats_length_where_spans_overlap() -> None:
    assert entities_of("union:fixed:short*2+fixed:long")[0].span == ANNA.span
    assert entities_of("union:fixed:short+fixed:long+fixed:exact")[0].span == ANNA.span


def test_an_intersection_has_what_all_members_found() -> None:
    assert [e.span for e in entities_of("intersection:fixed:long+fixed:exact")] == [PERM.span]
    assert entities_of("intersection:fixed:long+fixed:exact")[0].sources == (
        "fixed:long",
        "fixed:exact",
    )


def test_a_vote_keeps_what_has_more_than_half_of_the_weight() -> None:
    assert [e.span for e in entities_of("vote:fixed:short+fixed:long+fixed:exact")] == [
        ANNA.span,
        PERM.span,
    ]
    assert entities_of("vote:fixed:short+fixed:long") == []
    assert [e.span for e in entities_of("vote:fixed:short*2+fixed:long")] == [ANNA.span, LEV.span]


@pytest.fixture
def round_votes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vote for a span weighs an eighth and one for another a twentieth, whatever dev sets say."""
    monkeypatch.setattr(voting, "FOR", 0.13)
    monkeypatch.setattr(voting, "AGAINST", 0.05)


@pytest.mark.usefixtures("round_votes")
def test_each_vote_for_a_span_adds_an_eighth_to_its_calibrated_score() -> None:
    assert [e.span for e in entities_of("vote:fixed:sure+fixed:exact")] == [LEV.span, PERM.span]
    assert [e.span for e in entities_of("vote:fixed:unsure+fixed:exact")] == []
    assert [e.span for e in entities_of("vote:fixed:unsure+fixed:exact+fixed:long")] == [PERM.span]
    assert [e.span for e in entities_of("vote:fixed:unsure+fixed:short")] == [LEV.span]


@pytest.mark.usefixtures("round_votes")
def test_each_vote_for_something_else_takes_a_twentieth_from_a_calibrated_score() -> None:
    (found,) = entities_of("vote:fixed:short+fixed:exact+fixed:whole")
    assert found.span == WHOLE.span
    assert found.sources == ("fixed:whole",)
    assert [e.span for e in entities_of("vote:fixed:short+fixed:half")] == [WHOLE.span]
    assert entities_of("vote:fixed:short+fixed:exact+fixed:half") == []


@pytest.mark.usefixtures("round_votes")
def test_a_vote_counts_by_its_weight_beside_that_of_the_calibrated_score() -> None:
    assert entities_of("vote:fixed:short*2+fixed:half") == []
    assert [e.span for e in entities_of("vote:fixed:short*2+fixed:exact*2+fixed:half*4")] == [
        WHOLE.span
    ]
    assert [e.span for e in entities_of("vote:fixed:unsure+fixed:exact*2")] == [PERM.span]
    assert entities_of("vote:fixed:unsure*2+fixed:exact") == []


@pytest.mark.usefixtures("round_votes")
def test_who_has_calibrated_scores_is_asked_about_what_a_majority_of_others_found() -> None:
    tagger = load_tagger("vote:fixed:asked+fixed:exact+fixed:short")
    assert [e.span for e in tagger.tag([TEXT])[0]] == [ANNA.span, LEV.span]
    (asked,) = (t for t in tagger._taggers if isinstance(t, SpanScoringTagger))  # type: ignore[attr-defined]
    assert asked.questions == [[ANNA.span]]
    assert [e.span for e in entities_of("vote:fixed:asked+fixed:exact+fixed:long")] == [LEV.span]


@pytest.mark.usefixtures("round_votes")
def test_what_a_member_with_calibrated_scores_misses_and_cannot_score_needs_four_others() -> None:
    three = "fixed:exact+fixed:exact-2+fixed:exact-3"
    others = f"{three}+fixed:exact-4"
    assert [e.span for e in entities_of(f"vote:fixed:half+{three}")] == []
    assert [e.span for e in entities_of(f"vote:fixed:half+{others}")] == [PERM.span]


@pytest.mark.parametrize("weight", ["", "*0.1", "*0.7", "*3"])
def test_half_of_the_weight_is_no_majority(weight: str) -> None:
    members = [f"fixed:{name}{weight}" for name in ("exact", "exact-2", "short", "short-2")]
    assert [e.span for e in entities_of(f"vote:{'+'.join(members)}")] == [ANNA.span]


def test_a_least_weight_decides_alone() -> None:
    assert [e.span for e in entities_of("vote:1/fixed:short+fixed:long")] == [
        e.span for e in entities_of("union:fixed:short+fixed:long")
    ]
    assert [e.span for e in entities_of("vote:2/fixed:sure+fixed:exact+fixed:long")] == [PERM.span]
    assert [e.span for e in entities_of("vote:2/fixed:asked+fixed:exact+fixed:long")] == [PERM.span]
    assert [e.span for e in entities_of("vote:1/fixed:short+fixed:exact+fixed:whole")] == [
        e.span for e in entities_of("union:fixed:short+fixed:exact+fixed:whole")
    ]


def test_who_does_not_know_a_label_has_no_vote_on_it() -> None:
    assert [e.span for e in entities_of("vote:fixed:short-persons+fixed:exact")] == [
        ANNA.span,
        PERM.span,
    ]
    assert [e.span for e in entities_of("intersection:fixed:short-persons+fixed:exact")] == [
        ANNA.span,
        PERM.span,
    ]


def test_a_nested_combination_names_those_who_found_an_entity() -> None:
    entities = entities_of("union:(union:fixed:short+fixed:exact)+fixed:long")
    assert entities[0].sources == ("fixed:long",)
    assert entities[1].sources == ("fixed:short",)
    assert entities[2].sources == ("fixed:exact", "fixed:long")


def test_a_score_without_a_fit_is_the_mean_over_those_who_know_the_label() -> None:
    tagger = load_tagger("union:fixed:sure+fixed:short*3")
    (entities,) = tagger.tag([TEXT])
    assert tagger.info.score_kind == "raw"
    scores = {e.span: e.score for e in entities}
    assert scores[LEV.span] == pytest.approx((0.95 + 3) / 4)
    assert scores[PERM.span] == pytest.approx(0.38 / 4)


def test_members_that_work_side_by_side_answer_as_one_after_the_other(
    shipped: Callable[[str], Tagger], monkeypatch: pytest.MonkeyPatch
) -> None:
    tagger = shipped("union:natasha+bilstm")
    texts = [f"Глава {n} области Иван Петров прибыл в Москву." for n in range(200)]
    monkeypatch.setattr("ner_service.taggers.combination.list_cores", lambda: [0])
    alone = tagger.tag(texts)
    monkeypatch.setattr("ner_service.taggers.combination.list_cores", lambda: [0, 1, 2, 3])
    beside = tagger.tag(texts)
    assert [[(*e.span, e.score, e.sources) for e in entities] for entities in beside] == [
        [(*e.span, e.score, e.sources) for e in entities] for entities in alone
    ]
    assert all(len(entities) == 2 for entities in alone)


def test_our_net_scores_what_it_finds_as_its_answers_do_and_what_it_misses_too(
    shipped: Callable[[str], Tagger],
) -> None:
    tagger = shipped("bilstm")
    assert isinstance(tagger, SpanScorer)
    text = "Глава области Иван Петров прибыл в Москву. Там его ждал Пётр.\n\nОн из «Ромашки»."
    found = tagger.tag([text])[0]
    assert len(found) >= 3
    other = [(found[0].start, found[0].end, "LOC"), (0, 5, "PER"), (2, 5, "PER"), (0, 77, "ORG")]
    scores = tagger.score_spans(text, [*other, *(e.span for e in found)])
    assert scores[len(other) :] == [e.score for e in found]
    assert 0 < scores[0] < 0.5
    assert 0 < scores[1] < 0.5
    assert scores[2:4] == [0.0, 0.0]


def test_a_combination_counts_what_its_members_count(shipped: Callable[[str], Tagger]) -> None:
    tagger = shipped("union:natasha+bilstm")
    assert isinstance(tagger, Counting)
    before = tagger.tally
    tagger.tag(["Анна живёт в Перми"])
    after = tagger.tally
    assert after.hits + after.misses > before.hits + before.misses
    assert after.tokenise_s > before.tokenise_s


def test_the_fit_is_of_the_taggers_that_ship(shipped: Callable[[str], Tagger]) -> None:
    """It must be made anew when a shipped model is: see `benchmarks/combination_fit.py`."""
    infos = [shipped(spec).info for spec in registry.shipped_specs()]
    assert {info.hash for info in infos} == {*load_fit()["taggers"].values()}
    assert evidence_for(infos)
    assert evidence_for([*infos, TaggerInfo("other", "1", ("ru",), (), "none", "abc")]) is None


def test_evidence_for_a_span_grows_with_each_finder_and_with_their_scores() -> None:
    weighed = Evidence([*load_fit()["coefficients"].values()], [False, True])

    def score(*ballots: list[Entity]) -> float:
        candidate = next(c for c in count_ballots(ballots) if c.span == PERM.span)
        return weighed.score(candidate, ballots)

    both = score([PERM], [Entity(*PERM.span, 0.9)])
    assert both > score([PERM], [Entity(*PERM.span, 0.5)])
    assert both > score([], [Entity(*PERM.span, 0.9)]) > score([], [Entity(*PERM.span, 0.5)])
    assert both > score([PERM], [])
    assert 0 < score([PERM], []) < both < 1


def test_evidence_is_shares_of_the_members() -> None:
    ballots = [[ANNA], [Entity(0, 13, "PER", 0.5)], [], [Entity(0, 4, "PER", 0.99)]]
    first, *_ = count_ballots(ballots)
    values = features(first, ballots, [False, True, False, True])
    assert values == pytest.approx((1, 3.8918 / 4, 1 / 4, 1 / 4, 0, 1 / 4), abs=1e-4)


spans = st.builds(
    lambda start, size, label: Entity(start, start + size, label),
    st.integers(0, 20),
    st.integers(1, 6),
    st.sampled_from(["PER", "LOC"]),
)


@given(st.lists(st.lists(spans, max_size=5), min_size=1, max_size=4), st.randoms())
def test_overlaps_are_resolved_by_the_stated_rule(
    ballots: list[list[Entity]], order: random.Random
) -> None:
    weights = [1.0 + order.randrange(3) for _ in ballots]
    ballots = [[*{e.span: e for e in ballot}.values()] for ballot in ballots]
    candidates = count_ballots(ballots)
    kept = resolve_overlaps(candidates, lambda candidate: support(candidate, weights))
    assert [c.span for c in kept] == [c.span for c in _by_brute_force(candidates, weights)]
    assert all(a.span[1] <= b.span[0] for a, b in pairwise(kept))


def _by_brute_force(candidates: list[Candidate], weights: list[float]) -> list[Candidate]:
    """Take the best that overlaps none taken yet, until there is no other."""
    rest, taken = [*candidates], []
    while rest:
        best = min(rest, key=lambda c: (-support(c, weights), c.span[0] - c.span[1], c.span))
        taken.append(best)
        rest = [c for c in rest if c.span[1] <= best.span[0] or c.span[0] >= best.span[1]]
    return sorted(taken, key=lambda c: c.span)


def test_a_mean_score_counts_a_member_that_found_nothing_as_zero() -> None:
    (candidate,) = count_ballots([[Entity(0, 4, "PER", 0.8)], [ANNA], []])
    assert mean_score(candidate, [2, 1, 1], 4) == pytest.approx((2 * 0.8 + 1) / 4)


def test_the_service_says_who_found_an_entity() -> None:
    spec = "union:fixed:short+fixed:long"
    with serving(load_tagger, taggers=f"both={spec}", default_tagger="both") as client:
        plain, normal = (
            client.post("/ner", json={"text": TEXT, "normal": normal}).json()["entities"]
            for normal in (False, True)
        )
    assert [e["sources"] for e in plain] == [["fixed:long"], ["fixed:short"], ["fixed:long"]]
    assert [e["sources"] for e in normal] == [e["sources"] for e in plain]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nerel_named_dev", "ne5_dev", "own_kinds_dev", "own_news"])
def test_a_vote_of_all_is_not_below_our_net(
    name: str, shipped: Callable[[str], Tagger], corpora_root: Path
) -> None:
    documents = [*corpora.read(corpora.locate(name, corpora_root))]
    texts = [document.text for document in documents]
    vote, ours = (
        exact(documents, shipped(spec).tag(texts)).f1
        for spec in ("vote:natasha+spacy+bilstm", "bilstm")
    )
    print(f"{name}: vote {vote:.4f}, bilstm {ours:.4f}")
    assert vote >= ours


@pytest.mark.slow
def test_scores_of_a_vote_mean_what_they_say(
    shipped: Callable[[str], Tagger], corpora_root: Path
) -> None:
    held_out = [*corpora.read(corpora.locate("nerel_named_dev", corpora_root))]
    answers = shipped("vote:natasha+spacy+bilstm").tag([d.text for d in held_out])
    scored = [
        (e.score or 0.0, e.span in {g.span for g in d.entities})
        for d, entities in zip(held_out, answers, strict=True)
        for e in entities
    ]
    mean = sum(score for score, _ in scored) / len(scored)
    right = sum(is_right for _, is_right in scored) / len(scored)
    assert mean == pytest.approx(right, abs=0.05)
