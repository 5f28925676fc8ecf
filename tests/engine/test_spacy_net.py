"""The engine against spaCy itself, over nets of all shapes that it knows."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import spacy
from spacy.vectors import Vectors

from ner_service import corpora
from ner_service.engine import kernels
from ner_service.engine.spacy_net import SpacyNet, Span
from ner_service.engine.spacy_parts import NotServed, read_parts
from ner_service.engine.spacy_tokens import SpacyTokens
from tests.pipelines import encoder, listener, pipeline, recogniser, tok2vec

TEXTS = [document.text for document in corpora.read(corpora.locate("own_news", None))]
EDGES = [
    "Москва",
    "а",
    " ",
    "\n \n",
    "Иван\n",
    "  Анна Ли  \n",
    "В Киров и Псков " * 40,
    "U.S. ORG nsubj",
]


def table() -> Vectors:
    """Vectors of some words of the texts."""
    words = sorted({word for text in TEXTS for word in text.split()})[::2]
    data = np.random.default_rng(5).normal(0, 1, (len(words), 20)).astype(np.float32)
    strings = spacy.blank("ru").vocab.strings
    return Vectors(strings=strings, data=data, keys=words)


def floret() -> Vectors:
    """Vectors of parts of words."""
    data = np.random.default_rng(5).normal(0, 1, (500, 16)).astype(np.float32)
    return Vectors(data=data, mode="floret", minn=3, maxn=4, hash_count=2)


def with_attributes() -> Any:
    names = ("NORM", "SPACY", "IS_SPACE", "IS_TITLE", "LIKE_NUM", "LENGTH", "LANG", "ORTH")
    return pipeline(recogniser(tok2vec(attrs=names)))


def legacy() -> Any:
    old = tok2vec()
    for part in ("embed", "encode"):
        old[part]["@architectures"] = old[part]["@architectures"].replace("v2", "v1")
    old["@architectures"] = "spacy.Tok2Vec.v1"
    return pipeline(recogniser(old) | {"@architectures": "spacy.TransitionBasedParser.v1"})


def hashed_cnn() -> Any:
    config = {"width": 24, "depth": 2, "embed_size": 60, "window_size": 1, "maxout_pieces": 2}
    flags = {"subword_features": True, "pretrained_vectors": False}
    return pipeline(recogniser({"@architectures": "spacy.HashEmbedCNN.v2", **config, **flags}))


def unseen_classes() -> Any:
    nlp = pipeline(recogniser(tok2vec()))
    nlp.get_pipe("ner").model.attrs["unseen_classes"].update({1, 9})
    return nlp


SHAPES: dict[str, Callable[[], Any]] = {
    "shared tok2vec": lambda: pipeline(recogniser(listener(32)), shared=tok2vec()),
    "wide windows": lambda: pipeline(recogniser(tok2vec(encoder(window_size=2, width=40)))),
    "mish": lambda: pipeline(recogniser(tok2vec(encoder("Mish", depth=3)))),
    "one piece": lambda: pipeline(recogniser(tok2vec(encoder(maxout_pieces=1)), maxout_pieces=1)),
    "more tokens": lambda: pipeline(recogniser(tok2vec(), extra_state_tokens=True)),
    "no upper layer": lambda: pipeline(recogniser(tok2vec(), use_upper=False, maxout_pieces=3)),
    "one attribute": lambda: pipeline(recogniser(tok2vec(attrs=["LOWER"]))),
    "many attributes": with_attributes,
    "vectors": lambda: pipeline(recogniser(tok2vec(vectors=True)), vectors=table()),
    "parts of words": lambda: pipeline(recogniser(tok2vec(vectors=True)), vectors=floret()),
    "older parts": legacy,
    "hashed CNN": hashed_cnn,
    "unseen classes": unseen_classes,
    "English": lambda: pipeline(recogniser(tok2vec(encoder(width=128, depth=3))), "en"),
}


def tagged(nlp: Any, texts: list[str], cache_bytes: int = 1 << 20) -> list[list[Span]]:
    """The engine's entities of texts that are read together."""
    parts = read_parts(nlp)
    tokens = SpacyTokens(nlp.tokenizer, parts.reads_spaces)
    return SpacyNet(parts, nlp, cache_bytes).tag([tokens.cut(text).words for text in texts])


def expected(nlp: Any, text: str) -> list[Span]:
    """The entities that spaCy finds in a text, which may not end with white space."""
    spans = []
    for entity in nlp(text).ents:
        words = [token.is_space for token in entity]
        while words[-1]:
            words.pop()
        spans.append(Span(entity.start, entity.start + len(words), entity.label_))
    return spans


QUICK = ("shared tok2vec", "mish", "many attributes")


@pytest.mark.parametrize(
    "shape", [s if s in QUICK else pytest.param(s, marks=pytest.mark.slow) for s in SHAPES]
)
def test_a_net_of_any_shape_has_spacys_answers(shape: str) -> None:
    nlp = SHAPES[shape]()
    texts = [*EDGES, *TEXTS[:6]]
    answers = [expected(nlp, text) for text in texts]
    assert sum(map(len, answers)) > 10
    assert tagged(nlp, texts) == answers


def test_the_last_layer_is_spacys() -> None:
    nlp = spacy.load("models/spacy-ru-news")
    parts = read_parts(nlp)
    net, tokens = SpacyNet(parts, nlp), SpacyTokens(nlp.tokenizer, spaced=False)
    docs = [nlp(text) for text in TEXTS[:9]]
    keys = [tokens.cut(text).words for text in TEXTS[:9]]
    rows, _ = net._rows([key for words in keys for key in words])
    states = net._layers.run(rows, np.array([*map(len, keys)]))
    np.testing.assert_allclose(states, np.concatenate([doc.tensor for doc in docs]), atol=1e-4)


def test_a_text_of_one_word_compiles_no_kernel_anew() -> None:
    nlp = SHAPES["many attributes"]()
    tagged(nlp, TEXTS[:1])
    tagged(nlp, ["Ольга"])
    assert len(kernels.maxout_layer.signatures) == 1


@pytest.mark.slow
def test_answers_depend_neither_on_neighbours_nor_on_room() -> None:
    nlp = SHAPES["more tokens"]()
    alone = [tagged(nlp, [text])[0] for text in TEXTS[:3]]
    assert tagged(nlp, TEXTS[:3][::-1]) == alone[::-1]
    assert tagged(nlp, TEXTS[:3], cache_bytes=0) == alone
    long = " ".join(f"слово{n} Москва" for n in range(1500))
    assert tagged(nlp, [long], cache_bytes=0) == tagged(nlp, [long]) == [expected(nlp, long)]


def with_pipe(name: str, **config: Any) -> Any:
    nlp = pipeline(recogniser(tok2vec()))
    nlp.add_pipe(name, first=True, config=config)
    return nlp


def with_tokenizer() -> Any:
    nlp = pipeline(recogniser(tok2vec()))
    nlp.tokenizer = lambda text: spacy.tokens.Doc(nlp.vocab, text.split())
    return nlp


def beam() -> Any:
    nlp = spacy.blank("ru")
    nlp.add_pipe("beam_ner").add_label("PER")
    nlp.initialize()
    return nlp


def characters() -> Any:
    embed = {"@architectures": "spacy.CharacterEmbed.v2", "width": 32, "rows": 50, "nM": 8, "nC": 4}
    config = tok2vec() | {"embed": {**embed, "include_static_vectors": False}}
    return pipeline(recogniser(config))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: with_pipe("sentencizer"), "pipe sentencizer"),
        (with_tokenizer, "tokenizer is function"),
        (beam, "pipe beam_ner"),
        (characters, r"architecture spacy.CharacterEmbed.v2"),
        (lambda: pipeline(recogniser(tok2vec(attrs=["NORM", "TAG"]))), "the attribute TAG"),
    ],
)
def test_a_pipeline_of_other_parts_is_not_served_and_says_why(
    make: Callable[[], Any], reason: str
) -> None:
    with pytest.raises(NotServed, match=reason):
        read_parts(make())


def test_pipes_that_write_no_entities_are_passed_over() -> None:
    nlp = with_pipe("spancat")
    assert read_parts(nlp).moves
