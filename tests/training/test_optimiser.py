"""Optimisers, schedules, averages, batches and augmentation."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ner_service.engine.usual_case import load_usual_case
from ner_service.nets.config import NetConfig
from ner_service.nets.encoder import Net
from ner_service.text.spacing import LINE, NOTHING, PARAGRAPH, SIGN, SPACE
from ner_service.training.config import Augmentation, Optimiser
from ner_service.training.data.augmentation import make_augmenter
from ner_service.training.data.batches import EncodedUnit, Lexicon, batches, rare_words
from ner_service.training.optimiser import MovingAverage, cosine, make_optimisers


def make() -> Net:
    config = NetConfig(labels=("PER",), vectors="", vector_dim=0, word_dim=4, hidden=3)
    torch.manual_seed(0)
    return Net(config, 10, 10, 5)


def units(lengths: list[int]) -> list[EncodedUnit]:
    return [
        EncodedUnit(np.arange(n, dtype=np.int32), *np.zeros((2, n), np.int32), 0, 1.0)
        for n in lengths
    ]


@given(st.lists(st.integers(1, 50), min_size=1, max_size=60), st.integers(1, 200))
def test_each_unit_is_in_one_batch_and_batches_keep_to_their_budget(
    lengths: list[int], budget: int
) -> None:
    given = units(lengths)
    found = batches(given, budget, np.random.default_rng(0))
    assert sorted(id(unit) for batch in found for unit in batch) == sorted(map(id, given))
    for batch in found:
        longest = max(len(unit.words) for unit in batch)
        assert len(batch) == 1 or longest * len(batch) <= budget


def test_the_cosine_rises_and_falls_between_its_bounds() -> None:
    settings = Optimiser(warmup=0.1, lr_final=0.05)
    rates = [cosine(step / 100, settings) for step in range(101)]
    assert rates[10] == pytest.approx(1)
    assert rates[:11] == sorted(rates[:11])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[100] == pytest.approx(0.05)


def test_the_average_is_that_of_exponential_weights() -> None:
    net = make()
    average = MovingAverage(net, 0.5)
    expected = {key: value.clone() for key, value in net.state_dict().items()}
    for step in range(1, 30):
        with torch.no_grad():
            for weight in net.parameters():
                weight.add_(torch.randn_like(weight))
        average.update(step)
        decay = min(0.5, (1 + step) / (10 + step))
        for key, value in net.state_dict().items():
            expected[key] = decay * expected[key] + (1 - decay) * value
    for key, value in expected.items():
        torch.testing.assert_close(average.weights[key], value)


def test_without_averaging_the_state_is_the_net_itself() -> None:
    net = make()
    average = MovingAverage(net, 0.0)
    with torch.no_grad():
        net.head.bias.fill_(3.0)
    average.update(1)
    assert torch.equal(average.weights["head.bias"], net.head.bias)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_only_the_rows_of_words_in_the_batch_move(optimizer: str) -> None:
    net = make()
    settings = Optimiser(name=optimizer, momentum=0.9, lr=0.1)  # type: ignore[arg-type]
    both = make_optimisers(net, settings)
    assert net.words is not None
    before = net.words.weight.detach().clone()
    for _ in range(3):
        for one in both:
            one.zero_grad()
        net.words(torch.tensor([3, 3, 5])).sum().backward()
        for one in both:
            one.step()
    moved = (net.words.weight != before).any(1)
    assert moved.nonzero()[:, 0].tolist() == [3, 5]


def test_plain_steps_of_the_table_add_up_to_those_with_momentum() -> None:
    net = make()
    both = make_optimisers(net, Optimiser(name="sgd", momentum=0.75, lr=0.1))
    assert [one.param_groups[0]["share"] for one in both] == [1.0, 4.0]


def test_words_seen_once_are_counted_in_any_case() -> None:
    lexicon = Lexicon()
    ids = [lexicon.id(word) for word in ("Дом", "дом", "сад", "Лес", "Лес")]
    unit = EncodedUnit(np.array(ids, np.int32), *np.zeros((2, 5), np.int32), 0, 1.0)
    once = rare_words([unit], lexicon.words)
    assert dict(zip(lexicon.words, once.tolist(), strict=True)) == {
        "Дом": False, "дом": False, "сад": True, "Лес": False,
    }  # fmt: skip


def test_case_augmentation_changes_words_and_nothing_else() -> None:
    lexicon = Lexicon()
    ids = np.array([lexicon.id(word) for word in ("Вот", "Анна", "в", "США")], np.int32)
    augmenter = make_augmenter(Augmentation(case=0.5), lexicon, ["O", "S-PER", "S-LOC"])
    assert augmenter
    tags = np.array([0, 1, 0, 2], np.int32)
    spacings = np.array([5, 1, 1, 1], np.int32)
    given = [EncodedUnit(ids, spacings, tags, 0, 0.5) for _ in range(200)]
    found = augmenter.augment(given, np.random.default_rng(0))
    texts = [" ".join(lexicon.words[n] for n in unit.words) for unit in found]
    assert set(texts) == {
        "Вот Анна в США", "вот анна в сша", "Вот анна в сша", "ВОТ АННА В США",
    }  # fmt: skip
    assert 60 < texts.count("Вот Анна в США") < 140
    assert texts.count("Вот анна в сша") < texts.count("вот анна в сша")
    assert all(unit.tags is tags and unit.spacings is spacings for unit in found)
    assert all(unit.weight == 0.5 for unit in found)


def test_punctuation_augmentation_takes_marks_but_no_entitys_bounds() -> None:
    lexicon = Lexicon()
    words = ("«", "Ё", ".", "Мир", "»", ",", "да", "!")
    ids = np.array([lexicon.id(word) for word in words], np.int32)
    tags = ["O", "B-ORG", "I-ORG", "I-ORG", "E-ORG"]
    spacings = np.array(
        [PARAGRAPH, NOTHING, NOTHING, LINE, NOTHING, NOTHING, SPACE, NOTHING], np.int32
    )
    given = EncodedUnit(ids, spacings, np.array([1, 2, 2, 2, 4, 0, 0, 0], np.int32), 0, 1.0)
    marks = EncodedUnit(ids[5:6], *np.zeros((2, 1), np.int32), 0, 1.0)
    augmenter = make_augmenter(Augmentation(punctuation=0.5), lexicon, tags)
    assert augmenter
    found = augmenter.augment([given, marks] * 100, np.random.default_rng(0))
    texts = [" ".join(lexicon.words[n] for n in unit.words) for unit in found]
    assert set(texts) == {"« Ё . Мир » , да !", "« Ё Мир » да", ","}
    assert {tuple(unit.tags) for unit in found if len(unit.tags) == 5} == {(1, 2, 2, 4, 0)}
    assert 30 < texts.count("« Ё Мир » да") < 70
    shorter = {tuple(unit.spacings) for unit in found if len(unit.tags) == 5}
    assert shorter == {(PARAGRAPH, NOTHING, LINE, NOTHING, SPACE)}


def test_a_word_behind_a_mark_that_is_taken_away_has_the_stronger_spacing() -> None:
    lexicon = Lexicon()
    ids = np.array([lexicon.id(word) for word in ("да", ",", "«", "Ё", "»")], np.int32)
    spacings = np.array([PARAGRAPH, NOTHING, LINE, NOTHING, NOTHING], np.int32)
    given = EncodedUnit(ids, spacings, np.zeros(5, np.int32), 0, 1.0)
    augmenter = make_augmenter(Augmentation(punctuation=0.99), lexicon, ["O"])
    assert augmenter
    found = augmenter.augment([given] * 20, np.random.default_rng(0))
    assert (PARAGRAPH, LINE) in {tuple(unit.spacings) for unit in found}


def test_spacing_augmentation_breaks_lines_or_puts_signs_where_spaces_are() -> None:
    lexicon = Lexicon()
    ids = np.array([lexicon.id("да")] * 40, np.int32)
    spacings = np.array([PARAGRAPH, *[SPACE, NOTHING] * 19, SPACE], np.int32)
    given = EncodedUnit(ids, spacings, np.zeros(40, np.int32), 0, 1.0)
    augmenter = make_augmenter(Augmentation(spacing=0.5), lexicon, ["O"])
    assert augmenter
    found = augmenter.augment([given] * 200, np.random.default_rng(0))
    kinds = [set(unit.spacings[spacings == SPACE].tolist()) for unit in found]
    assert {frozenset(kind) for kind in kinds} >= {
        frozenset({SPACE}), frozenset({SPACE, LINE}), frozenset({SPACE, SIGN}),
    }  # fmt: skip
    assert all((unit.spacings == spacings)[spacings != SPACE].all() for unit in found)
    assert 60 < kinds.count({SPACE}) < 140


def test_spacing_augmentation_puts_blanks_before_marks() -> None:
    lexicon = Lexicon()
    ids = np.array([lexicon.id(word) for word in ("Фам", ".", "Икскуль", "-")], np.int32)
    spacings = np.array([PARAGRAPH, NOTHING, NOTHING, NOTHING], np.int32)
    given = EncodedUnit(ids, spacings, np.zeros(4, np.int32), 0, 1.0)
    augmenter = make_augmenter(Augmentation(spacing=0.9), lexicon, ["O"])
    assert augmenter
    found = augmenter.augment([given] * 100, np.random.default_rng(0))
    kinds = {tuple(unit.spacings) for unit in found}
    assert kinds == {tuple(spacings), (PARAGRAPH, SPACE, NOTHING, SPACE)}


def test_capitals_are_learned_as_the_net_reads_them() -> None:
    lexicon = Lexicon()
    words = ("Суд", "в", "Москве", "освободил", "А", ".", "Петрова")
    ids = np.array([lexicon.id(word) for word in words], np.int32)
    given = EncodedUnit(ids, *np.ones((2, 7), np.int32), 0, 1.0)
    augmenter = make_augmenter(Augmentation(case=0.5), lexicon, ["O", "S-PER"], restores_case=True)
    assert augmenter
    found = augmenter.augment([given] * 200, np.random.default_rng(0))
    read = load_usual_case().restore([word.upper() for word in words])
    assert " ".join(read) == "суд в Москве освободил А . Петрова"
    texts = {" ".join(lexicon.words[n] for n in unit.words) for unit in found}
    as_written = " ".join(words)
    assert texts == {as_written, as_written.lower(), as_written.upper(), " ".join(read)}
