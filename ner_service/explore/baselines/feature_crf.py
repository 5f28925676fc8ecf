"""A feature CRF reads words by features that people have written down; it has no net."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

from ner_service import __version__
from ner_service.errors import MissingExtra
from ner_service.labels import entities, tags
from ner_service.text.sentences import sentenize
from ner_service.text.tokens import Token, tokenize
from ner_service.types import Document, Entity, TaggerInfo

C1, C2 = 0.1, 0.01  # weights of the L1 and L2 penalties, usual for named entities
ITERATIONS = 100  # of L-BFGS; more change little
NEIGHBOURS = (-2, -1, 1, 2)


class FeatureCrf:
    """A linear-chain CRF (Lafferty et al. 2001) by CRFsuite, over BIO tags of sentences.

    A word's features are its letters, its first and last letters, and its shape; and the same of
    two words on each side. The score of an entity is the posterior of its least certain word, which
    the probability of the whole entity never exceeds.
    """

    def __init__(self, model: bytes) -> None:
        """Open a model that `train` has made."""
        self._crf = _library().Tagger()
        self._crf.open_inmemory(model)
        self._model = model
        named = {tag[2:] for tag in self._crf.labels() if tag != "O"}
        hash = sha256(model).hexdigest()
        self.info = TaggerInfo("feature-crf", __version__, (), tuple(sorted(named)), "raw", hash)

    @classmethod
    def train(cls, documents: Iterable[Document]) -> "FeatureCrf":
        """Train on annotated documents, sentence by sentence."""
        trainer = _library().Trainer(verbose=False)
        trainer.set_params({"c1": C1, "c2": C2, "max_iterations": ITERATIONS})
        for document in documents:
            for tokens in sentences_of(document.text):
                start, end = tokens[0].start, tokens[-1].end
                inside = [e for e in document.entities if e.start < end and start < e.end]
                trainer.append(features_of(tokens), tags(tokens, inside, "BIO"))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model"
            trainer.train(str(path))
            return cls(path.read_bytes())

    @property
    def size(self) -> int:
        """Return the bytes of the model."""
        return len(self._model)

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        """Find the entities of each text."""
        return [[*chain.from_iterable(map(self._read, sentences_of(text)))] for text in texts]

    def _read(self, tokens: Sequence[Token]) -> Iterator[Entity]:
        """Yield the entities of a sentence with their scores."""
        path = self._crf.tag(features_of(tokens))
        for entity in entities(tokens, path):
            inside = (
                n for n, token in enumerate(tokens) if entity.start <= token.start < entity.end
            )
            yield replace(entity, score=min(self._crf.marginal(path[n], n) for n in inside))


def _library() -> Any:
    try:
        import pycrfsuite
    except ImportError as error:
        raise MissingExtra(f"the feature CRF ({error})", "explore") from error
    return pycrfsuite


def sentences_of(text: str) -> Iterator[list[Token]]:
    """Yield the tokens of each sentence, with their places in the text."""
    for start, end in sentenize(text):
        tokens = tokenize(text[start:end])
        yield [Token(token.start + start, token.end + start, token.text) for token in tokens]


def features_of(tokens: Sequence[Token]) -> list[list[str]]:
    """Return the features of each token of a sentence."""
    own = [list(_word_features(token.text)) for token in tokens]
    rows = []
    for n, features in enumerate(own):
        row = ["bias", *features]
        for step in NEIGHBOURS:
            beside = own[n + step] if 0 <= n + step < len(own) else ["edge"]
            row += [f"{step:+d}:{feature}" for feature in beside]
        rows.append(row)
    return rows


def _word_features(word: str) -> Iterator[str]:
    lower = word.lower()
    yield f"word={lower}"
    yield f"shape={_shape(word)}"
    for length in (1, 2, 3, 4):
        if len(lower) > length:
            yield f"ends={lower[-length:]}"
            yield f"begins={lower[:length]}"


def _shape(word: str) -> str:
    """Return a word with each run of like characters as one sign: `Xx` for a name."""
    shape = ""
    for char in word:
        if char.isupper():
            sign = "X"
        elif char.isalpha():
            sign = "x"
        else:
            sign = "0" if char.isdecimal() else char
        shape += sign if shape[-1:] != sign else ""
    return shape
