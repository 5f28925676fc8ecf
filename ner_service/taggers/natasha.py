"""Backend `natasha` runs slovnet's CNN-CRF over navec, with the weights of natasha's wheel."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ner_service.digest import digest
from ner_service.engine.tokens import TokenBounds, cut_units, find_tokens
from ner_service.errors import MissingExtra, ModelError
from ner_service.labels import LABELS
from ner_service.nets.natasha_files import natasha_data
from ner_service.nets.navec import load_navec
from ner_service.taggers.reader import Net, Reader
from ner_service.text.chunks import PIECE_CHARS, chunks
from ner_service.types import Entity, TaggerInfo, Tally

SLOVNET = "slovnet"  # the source that computes the net by slovnet's own code
READ = "read"  # the source that reads a text as our nets do
TWIN_SHARE = 2  # a twin's cache of words is so many times smaller
READ_TOKENS = 2_000  # of one unit; natasha itself reads a text of any length at once


class NatashaTagger:
    """The tagger answers as `natasha.NewsNERTagger` does for each text, when cut by `_pieces`."""

    def __init__(
        self,
        net: Net,
        info: TaggerInfo,
        cut: Callable[[str], Iterator[TokenBounds]],
        again: Callable[[], "NatashaTagger"],
    ) -> None:
        self._net = net
        self._again = again
        self._reader = Reader(cut, net)
        self.info = info

    @property
    def tally(self) -> Tally:
        """Return what was counted since the model was loaded; slovnet itself caches no words."""
        words = getattr(self._net, "words", None)
        hits, misses = (words.hits, words.misses) if words else (0, 0)
        return Tally(hits, misses, self._reader.tokenise_s)

    def twin(self) -> "NatashaTagger":
        """Return the tagger loaded again; its cache of words is smaller."""
        return self._again()

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        return self._reader.tag(texts)


def _pieces(text: str) -> Iterator[TokenBounds]:
    """Yield the tokens of a text, or of each piece of a long one."""
    for start, end in chunks(text, PIECE_CHARS):
        tokens = find_tokens(text[start:end])
        if len(tokens.words):
            yield tokens.shift(start)


def _read_pieces(text: str) -> Iterator[TokenBounds]:
    """Yield the units of a text as our nets read it, or of each piece of a long one."""
    for start, end in chunks(text, PIECE_CHARS):
        for unit in cut_units(text[start:end], READ_TOKENS):
            yield unit.shift(start)


class Slovnet:
    """Slovnet computes the net by its own code, a unit at a time."""

    def __init__(self, infer: Any) -> None:
        self._infer = infer

    def tag(self, units: Sequence[Sequence[str]]) -> list[list[tuple[int, int, str]]]:
        return [self._entities(words) for words in units]

    def _entities(self, words: Sequence[str]) -> list[tuple[int, int, str]]:
        from slovnet.bio import bio_spans
        from slovnet.token import Token

        inputs = self._infer.encoder([list(words)])
        (tags,) = self._infer.decoder(self._infer.process(inputs))
        places = [Token(n, n + 1, word) for n, word in enumerate(words)]
        return [(span.start, span.stop, span.type) for span in bio_spans(places, tags)]


def load(source: str, smaller: int = 1) -> NatashaTagger:
    """Load natasha's packaged news model, for the engine or for slovnet's own code.

    Its cache of words is so many times `smaller` than the engine's own.
    """
    if source not in ("", SLOVNET, READ):
        raise ModelError(
            f"natasha:{source}: natasha has one model, inside its wheel; use natasha, "
            f"natasha:{READ}, which reads texts as our nets do, or natasha:{SLOVNET}, which "
            "computes it by slovnet's own code"
        )
    try:
        from ner_service.engine import slovnet

        data = natasha_data()
        embedding, ner = Path(data.NEWS_EMBEDDING), Path(data.NEWS_NER)
        navec = load_navec(embedding)
        if source == SLOVNET:  # what navec loads is larger, and slovnet reads but these
            from slovnet import NER

            parts = SimpleNamespace(meta=navec, pq=navec)
            net: Net = Slovnet(NER.load(ner).navec(parts).infer)
        else:
            net = slovnet.Engine(slovnet.load(ner), navec, slovnet.CACHE_BYTES // smaller)
    except ImportError as error:
        raise MissingExtra(f"natasha ({error})", "natasha") from error
    info = TaggerInfo(
        name="natasha",
        version=version("natasha"),
        languages=("ru",),
        labels=LABELS,
        score_kind="none",
        hash=digest(ner, embedding),
    )
    cut = _read_pieces if source == READ else _pieces
    return NatashaTagger(net, info, cut, partial(load, source, TWIN_SHARE))
