"""Backend `bilstm` serves our BiLSTM-CRF from a model folder, without torch."""

from collections.abc import Iterator, Sequence
from functools import partial

from ner_service.engine.bilstm import CACHE_BYTES, Engine
from ner_service.engine.lattice import SpanPosteriors
from ner_service.engine.tokens import Tokens
from ner_service.engine.usual_case import cut_units_of
from ner_service.errors import ModelError
from ner_service.nets.artefact import Artefact, answering
from ner_service.nets.artefact import load as load_artefact
from ner_service.taggers.explaining import TextExplainer, TextScorer
from ner_service.taggers.models import model_and_convention
from ner_service.taggers.reader import Reader
from ner_service.types import Entity, Span, TaggerInfo, Tally

SECOND_CACHE_BYTES = CACHE_BYTES // 4  # of a twin, or a convention that only some requests ask for


class BilstmTagger:
    """A BiLSTM-CRF answers with the best path of each unit; a score is the span's posterior."""

    def __init__(self, artefact: Artefact, cache_bytes: int = CACHE_BYTES) -> None:
        meta = artefact.meta
        self._artefact = artefact
        self._others: dict[str, BilstmTagger] = {}  # by their conventions
        self._explainer: TextExplainer | None = None
        self._engine = Engine(artefact, cache_bytes)
        net = artefact.net
        self._cut = partial(cut_units_of, net=net, marked=bool(net.spacing_dim))
        self._reader = Reader(self._cut, self._engine, trimmed=True)
        posteriors = SpanPosteriors(self._engine, artefact.net.tags, artefact.net.scheme)
        self._scorer = TextScorer(posteriors, self.cut)
        self.info = TaggerInfo(
            name="bilstm",
            version=str(meta.get("version", "0")),
            languages=tuple(meta.get("languages", ())),
            labels=artefact.net.labels,
            score_kind="calibrated" if artefact.net.temperature else "raw",
            hash=artefact.hash or None,
            conventions=artefact.net.conventions if artefact.net.convention_dim else (),
        )

    @property
    def tally(self) -> Tally:
        """Return what was counted since the model was loaded, in all conventions."""
        words = self._engine.words
        own = Tally(words.hits, words.misses, self._reader.tokenise_s)
        for other in [*self._others.values()]:
            own = own.plus(other.tally)
        return own

    def temper(self, temperature: float) -> None:
        """Change the temperature that later scores are computed with; labels then have none."""
        self._engine.temper(temperature)

    def in_convention(self, convention: str) -> "BilstmTagger":
        """Return a tagger of the same net that answers by another of its conventions.

        It is made when it is first asked for, with a smaller cache of words. Raises `ModelError`
        where the net has no convention of that name.
        """
        if convention not in self._others:
            artefact = answering(self._artefact, convention)
            if artefact is self._artefact:
                return self
            self._others[convention] = BilstmTagger(artefact, SECOND_CACHE_BYTES)
        return self._others[convention]

    def cut(self, text: str) -> Iterator[Tokens]:
        """Yield the units of a text as the net reads them."""
        return (unit.tokens() for unit in self._cut(text))

    def explainer(self) -> TextExplainer:
        """Return what explains the answers of this tagger; it is made when first asked for."""
        if self._explainer is None:
            self._explainer = TextExplainer(self._artefact, self.cut)
        return self._explainer

    def twin(self) -> "BilstmTagger":
        """Return another tagger of the same net; its cache of words is smaller."""
        return BilstmTagger(self._artefact, SECOND_CACHE_BYTES)

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        return self._reader.tag(texts)

    def score_spans(self, text: str, spans: Sequence[Span]) -> list[float]:
        """Return the posterior of each span, found or not; 0 where it is not of whole tokens.

        It is for the thread that tags. The net must know the labels.
        """
        return self._scorer.score(text, spans)


def load(source: str) -> BilstmTagger:
    """Load a model folder by path, or a shipped model by name.

    `@CONVENTION` behind either makes the model annotate by another convention than its first.
    """
    folder, convention = model_and_convention(source)
    artefact = load_artefact(folder)
    try:
        return BilstmTagger(artefact if convention is None else answering(artefact, convention))
    except ModelError as error:
        raise ModelError(f"{folder}: {error}") from None
