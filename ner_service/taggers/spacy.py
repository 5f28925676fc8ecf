"""Backend `spacy` serves any spaCy pipeline that recognises entities, by package name or path.

Pipelines of the usual parts run on our engine; any other, and any whose spec ends in `@library`, is
run by spaCy itself. The answers are the same.
"""

import gc
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ner_service.digest import digest
from ner_service.engine.tokens import Tokens, read_signs
from ner_service.errors import MissingExtra, ModelError
from ner_service.taggers.models import model_path, shipped_models, split_convention
from ner_service.taggers.reader import Reader
from ner_service.text.bare_text import make_bare
from ner_service.text.chunks import PIECE_CHARS, chunks
from ner_service.text.reading import read
from ner_service.text.tokens import Token, tokenize
from ner_service.types import Entity, Tagger, TaggerInfo, Tally

LIBRARY = "library"  # behind an at sign: spaCy's own code computes the pipeline
LONG_RUN = re.compile(r"\S{500}")  # spaCy's tokenizer is quadratic in a run without white space
ZONE_TEXTS = 64  # texts a memory zone, at whose end spaCy frees the strings of new words
MOST_NEW_WORDS = 100_000  # zones free words, but not their rows in spaCy's hash tables
PIPES = ("ner", "entity_ruler", "beam_ner")  # that recognise entities
UNUSED = ("parser", "senter", "tagger", "morphologizer", "lemmatizer", "attribute_ruler")


class SpacyEngineTagger:
    """A spaCy pipeline runs on the engine, and answers as spaCy does for each text alone."""

    def __init__(self, nlp: Any, info: TaggerInfo, ours: bool, again: Callable[[], Tagger]) -> None:
        """Raise `NotServed` where the pipeline has a part that the engine does not compute."""
        from ner_service.engine import spacy_net, spacy_parts, spacy_tokens

        parts = spacy_parts.read_parts(nlp)
        self._net = spacy_net.SpacyNet(parts, nlp)
        self._tokens = spacy_tokens.SpacyTokens(nlp.tokenizer, spaced=parts.reads_spaces)
        self._chars = min(PIECE_CHARS, nlp.max_length)
        self._ours = ours
        self._again = again
        self._reader = Reader(self._cut, self._net)
        self.info = info

    @property
    def tally(self) -> Tally:
        """Return what was counted since the pipeline was loaded."""
        words = self._net.words
        return Tally(words.hits, words.misses, self._reader.tokenise_s)

    def twin(self) -> Tagger:
        """Return the pipeline loaded again: 24 MB of the shipped one."""
        return self._again()

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        return [
            [*filter(None, (_strip(entity, text) for entity in entities))]
            for text, entities in zip(texts, self._reader.tag(texts), strict=True)
        ]

    def _cut(self, text: str) -> Iterator[Tokens]:
        """Yield the tokens of a text, or of each piece of a long one."""
        for start, end in chunks(text, self._chars):
            piece = text[start:end]
            tokens = self._read(piece) if self._ours else self._cut_words(piece)
            yield tokens.shift(start)

    def _read(self, piece: str) -> Tokens:
        """Return the tokens of a text as it is read, with offsets into the text as it came."""
        bare = make_bare(read_signs(piece))
        tokens = self._cut_words(bare.text)
        if len(bare.text) == len(piece):
            return tokens
        bounds = [bare.bounds(*each) for each in zip(tokens.starts, tokens.ends, strict=True)]
        return tokens._replace(starts=[a for a, _ in bounds], ends=[b for _, b in bounds])

    def _cut_words(self, piece: str) -> Tokens:
        if LONG_RUN.search(piece):
            return self._tokens.of_words(*razdel_words(piece))
        return self._tokens.cut(piece)


def _strip(entity: Entity, text: str) -> Entity | None:
    """Return an entity without white space at its edges, or nothing where it is nothing else."""
    surface = text[entity.start : entity.end]
    if not (surface[0].isspace() or surface[-1].isspace()):
        return entity
    start = entity.start + len(surface) - len(surface.lstrip())
    end = start + len(surface.strip())
    return replace(entity, start=start, end=end) if end > start else None


class SpacyTagger:
    """A spaCy pipeline tags inside memory zones, so endless new words do not fill the memory.

    A pipeline of ours gets texts in which `text.reading` has replaced signs; any other gets each
    text as it came.
    """

    def __init__(self, load: Callable[[], Any], nlp: Any, info: TaggerInfo, ours: bool) -> None:
        self._load, self._nlp, self._new_words, self._ours = load, nlp, 0, ours
        self._chars = min(PIECE_CHARS, nlp.max_length)
        self.info = info

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        answers: list[list[Entity]] = [[] for _ in texts]
        pieces = [(n, *span) for n, text in enumerate(texts) for span in chunks(text, self._chars)]
        for at in range(0, len(pieces), ZONE_TEXTS):
            if self._new_words > MOST_NEW_WORDS:
                self._reload()
            strings = self._nlp.vocab.strings
            before = len(strings)
            with self._nlp.memory_zone():
                # one text a pass: in a batch, matrix products round otherwise, and answers
                # on the edge would depend on the neighbours
                for n, start, end in pieces[at : at + ZONE_TEXTS]:
                    answers[n] += self._entities(texts[n][start:end], start)
                self._new_words += len(strings) - before
        return answers

    def _reload(self) -> None:
        """Load the pipeline again, with small tables, after the old one is freed."""
        self._nlp = None
        frozen = gc.get_freeze_count()
        gc.unfreeze()  # a service freezes what it has loaded, and a pipeline has cycles
        gc.collect()
        self._nlp = self._load()
        if frozen:
            gc.freeze()
        self._new_words = 0

    def _entities(self, piece: str, offset: int) -> list[Entity]:
        if not self._ours:
            return self._find(piece, offset)
        bare = make_bare(read(piece).text)
        bounds = ((e, *bare.bounds(e.start, e.end)) for e in self._find(bare.text, 0))
        return [replace(e, start=offset + a, end=offset + b) for e, a, b in bounds]

    def _find(self, piece: str, offset: int) -> list[Entity]:
        doc = razdel_doc(self._nlp.vocab, piece) if LONG_RUN.search(piece) else piece
        return entities_of(self._nlp(doc), piece, offset)


def razdel_doc(vocab: Any, text: str) -> Any:
    """Return a document of razdel's tokens; white space but one space is a token, as in spaCy."""
    from spacy.tokens import Doc

    return Doc(vocab, *razdel_words(text))


def razdel_words(text: str) -> tuple[list[str], list[bool]]:
    """Return razdel's tokens and the white space between, and whether a space follows each."""
    words: list[str] = []
    spaces: list[bool] = []
    last = 0
    for token in [*tokenize(text), Token(len(text), len(text), "")]:
        gap = text[last : token.start]
        if gap[:1] == " " and spaces:
            spaces[-1], gap = True, gap[1:]
        for word in filter(None, (gap, token.text)):
            words.append(word)
            spaces.append(False)
        last = token.end
    return words, spaces


def entities_of(doc: Any, text: str, offset: int) -> list[Entity]:
    """Return a document's entities without the white space that spaCy may leave at their edges."""
    entities = []
    for span in doc.ents:
        surface = text[span.start_char : span.end_char]
        start = span.start_char + len(surface) - len(surface.lstrip())
        end = start + len(surface.strip())
        if end > start:
            entities.append(Entity(offset + start, offset + end, span.label_))
    return entities


def load(source: str) -> Tagger:
    """Load an installed package, a folder, or the pipeline shipped under that name.

    `@library` behind it leaves the pipeline to spaCy's own code. Raises `ModelError` where it is
    missing, damaged, or recognises no entities.
    """
    try:
        import spacy
    except ImportError as error:
        raise MissingExtra(f"spaCy ({error})", "spacy") from error
    name, way = split_convention(source)
    if way not in (None, LIBRARY):
        raise ModelError(
            f"spacy:{source}: a spaCy pipeline has no conventions: leave out @{way}, or name "
            f"spacy:{name}@{LIBRARY}, which spaCy's own code computes"
        )
    path = name if spacy.util.is_package(name) else model_path(name)
    pipeline = partial(spacy.load, path, exclude=UNUSED)
    try:
        nlp = pipeline()
    except Exception as error:  # whatever spaCy and the readers of its files say of damaged ones
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ModelError(f"spacy:{name}: cannot be loaded: {reason[:200]}") from None
    labels = tuple(dict.fromkeys(x for pipe in PIPES for x in nlp.pipe_labels.get(pipe, ())))
    if not labels:
        raise ModelError(f"spacy:{name}: this pipeline recognises no entities (no `ner` pipe)")
    info = TaggerInfo(
        name="spacy",
        version=f"{nlp.meta.get('name', name)} {nlp.meta.get('version', '0')}",
        languages=(str(nlp.lang),),
        labels=labels,
        score_kind="none",
        hash=digest(*(file for file in sorted(nlp.path.iterdir()) if file.name != "README.md")),
    )
    ours = Path(nlp.path).parent == shipped_models()
    if way == LIBRARY:
        return SpacyTagger(pipeline, nlp, replace(info, computed_by="spaCy, as asked"), ours)
    from ner_service.engine.spacy_parts import NotServed

    try:
        by_engine = replace(info, computed_by="the engine")
        return SpacyEngineTagger(nlp, by_engine, ours, partial(load, source))
    except NotServed as error:
        info = replace(info, computed_by=f"spaCy, since {error}")
        return SpacyTagger(pipeline, nlp, info, ours)
