"""The natasha adapter: what the library itself answers, span by span."""

from collections.abc import Callable

import pytest
from natasha import Doc, NewsEmbedding, NewsNERTagger, Segmenter

from ner_service.corpora import locate, read
from ner_service.errors import ModelError
from ner_service.taggers.registry import load_tagger
from ner_service.types import Tagger

Span = tuple[int, int, str]
TEXTS = [document.text for document in read(locate("own_news", None))]


@pytest.fixture(scope="module")
def expected() -> list[list[Span]]:
    segmenter, library = Segmenter(), NewsNERTagger(NewsEmbedding())
    found = []
    for text in TEXTS:
        doc = Doc(text)
        doc.segment(segmenter)
        doc.tag_ner(library)
        found.append([(span.start, span.stop, span.type) for span in doc.spans])
    return found


@pytest.mark.parametrize("spec", ["natasha", "natasha:slovnet"])
def test_answers_are_the_librarys(
    shipped: Callable[[str], Tagger], expected: list[list[Span]], spec: str
) -> None:
    assert [[e.span for e in found] for found in shipped(spec).tag(TEXTS)] == expected


def test_both_ways_of_computing_it_have_the_same_hash(shipped: Callable[[str], Tagger]) -> None:
    assert shipped("natasha").info == shipped("natasha:slovnet").info


def test_it_has_one_model() -> None:
    with pytest.raises(ModelError, match="one model"):
        load_tagger("natasha:other")
