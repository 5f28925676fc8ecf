"""Natasha's own names are its base forms and parts, by its documented chain.

Its vocabulary stands on pymorphy2, which no longer starts where pkg_resources is gone; pymorphy3,
its continuation, takes that place here.
"""

from collections.abc import Sequence
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from ner_service.types import Entity

CACHED_WORDS = 10_000  # as natasha has it


class NatashaNames:
    """The chain is morphology, syntax, `normalize` and, for persons, the extractor of names."""

    def __init__(self) -> None:
        from natasha import (
            NamesExtractor,
            NewsEmbedding,
            NewsMorphTagger,
            NewsNERTagger,
            NewsSyntaxParser,
            Segmenter,
        )

        embedding = NewsEmbedding()
        self._segmenter = Segmenter()
        self._ner = NewsNERTagger(embedding)
        self._morph, self._syntax = NewsMorphTagger(embedding), NewsSyntaxParser(embedding)
        self._vocab = make_vocab()
        self._extractor = NamesExtractor(self._vocab)

    def analyse(
        self, text: str, entities: Sequence[Entity]
    ) -> tuple[list[str], list[dict[str, str]]]:
        """Returns the base form of each span, and the parts of persons' names.

        A span without whole tokens stays as it is.
        """
        given = [(entity.start, entity.end, entity.label) for entity in entities]
        spans = self._analyse(text, lambda _: SimpleNamespace(spans=given))
        for span in spans:
            if span.type == "PER" and span.normal:
                span.extract_fact(self._extractor)
        normals = [span.normal or span.text for span in spans]
        return normals, [span.fact.as_dict if span.fact else {} for span in spans]

    def tag(self, texts: Sequence[str]) -> list[list[str]]:
        """Returns the base forms of the entities that natasha's own tagger finds."""
        return [[span.normal for span in self._analyse(text, self._ner)] for text in texts]

    def _analyse(self, text: str, ner: Any) -> Any:
        from natasha import Doc

        document = Doc(text)
        document.segment(self._segmenter)
        document.tag_morph(self._morph)
        document.parse_syntax(self._syntax)
        document.tag_ner(ner)
        for span in document.spans:
            if span.tokens:
                span.normalize(self._vocab)
        return document.spans


def make_vocab() -> Any:
    """Returns natasha's `MorphVocab` over pymorphy3."""
    from natasha.morph import vocab
    from pymorphy3.analyzer import MorphAnalyzer, Parse

    class Form(Parse):  # type: ignore[misc]
        """Pymorphy3's parse, with the features that natasha reads."""

        def __new__(cls, *args: Any) -> "Form":
            form: Form = Parse.__new__(cls, *args)
            form.normal, form.pos = form.normal_form, vocab.ud_pos(form.tag)
            form.feats = dict(vocab.ud_feats(form.tag))
            return form

        def inflect(self, grams: Any) -> Any:
            return Parse.inflect(self, set(vocab.oc_grams(grams)))

    class Vocab(MorphAnalyzer):  # type: ignore[misc]
        """Pymorphy3, called as natasha calls its vocabulary."""

        def __init__(self) -> None:
            super().__init__(result_type=Form, lang="ru")

        parse = lru_cache(CACHED_WORDS)(MorphAnalyzer.parse)
        __call__ = parse

    return Vocab()
