"""Kinds of text are scored as if each were a corpus of its own."""

from dataclasses import replace

from ner_service.output.figures import as_json, kind_rows
from ner_service.scoring import assess
from ner_service.scoring.kinds import MOST
from ner_service.types import Document, Entity
from tests.marked import marked

TEXTS = (
    ("form", "[PER Анна Каренина] уехала в [LOC Москву].", [Entity(0, 13, "PER")]),
    ("chat", "привет, [PER оля]", []),
    ("form", "[ORG МИД] молчит.", [Entity(0, 3, "ORG"), Entity(4, 10, "PER")]),
    (7, "[PER Анна] молчит.", []),
    ("", "[PER Анна] говорит.", []),
    ("empty", "никого", [Entity(0, 6, "PER")]),
)
GOLD = [
    replace(marked(text, str(n)), fields={"kind": kind}) for n, (kind, text, _) in enumerate(TEXTS)
]
FOUND = [entities for _, _, entities in TEXTS]


def test_a_kind_is_scored_like_a_corpus_of_its_documents() -> None:
    kinds = assess(GOLD, FOUND).kinds
    alone = assess([GOLD[0], GOLD[2]], [FOUND[0], FOUND[2]])
    form = kinds["form"]
    assert (form.documents, form.gold) == (2, 3)
    assert (form.precision, form.recall, form.f1, form.low, form.high) == (
        alone.micro.precision,
        alone.micro.recall,
        alone.micro.f1,
        alone.micro.low,
        alone.micro.high,
    )


def test_the_worst_kind_comes_first_and_none_has_a_score_without_gold_entities() -> None:
    assessment = assess(GOLD, FOUND)
    assert list(assessment.kinds) == ["chat", "form"]
    assert as_json(assessment)["worst_kind"] == "chat"
    assert [row["kind"] for row in kind_rows(assessment)] == ["chat", "form"]


def test_only_the_labels_asked_for_count_in_kinds() -> None:
    kinds = assess(GOLD, FOUND, ["ORG"]).kinds
    assert {name: score.f1 for name, score in kinds.items()} == {"form": 1.0}


def test_without_kinds_nothing_is_said_of_them() -> None:
    plain = [replace(document, fields={}) for document in GOLD]
    assessment = assess(plain, FOUND)
    assert not assessment.kinds
    assert not list(kind_rows(assessment))
    assert not {"kinds", "worst_kind"} & as_json(assessment).keys()


def test_a_field_of_very_many_values_names_no_kinds() -> None:
    documents = [
        Document(str(n), "Анна", (Entity(0, 4, "PER"),), {"kind": str(n)}) for n in range(MOST + 1)
    ]
    nothing: list[list[Entity]] = [[] for _ in documents]
    assert len(assess(documents[:-1], nothing[:-1]).kinds) == MOST
    assert not assess(documents, nothing).kinds
