"""The served net against the net in torch, and against itself in other company."""

from dataclasses import dataclass
from random import Random
from typing import Literal

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ner_service.engine import bilstm, shorts
from ner_service.engine.bilstm import Engine
from ner_service.nets.artefact import Artefact, answering
from ner_service.nets.config import CharEncoder, Encoder, NetConfig
from ner_service.nets.encoder import Batch, Net, WordFeatures
from ner_service.nets.vectors import load_vectors
from ner_service.nets.vocab import END, PAD, START, Vocab, characters, shape
from ner_service.text.spacing import SPACINGS, mark_words, split_marks

WORDS = ["Анна", "МИД", "в", "Москве", "1990-х", ",", "Нью-Йорк", "x" * 50, "ё", "№", "😀", "анна"]
ERROR = 3e-3 if shorts.AVAILABLE else 1e-4  # of emissions by three layers of random weights
words = st.one_of(st.sampled_from(WORDS), st.text("абвАБ-1", min_size=1, max_size=6))
units = st.lists(st.lists(words, min_size=1, max_size=40), min_size=1, max_size=25)


@dataclass(frozen=True)
class Pair:
    """The same random weights in torch and served."""

    artefact: Artefact
    net: Net
    engine: Engine

    def emissions(self, marked: list[str], convention: int = 0) -> np.ndarray:
        """The scores by torch: words x tags."""
        artefact = self.artefact
        unit, spacings = split_marks(marked)
        spelled = [[START, *map(artefact.chars.id, characters(w)), END] for w in unit]
        longest = max(map(len, spelled))
        vectors = artefact.vectors()
        features = WordFeatures(
            ids=torch.tensor([artefact.words.id(word.lower()) for word in unit]),
            vectors=torch.from_numpy(vectors.of(unit)) if vectors else torch.zeros(len(unit), 0),
            chars=torch.tensor([row + [PAD] * (longest - len(row)) for row in spelled]),
            shapes=torch.tensor([artefact.shapes.id(shape(word)) for word in unit]),
        )
        index, mask = torch.arange(len(unit))[None], torch.ones(1, len(unit), dtype=torch.bool)
        batch = Batch(
            features, index, mask, torch.tensor([convention]), torch.tensor([[*spacings]])
        )
        with torch.no_grad():
            return self.net(batch)[0].numpy()


def build(config: NetConfig) -> Pair:
    torch.manual_seed(1)
    chars, shapes = Vocab("абвАБ-1МИДёosкне"), Vocab(["x+", "Xx", "X+", "d-x", "x"])
    table = Vocab(["анна", "в", "москве"]) if config.word_dim else Vocab([])
    net = Net(config, len(table), len(chars), len(shapes)).eval()
    for weight in net.parameters():
        torch.nn.init.normal_(weight, std=0.25)
    if net.chars:
        torch.nn.init.zeros_(net.chars.table.weight[PAD])
    tensors = {key: value.numpy() for key, value in net.state_dict().items()}
    artefact = Artefact(config, table, chars, shapes, tensors)
    return Pair(artefact, net, Engine(artefact))


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("vectors") / "small.txt"
    rows = np.random.default_rng(0).normal(size=(3, 6)).tolist()
    known = zip(("анна", "в", ","), rows, strict=True)
    lines = [" ".join([word, *map(str, row)]) for word, row in known]
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


# each encoder and each reader of characters at least once
QUICK = (("lstm", "cnn"), ("lstm", "lstm"), ("gru", "none"), ("rnn", "lstm"), ("cnn", "cnn"))


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((e, c), id=f"{e}-{c}", marks=[] if (e, c) in QUICK else pytest.mark.slow)
        for e in ("lstm", "gru", "rnn", "cnn")
        for c in ("cnn", "lstm", "none")
    ],
)
def pair(request: pytest.FixtureRequest, vectors: str) -> Pair:
    return make_pair(*request.param, vectors)


def make_pair(encoder: Encoder, chars: CharEncoder, vectors: str) -> Pair:
    odd = chars == "lstm"
    shapes_alone = (encoder, chars) == ("gru", "none")
    return build(
        NetConfig(
            labels=("PER", "LOC"),
            scheme="BIO" if odd else "BIOES",
            vectors="" if odd or shapes_alone else vectors,
            vector_dim=0 if odd or shapes_alone else load_vectors(vectors).dim,
            word_dim=5 if odd else 0,
            char_encoder=chars,
            char_dim=7,
            char_size=0 if chars == "none" else 10,
            shape_dim=3,
            encoder=encoder,
            hidden=37 if odd else 16,
            layers={"cnn": 2, "lstm": 3, "none": 1}[chars],
            conventions=("news", "diary") if odd else ("news",),
            spacing_dim=0 if shapes_alone else 3,
        )
    )


def texts(seed: int) -> list[list[str]]:
    rng = np.random.default_rng(seed)
    lengths = [1, 2, 3, 70, *rng.integers(1, 30, 15)]
    units = [[WORDS[i] for i in rng.integers(0, len(WORDS), length)] for length in lengths]
    kinds = (bytes(rng.integers(0, SPACINGS, len(unit)).tolist()) for unit in units)
    return [*map(mark_words, units, kinds)]


def test_emissions_are_those_of_torch(pair: Pair) -> None:
    for unit in texts(0):
        found = pair.engine.emissions([unit])
        np.testing.assert_allclose(found, pair.emissions(unit), atol=ERROR, rtol=1e-5)


@pytest.mark.parametrize("chars", ["cnn", "none"])
def test_without_short_products_an_lstm_is_that_of_torch_to_the_fourth_place(
    chars: CharEncoder, vectors: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shorts, "AVAILABLE", False)
    pair = make_pair("lstm", chars, vectors)
    for unit in texts(0):
        found = pair.engine.emissions([unit])
        np.testing.assert_allclose(found, pair.emissions(unit), atol=1e-4, rtol=1e-5)


def test_what_stands_before_a_word_changes_its_scores_and_no_mark_means_a_space() -> None:
    usual = {"vector_dim": 0, "char_dim": 7, "char_size": 10, "shape_dim": 3, "hidden": 16}
    engine = build(NetConfig(labels=("PER",), vectors="", **usual)).engine  # type: ignore[arg-type]
    unit = ["Анна", "МИД"]
    rows = [
        engine.emissions([mark_words(unit, bytes([1, kind]))]).tobytes() for kind in range(SPACINGS)
    ]
    assert len(set(rows)) == SPACINGS
    assert engine.emissions([unit]).tobytes() == rows[1]


def test_another_convention_answers_as_in_torch() -> None:
    usual = {"vector_dim": 0, "char_dim": 7, "char_size": 10, "shape_dim": 3, "hidden": 16}
    pair = build(NetConfig(labels=("PER",), vectors="", conventions=("a", "b", "c"), **usual))  # type: ignore[arg-type]
    for place, name in enumerate(pair.artefact.net.conventions):
        engine = Engine(answering(pair.artefact, name))
        for unit in texts(4):
            expected = pair.emissions(unit, place)
            np.testing.assert_allclose(engine.emissions([unit]), expected, atol=ERROR, rtol=1e-5)


@pytest.mark.parametrize("encoder", ["lstm", "gru", "rnn", "cnn"])
@pytest.mark.parametrize("sizes", [{"shape_dim": 0}, {"hidden": 1}, {"word_dim": 1}], ids=str)
def test_the_smallest_sizes_are_computed_too(
    encoder: Literal["lstm", "gru", "rnn", "cnn"], sizes: dict[str, int]
) -> None:
    usual = {"vector_dim": 0, "char_dim": 7, "char_size": 10, "shape_dim": 3, "hidden": 16}
    config = NetConfig(labels=("PER",), vectors="", encoder=encoder, **usual | sizes)  # type: ignore[arg-type]
    pair = build(config)
    for unit in texts(3):
        found = pair.engine.emissions([unit])
        np.testing.assert_allclose(found, pair.emissions(unit), atol=ERROR, rtol=1e-5)


def test_entities_are_those_on_the_best_path_of_torch(pair: Pair) -> None:
    tags = pair.artefact.net.tags
    for unit, spans in zip(texts(1), pair.engine.tag(texts(1)), strict=True):
        emissions = torch.from_numpy(pair.emissions(unit))[None]
        (path,) = pair.net.crf.decode(emissions, torch.ones(1, len(unit), dtype=torch.bool))
        marked = ["O"] * len(unit)
        for start, end, label, _ in spans:
            for i in range(start, end):
                marked[i] = label
        assert marked == [tags[tag][2:] or "O" for tag in path]


def test_a_single_token_scores_its_marginal(pair: Pair) -> None:
    """In BIOES an `S-` tag is a whole entity, so its marginal is the span's posterior."""
    net = pair.artefact.net
    for unit in texts(2):
        mask = torch.ones(1, len(unit), dtype=torch.bool)
        marginals = pair.net.crf.marginals(torch.from_numpy(pair.emissions(unit))[None], mask)[0]
        (spans,) = pair.engine.tag([unit])
        for start, end, label, score in spans:
            if net.scheme == "BIOES" and end == start + 1:
                single = float(marginals[start, net.tags.index(f"S-{label}")])
                assert score == pytest.approx(single, abs=ERROR)
            assert 0 <= score <= 1


@settings(max_examples=10, deadline=None)
@given(units, st.randoms())
def test_an_answer_never_depends_on_its_company(
    pair: Pair, batch: list[list[str]], rng: Random
) -> None:
    together = pair.engine.tag(batch)
    assert together == [pair.engine.tag([unit])[0] for unit in batch]
    order = list(range(len(batch)))
    rng.shuffle(order)
    assert pair.engine.tag([batch[n] for n in order]) == [together[n] for n in order]


def test_a_row_is_the_same_to_the_bit_whatever_stands_beside_it(pair: Pair) -> None:
    group = sorted(texts(3), key=len, reverse=True)[:16]
    together = pair.engine.emissions(group)
    at = 0
    for unit in group:
        np.testing.assert_array_equal(together[at : at + len(unit)], pair.engine.emissions([unit]))
        at += len(unit)


def test_a_small_cache_gives_the_same_answers(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bilstm, "GROUP_TOKENS", 80)
    small = Engine(pair.artefact, cache_bytes=0)
    assert small.tag(texts(4)) == pair.engine.tag(texts(4))
