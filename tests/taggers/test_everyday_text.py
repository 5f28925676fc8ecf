"""Names are found in everyday text: beside signs, with odd hyphens, in lines and lists."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from ner_service import corpora
from ner_service.engine.tokens import tokenize
from ner_service.engine.trimming import take_in_brackets, trim_spans
from ner_service.scoring.f1 import exact
from ner_service.types import Document, Entity, Tagger

SPECS = ("bilstm", "bilstm@ne5", "natasha:read")
SIGNS = ("😊", "❤️", "👨‍👩‍👧", "🇷🇺", "→", "•", "\uf0b7", "_", "*", "#", "\ufffd", "\x07")
Loads = Callable[[str], Tagger]


@pytest.fixture(scope="module")
def news() -> list[Document]:
    """Every second document of our own corpus."""
    return list(corpora.read(corpora.locate("own_news", None)))[::2]


def with_signs(document: Document, before: str, after: str) -> Document:
    """Returns the document with a sign on each side of every name."""
    text, entities, last = "", [], 0
    for entity in document.entities:
        text += document.text[last : entity.start] + before
        entities.append(entity.shift(len(text) - entity.start))
        text += document.text[entity.start : entity.end] + after
        last = entity.end
    return Document(document.id, text + document.text[last:], tuple(entities))


def f1(tagger: Tagger, documents: Sequence[Document]) -> float:
    return exact(documents, tagger.tag([document.text for document in documents])).f1


@pytest.mark.parametrize(
    "spec", ["bilstm", *(pytest.param(s, marks=pytest.mark.slow) for s in SPECS if s != "bilstm")]
)
def test_signs_at_names_take_none_of_them_away(
    spec: str, shipped: Loads, news: list[Document]
) -> None:
    tagger = shipped(spec)
    clean = f1(tagger, news)
    for sign in SIGNS:
        assert f1(tagger, [with_signs(d, sign, "") for d in news]) >= clean - 0.02, sign
        assert f1(tagger, [with_signs(d, "", sign) for d in news]) >= clean - 0.02, sign


def test_the_shipped_spacy_pipeline_sees_no_signs(shipped: Loads, news: list[Document]) -> None:
    tagger = shipped("spacy")
    clean = f1(tagger, news)
    for sign in SIGNS:
        assert f1(tagger, [with_signs(d, "", sign) for d in news]) >= clean - 0.1, sign


@pytest.mark.parametrize("spec", ["spacy", "spacy@library"])
def test_the_shipped_spacy_pipeline_sees_no_marks(spec: str, shipped: Loads) -> None:
    text = "Пу́шкин при\u00adехал в Пе\u00adтер\u00adбург\u200b, а Андреи\u0306 Ива\u200bнов в Москву\u0301."
    found = [(e.label, text[e.start : e.end]) for e in shipped(spec).tag([text])[0]]
    assert found == [
        ("PER", "Пу́шкин"), ("LOC", "Пе\u00adтер\u00adбург"), ("PER", "Андреи\u0306 Ива\u200bнов"),
        ("LOC", "Москву\u0301"),
    ]  # fmt: skip


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("hyphen", "\u2010\u2011\u2012\u2212")
def test_a_name_with_another_hyphen_is_the_same_name(
    spec: str, hyphen: str, shipped: Loads, news: list[Document]
) -> None:
    tagger = shipped(spec)
    texts = [document.text for document in news]
    changed = [re.sub(r"(?<=\w)-(?=\w)", hyphen, text) for text in texts]
    assert tagger.tag(changed) == tagger.tag(texts)


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("between", ["\n", "\n\n", "\t", "\r\n", "\n• ", "\n- ", " | ", "→", "; "])
def test_two_names_in_a_list_are_never_one(spec: str, between: str, shipped: Loads) -> None:
    first, second = "Смирнова Анна", "Кузнецов Олег"
    (found,) = shipped(spec).tag([first + between + second])
    end, start = len(first), len(first + between)
    assert not [entity for entity in found if entity.start < end and entity.end > start]
    assert {entity.label for entity in found} == {"PER"}


@pytest.mark.parametrize("spec", SPECS)
def test_a_name_that_a_margin_breaks_stays_one(spec: str, shipped: Loads) -> None:
    text = "Переговоры провели глава МИД Сергей\nЛавров и его коллега из Франции Жан-Ив\nЛе Дриан."
    (found,) = shipped(spec).tag([text])
    assert "Сергей\nЛавров" in [text[entity.start : entity.end] for entity in found]


FIRST = [
    "Александр",
    "Сергей",
    "Иван",
    "Пётр",
    "Андрей",
    "Дмитрий",
    "Олег",
    "Николай",
    "Анна",
    "Мария",
    "Елена",
    "Ольга",
]
LAST = [
    "Иванов",
    "Петров",
    "Сидоров",
    "Кузнецов",
    "Смирнов",
    "Попов",
    "Васильев",
    "Соколов",
    "Михайлов",
    "Новиков",
]
MIDDLE = ["Иванович", "Петрович", "Сергеевич", "Андреевич", "Олегович", "Николаевич"]
FORMS = (
    "{first} {last}",
    "{last} {first}",
    "{last} {first[0]}.{middle[0]}.",
    "{last} {first} {middle}",
)
SEPARATORS = ("\n", "\n\n", "\t", "\n• ", "\n- ", "; ", ", ", " | ", "→", "😊")
CUT_ALONE = FORMS[:3]  # what cutting suffices for; the last form is for training


def full_name(form: str, chance: random.Random) -> str:
    """Returns a name in one of the forms, of a man or a woman."""
    first, last, middle = map(chance.choice, (FIRST, LAST, MIDDLE))
    if first[-1] in "ая":
        last, middle = last + "а", middle.removesuffix("ич") + "на"
    return form.format(first=first, last=last, middle=middle)


@pytest.mark.slow
@pytest.mark.parametrize("spec", SPECS)
def test_names_in_lists_are_found_whole(spec: str, shipped: Loads) -> None:
    tagger, shares = shipped(spec), {}
    for form in FORMS:
        for between in SEPARATORS:
            chance = random.Random(f"{form}{between}")
            right = total = 0
            for _ in range(25):
                names = [full_name(form, chance) for _ in range(5)]
                (found,) = tagger.tag([between.join(names)])
                at = 0
                for name in names:
                    right += (at, at + len(name), "PER") in {e.span for e in found}
                    at += len(name + between)
                total += len(names)
            shares[form, between] = right / total
    for form in FORMS:
        row = "  ".join(f"{between!r} {shares[form, between]:.2f}" for between in SEPARATORS)
        print(f"{spec}, {form}: {row}")
    cut_alone = {key: share for key, share in shares.items() if key[0] in CUT_ALONE}
    if spec.startswith("bilstm"):
        assert sum(share >= 0.9 for share in cut_alone.values()) >= 0.9 * len(cut_alone)
    assert min(cut_alone.values()) >= 0.15


def test_marks_move_entities_with_them(news: list[Document]) -> None:
    document = replace(news[0], entities=news[0].entities[:2])
    marked = with_signs(document, "😊", "→")
    assert [marked.text[e.start : e.end] for e in marked.entities] == [
        document.text[e.start : e.end] for e in document.entities
    ]


@pytest.mark.parametrize(
    ("text", "span", "surface"),
    [
        ("Это Газпром?!", (1, 3), "Газпром"),
        ("Орлова Е Н; она", (0, 4), "Орлова Е Н"),
        ("Клуб «Что? Где? Когда?» пуст", (2, 8), "Что? Где? Когда?"),
        ("А. С.", (0, 4), "А. С."),
        ("!!!", (0, 1), "!!!"),
        ("АНО «Дом»", (2, 4), "Дом"),
        ("АНО «Дом» и", (0, 3), "АНО «Дом»"),
        ("МИД (Россия)", (2, 4), "Россия"),
        ("«ООО «Дом»»", (2, 4), "«Дом»"),
        ("/ Анна Орлова /", (0, 4), "Анна Орлова"),
        ("— Анна", (0, 2), "Анна"),
        ("ОУФМС России по Омской", (0, 3), "ОУФМС России"),
        ("ОУФМС России по Омской", (0, 4), "ОУФМС России по Омской"),
        ("ГУ МВД по г. Перми", (0, 5), "ГУ МВД"),
        ("(ГУ МВД по", (1, 4), "ГУ МВД"),
        ("«Дом» по", (0, 4), "«Дом»"),
        ("Эдгара По", (0, 2), "Эдгара По"),
        ("а по", (1, 2), "по"),
    ],
)
def test_marks_and_prepositions_of_a_sentence_are_none_of_a_name(
    text: str, span: tuple[int, int], surface: str
) -> None:
    unit = tokenize(text)
    ((start, end, label),) = trim_spans(text, unit, [(*span, "ORG")])
    assert (text[unit.starts[start] : unit.ends[end - 1]], label) == (surface, "ORG")


@pytest.mark.parametrize(
    ("text", "surface", "whole"),
    [
        ("с Бобом [Арумом] утром", "Бобом [Арумом", "Бобом [Арумом]"),
        ("[Бобом] Арумом", "Бобом] Арумом", "[Бобом] Арумом"),
        ("[Бобом Арумом]", "Бобом Арумом", "Бобом Арумом"),
        ("Бобом [Арумом утром", "Бобом [Арумом", "Бобом [Арумом"),
        ("Бобом] Арумом", "Бобом] Арумом", "Бобом] Арумом"),
    ],
)
def test_a_name_has_both_brackets_or_none(text: str, surface: str, whole: str) -> None:
    start = text.index(surface)
    (entity,) = take_in_brackets(text, [Entity(start, start + len(surface), "PER")])
    assert text[entity.start : entity.end] == whole


def test_a_net_of_ours_leaves_marks_of_a_sentence_out(shipped: Loads) -> None:
    text = "Согласовано: Орлова Е Н; Петров-Водкин КС. Это Газпром?!"
    (entities,) = shipped("bilstm").tag([text])
    assert not [e for e in entities if text[e.end - 1] in ";:,!?…"]
    assert "Газпром" in [text[e.start : e.end] for e in entities]
