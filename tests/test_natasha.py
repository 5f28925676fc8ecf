"""The natasha adapter: what the library itself answers, span by span."""

import pytest
from natasha import Doc, NewsEmbedding, NewsNERTagger, Segmenter

from ner_service.corpora import locate, read
from ner_service.taggers import load_tagger
from ner_service.types import ModelError


@pytest.mark.parametrize("spec", ["natasha", "natasha:slovnet"])
def test_answers_are_the_librarys(spec: str) -> None:
    texts = [document.text for document in read(locate("own_news", None))]
    segmenter, library = Segmenter(), NewsNERTagger(NewsEmbedding())
    expected = []
    for text in texts:
        doc = Doc(text)
        doc.segment(segmenter)
        doc.tag_ner(library)
        expected.append([(span.start, span.stop, span.type) for span in doc.spans])
    assert [[e.span for e in found] for found in load_tagger(spec).tag(texts)] == expected


def test_both_ways_of_computing_it_have_the_same_hash() -> None:
    assert load_tagger("natasha").info == load_tagger("natasha:slovnet").info


def test_it_has_one_model() -> None:
    with pytest.raises(ModelError, match="one model"):
        load_tagger("natasha:other")
