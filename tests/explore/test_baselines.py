"""The baselines keep the promise of taggers, and find what they are said to find."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ner_service.explore.baselines.dictionary import DictionaryTagger
from ner_service.explore.baselines.feature_crf import FeatureCrf
from ner_service.types import Tagger
from tests import tiny
from tests.marked import marked

DICTIONARY = DictionaryTagger.of(
    [
        marked(
            "[PER Анна] в [LOC Нижнем Новгороде], [LOC Нижнем]; [ORG Рим], [LOC Рим], [LOC Рим]",
            "1",
        )
    ]
)


@pytest.fixture(scope="module")
def crf() -> FeatureCrf:
    return FeatureCrf.train(tiny.documents(40, 1))


def test_a_dictionary_finds_the_longest_name_with_its_most_frequent_label() -> None:
    wanted = marked("[PER Анна] и [LOC Рим], [LOC Нижнем Новгороде], [LOC Нижнем], анна.", "1")
    assert DICTIONARY.tag([wanted.text]) == [list(wanted.entities)]


def test_a_feature_crf_learns_names_that_training_has_not(crf: FeatureCrf) -> None:
    text = "Мария Лионова живёт в Твери."
    (found,) = crf.tag([text])
    assert [(text[e.start : e.end], e.label) for e in found] == [
        ("Мария Лионова", "PER"),
        ("Твери", "LOC"),
    ]
    assert crf.info.labels == ("LOC", "PER")


def test_a_feature_crf_is_less_sure_of_what_it_has_not_seen(crf: FeatureCrf) -> None:
    seen, strange = crf.tag(["Анна Петрова живёт в Омске.", "Анна любит Омск."])
    assert crf.info.score_kind == "raw"
    assert all(e.score is not None and 0 < e.score <= 1 for e in (*seen, *strange))
    assert min(e.score or 0 for e in seen) > max(e.score or 0 for e in strange)


@settings(max_examples=25)
@given(st.lists(st.text(max_size=40) | st.just("Анна в Нижнем  Новгороде. Рим!"), max_size=4))
def test_baselines_answer_every_text_alone_as_in_a_batch(texts: list[str]) -> None:
    taggers: list[Tagger] = [DICTIONARY, CRF]
    for tagger in taggers:
        answers = tagger.tag(texts)
        assert answers == [tagger.tag([text])[0] for text in texts]
        for text, entities in zip(texts, answers, strict=True):
            assert entities == sorted(entities)
            ends = [0, *(entity.end for entity in entities)]
            for entity, before in zip(entities, ends, strict=False):
                surface = text[entity.start : entity.end]
                assert before <= entity.start < entity.end <= len(text)
                assert surface == surface.strip()


CRF = FeatureCrf.train(tiny.documents(10, 3))


def test_the_same_data_give_the_same_baselines(crf: FeatureCrf) -> None:
    assert FeatureCrf.train(tiny.documents(40, 1)).info == crf.info
