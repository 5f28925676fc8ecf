"""Masking is undone to the letter, and by the forms of names where somebody changed the text."""

import re
import tracemalloc
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymorphy3 import MorphAnalyzer

from ner_service.errors import SpanError
from ner_service.names import Analyser, Analysis, Case, Mention, Name, Parts
from ner_service.names.analyser import check_spans
from ner_service.names.inflection import inflect_name, inflect_person
from ner_service.names.lists import fold
from ner_service.names.masking import Key, KeyMismatch, Masked, Masker, Style
from ner_service.names.masking.identifiers import IDENTIFIERS, cover, find_identifiers
from ner_service.names.masking.key import KeyMention, KeyName
from ner_service.names.masking.lists import load_lists
from ner_service.names.masking.phrases import Phrase
from ner_service.names.pymorphy import Pymorphy
from ner_service.names.words import EntityWords
from ner_service.taggers.registry import load_tagger
from ner_service.types import Entity
from tests.marked import marked

MORPHOLOGY, PARSER = Pymorphy(), MorphAnalyzer(lang="ru")
STYLES: tuple[Style, ...] = ("label", "surrogate")
ANNA = Parts("Анна", None, "Каренина")
FORMS = {
    "Анна Каренина": Mention("Анна Каренина", ANNA, "Nom", "Fem", "Sing"),
    "Анне Карениной": Mention("Анна Каренина", ANNA, "Dat", "Fem", "Sing"),
    "Карениной": Mention("Каренина", Parts(last="Каренина"), "Ins", "Fem", "Sing"),
    "Иван Чехов": Mention("Иван Чехов", Parts("Иван", None, "Чехов"), "Nom", "Masc", "Sing"),
    "Ивану Чехову": Mention("Иван Чехов", Parts("Иван", None, "Чехов"), "Dat", "Masc", "Sing"),
    "ЧЕХОВ А. П.": Mention("Чехов А. П.", Parts(None, None, "Чехов"), "Nom", "Masc", "Sing"),
    "Москве": Mention("Москва", None, "Loc", "Fem", "Sing"),
    "Москва": Mention("Москва", None, "Nom", "Fem", "Sing"),
    "Тульской области": Mention("Тульская область", None, "Gen", "Fem", "Sing"),
    "Газпрома": Mention("Газпром", None, "Gen", "Masc", "Sing"),
    "«Ромашке»": Mention("«Ромашка»", None, "Dat", "Fem", "Sing"),
}


class Told(Analyser):
    """Knows the names of this module, and joins the mentions of one first word or surname."""

    def analyse(self, text: str, entities: Sequence[Entity]) -> Analysis:
        check_spans(text, entities)
        mentions = [FORMS.get(text[e.start : e.end], Mention()) for e in entities]
        groups: dict[tuple[str, str], list[int]] = {}
        for n, (entity, mention) in enumerate(zip(entities, mentions, strict=True)):
            last = mention.parts.last if mention.parts and mention.parts.last else mention.normal
            groups.setdefault((entity.label, last or f"{n}"), []).append(n)
        names = [
            Name(entities[ns[0]].label, mentions[ns[0]].normal, mentions[ns[0]].parts, tuple(ns))
            for ns in groups.values()
        ]
        return Analysis(tuple(mentions), tuple(names))


class Nowhere:
    """Reads no context, so that no net is loaded."""

    def cut(self, texts: object, entities: object) -> EntityWords:
        raise AssertionError("nobody asks")

    def read(self, cut: object, wanted: object) -> None:
        raise AssertionError("nobody asks")


MASKER = Masker(Told(MORPHOLOGY, Nowhere()))


def mask(source: str, style: Style = "label", seed: int = 0) -> tuple[str, Masked]:
    """The text of a marked source, and the text masked."""
    document = marked(source)
    return document.text, MASKER.mask(document.text, document.entities, style, seed)


STORY = (
    "[PER Анна Каренина] написала письмо [PER Ивану Чехову] о новостях в [LOC Москве]. "
    "Потом [PER Иван Чехов] встретился с [PER Карениной] около [LOC Тульской области]."
)
LABELS = ["PER", "LOC", "ORG", "СУД", "a-b", *IDENTIFIERS]
LETTERS = st.sampled_from(
    [*"аЯё <>«»[]_-1290@.PERLOC\n&;\\'́😀\u00a0İßſ", "<PER_1>", "per_2", "&lt;LOC_1&gt;"]
)
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.lists(LETTERS, max_size=40).map("".join),
)


@st.composite
def masks(draw: st.DrawFn) -> tuple[str, list[Entity]]:
    """A text with spans of any labels, in order and apart."""
    text = draw(TEXTS)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=10)))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    return text, [Entity(a, b, draw(st.sampled_from(LABELS))) for a, b in spans]


@pytest.mark.parametrize("style", STYLES)
@given(case=masks(), seed=st.integers(0, 3))
def test_unmasking_gives_back_every_text(
    style: Style, case: tuple[str, list[Entity]], seed: int
) -> None:
    text, entities = case
    masked = MASKER.mask(text, entities, style, seed)
    stored = Key.model_validate_json(masked.key.model_dump_json())
    assert MASKER.unmask(masked.text, stored) == text
    assert [e.label for e in masked.entities] == [e.label for e in entities]
    kept, hidden = outside(text, entities), outside(masked.text, masked.entities)
    assert kept == hidden


def outside(text: str, entities: Sequence[Entity]) -> list[str]:
    """Return the parts of a text that stand between its entities."""
    ends = [0, *(e.end for e in entities)]
    starts = [*(e.start for e in entities), len(text)]
    return [text[a:b] for a, b in zip(ends, starts, strict=True)]


def test_a_name_has_one_placeholder_in_every_case() -> None:
    _, masked = mask(STORY)
    assert masked.text == (
        "<PER_1> написала письмо <PER_2> о новостях в <LOC_1>. "
        "Потом <PER_2> встретился с <PER_1> около <LOC_2>."
    )
    assert {masked.text[e.start : e.end] for e in masked.entities} == {
        "<PER_1>", "<PER_2>", "<LOC_1>", "<LOC_2>",
    }  # fmt: skip


def test_placeholders_that_the_text_holds_are_left_alone() -> None:
    text, masked = mask("Поле <PER_1> и per_7 заполнила [PER Анна Каренина], а не [LOC Москва].")
    assert masked.text == "Поле <PER_1> и per_7 заполнила <PER_8>, а не <LOC_1>."
    changed = masked.text.replace("а не", "но не")
    assert MASKER.unmask(changed, masked.key) == text.replace("а не", "но не")


SPELLINGS = [
    "PER_1", "per_1", "< PER_1 >", "<PER_1", "PER_1>", "<per_1>", "<PER-1>", "<PER 1>", "< PER _ 1 >",
    "&lt;PER_1&gt;", "&amp;lt;PER_1&amp;gt;", "«PER_1»", "[PER_1]", "{PER_1}", "‹PER_1›", "⟨PER_1⟩",
    "＜PER_1＞", "《PER_1》", "\\<PER\\_1\\>", "\\u003cPER_1\\u003e", "%3CPER_1%3E", "<PER_01>",
    "<PER\u00a01>", "<PER‑1>", "{{PER_1}}", "[[PER_1]]", "<|PER_1|>", "<PER_1/>",
]  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_placeholder_is_known_however_it_is_spelt(spelling: str) -> None:
    text, masked = mask(STORY)
    assert MASKER.unmask(masked.text.replace("<PER_1>", spelling), masked.key) == text


@pytest.mark.parametrize(
    "spelling", ["**<PER_1>**", "__PER_1__", "`<PER_1>`", "(PER_1)", '"PER_1"']
)
def test_signs_around_a_placeholder_stay(spelling: str) -> None:
    text, masked = mask(STORY)
    before, _, after = spelling.replace("<PER_1>", "PER_1").partition("PER_1")
    changed = masked.text.replace("<PER_1>", spelling)
    expected = text.replace("Анна Каренина", f"{before}Анна Каренина{after}").replace(
        "Карениной", f"{before}Карениной{after}"
    )
    assert MASKER.unmask(changed, masked.key) == expected


@pytest.mark.parametrize(
    "other", ["super_1", "PER_12", "PER_1_2x", "PERSON_1", "км PER 1 час", "PER1", "OPER_1"]
)
def test_what_is_no_placeholder_of_the_key_stays(other: str) -> None:
    _, masked = mask("[PER Анна Каренина] написала короткое письмо.")
    text = f"{masked.text} {other}"
    if other == "PER_12":
        with pytest.raises(KeyMismatch, match="PER_12"):
            MASKER.unmask(text, masked.key)
    else:
        expected = f"Анна Каренина написала короткое письмо. {other}"
        assert MASKER.unmask(text, masked.key) in (
            expected,
            expected.replace("PER_1_", "Анна Каренина_"),
        )


def test_brackets_that_stood_around_a_name_stay() -> None:
    text, masked = mask("Слово [[[PER Анна Каренина]]] и {{[ORG Газпром]}} стоит здесь.")
    assert MASKER.unmask(masked.text + " Да.", masked.key) == text + " Да."


def test_the_signs_before_a_number_are_part_of_its_surrogate() -> None:
    text = "Звоните: +7 912 345-67-89 или (495) 123-45-67, ждём."
    entities = [Entity(9, 25, "PHONE"), Entity(30, 45, "PHONE")]
    masked = MASKER.mask(text, entities, "surrogate")
    assert "912" not in masked.text
    assert MASKER.unmask(masked.text + " Да.", masked.key) == text + " Да."


def test_quotes_that_stood_around_a_name_stay() -> None:
    text, masked = mask("Завод «[ORG Газпрома]» стоит, а [PER Анна Каренина] пишет письмо.")
    changed = masked.text.replace("<ORG_1>", "ORG_1").replace("<PER_1>", "«PER_1»")
    assert MASKER.unmask(changed, masked.key) == text


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Письмо написала <PER_1>.", "Письмо написала Анна Каренина."),
        ("Это письмо <PER_1>у.", "Это письмо Анне Карениной."),
        ("Это письмо от <PER_2>.", "Это письмо от Ивана Чехова."),
        ("Новости о <PER_2>.", "Новости о Иване Чехове."),
        ("Письмо написано <PER_2>ом.", "Письмо написано Иваном Чеховым."),
        (
            "Письмо к <PER_1>: <PER_1>, <PER_1>!",
            "Письмо к Анне Карениной: Анна Каренина, Анна Каренина!",
        ),
        ("Новости без имён.", "Новости без имён."),
        ("Новости из <LOC_1>", "Новости из Москвы"),
        ("Он едет в <LOC_1>у.", "Он едет в Москву."),
        ("Он живёт в <LOC_1>е.", "Он живёт в Москве."),
        ("Он видит <LOC_1>у.", "Он видит Москву."),
        ("Жители <LOC_1>а и <LOC_1>ы.", "Жители Москвы и Москвы."),
        ("Он видит <PER_1>у.", "Он видит Анну Каренину."),
        ("Он звонит <PER_1>у.", "Он звонит Анне Карениной."),
        ("<PER_1>е звонят.", "Анне Карениной звонят."),
        ("Письмо для <PER_1> и <PER_2>.", "Письмо для Анны Карениной и Ивана Чехова."),
        ("Письмо к <PER_2>, <PER_1> и <PER_2>", "Письмо к Ивану Чехову, Анне Карениной и Ивану Чехову"),
        ("Без <PER_1>, <PER_2> уедет.", "Без Анны Карениной, Иван Чехов уедет."),
        ("Он видит <PER_2>а и <PER_1>.", "Он видит Ивана Чехова и Анну Каренину."),
        ("Письмо <PER_2>ский стиль", "Письмо Иван Чеховский стиль"),
        ("<PER_1>", "Анна Каренина"),
        ("Речь <PER_1> удалась.", "Речь Анны Карениной удалась."),
        ("Жители <LOC_1> ждут.", "Жители Москвы ждут."),
        ("Они ждут в <LOC_1>.", "Они ждут в Москве."),
        ("Она уехала в <LOC_1>.", "Она уехала в Москву."),
        ("Встреча с <PER_2> удалась.", "Встреча с Иваном Чеховым удалась."),
        ("Пригласите <PER_1> завтра.", "Пригласите Анну Каренину завтра."),
        ("Сообщите <PER_2> новости.", "Сообщите Ивану Чехову новости."),
        ("Директору <PER_2> пишут.", "Директору Ивану Чехову пишут."),
        ("Письмо для **<PER_2>** и `<PER_1>`", "Письмо для **Ивана Чехова** и `Анны Карениной`"),
        ("Город <LOC_1> ждёт.", "Город Москва ждёт."),
        ("Они ждут в городе <LOC_1>.", "Они ждут в городе Москве."),
        ("Пути из <LOC_1> в <LOC_1> нет.", "Пути из Москвы в Москву нет."),
        ("Вокруг <LOC_1> и вдоль <LOC_1>", "Вокруг Москвы и вдоль Москвы"),
        ("Он из-под <LOC_1>, а не из-за <LOC_1>.", "Он из-под Москвы, а не из-за Москвы."),
        ("Вместе с <PER_2> и <PER_1>", "Вместе с Иваном Чеховым и Карениной"),
        ("Вслед за <PER_2>", "Вслед за Иваном Чеховым"),
        ("Вчера позвонил <PER_1>.", "Вчера позвонил Анне Карениной."),
        ("Завтра позвоню <PER_2>.", "Завтра позвоню Ивану Чехову."),
        ("<<PER_1>> и <PER＿2>", "Анна Каренина и Иван Чехов"),
    ],
)  # fmt: skip
def test_names_are_inflected_repeated_and_dropped_as_the_placeholders_were(
    answer: str, expected: str
) -> None:
    _, masked = mask(STORY)
    assert MASKER.unmask(answer, masked.key) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("Для {} всё готово.", "Для Анны Карениной всё готово."), ("Вот речь {}.", "Вот речь Анны Карениной.")],
)  # fmt: skip
def test_a_surrogate_in_the_form_of_several_cases_has_the_one_that_is_asked_for(
    answer: str, expected: str
) -> None:
    key = next(
        masked.key
        for seed in range(400)
        if "Марии " in (masked := mask("Об [PER Анне Карениной] пишут.", "surrogate", seed)[1]).text
    )
    surrogate = key.mention_rows[0].mask
    assert MASKER.unmask(answer.format(surrogate), key, rewritten=True) == expected


def test_a_surrogate_keeps_gender_case_parts_and_capitals() -> None:
    _, masked = mask(
        "[PER Анна Каренина], [PER Ивану Чехову], [PER ЧЕХОВ А. П.], в [LOC Москве], из "
        "[LOC Тульской области], для [ORG Газпрома] и [ORG «Ромашке»]",
        "surrogate",
    )
    words = [masked.text[e.start : e.end] for e in masked.entities]
    anna, ivan, chekhov, moscow, tula, gazprom, romashka = words
    assert tags(anna)[0] >= {"femn", "nomn"} <= tags(anna)[1]
    assert tags(ivan)[0] >= {"masc", "datv"} <= tags(ivan)[1]
    surname, initials = chekhov.split(" ", 1)
    assert surname.isupper()
    assert initials[1::3] == ".."
    assert tags(moscow)[0] >= {"femn", "loct"}
    assert tula.endswith(" области")
    assert tags(tula)[0] >= {"femn", "gent"}
    assert tags(gazprom)[0] >= {"masc", "gent"}
    assert romashka[0] + romashka[-1] == "«»"
    assert tags(romashka[1:-1])[0] >= {"femn", "datv"}


def tags(phrase: str) -> list[set[str]]:
    """All grammemes that each word may have."""
    return [
        {g for parse in PARSER.parse(word) for g in parse.tag.grammemes} for word in phrase.split()
    ]


def test_a_ruler_has_a_russian_surrogate_and_comes_back() -> None:
    text, masked = mask("Указ [PER Елизаветы II] вышел. [PER Николай I] умер.", "surrogate")
    assert not re.search("[A-Za-z]", masked.text)
    assert MASKER.unmask(masked.text, masked.key) == text


def test_men_and_towns_are_inflected_by_their_endings() -> None:
    assert inflect_name("Фёдор Седых", "Gen", MORPHOLOGY, "Masc") == "Фёдора Седых"
    assert inflect_name("Елена Коваль", "Gen", MORPHOLOGY, "Fem") == "Елены Коваль"
    assert inflect_name("Львов", "Ins", MORPHOLOGY) == "Львовом"
    assert inflect_name("Зюзин", "Ins", MORPHOLOGY) == "Зюзином"


def test_surrogates_are_stable_drawn_by_seed_and_no_names_of_the_text() -> None:
    _, masked = mask(STORY, "surrogate")
    assert mask(STORY, "surrogate")[1] == masked
    others = {mask(STORY, "surrogate", seed)[1].text for seed in range(5)}
    assert len(others) == 5
    first, second, _, third, fourth, _ = (masked.text[e.start : e.end] for e in masked.entities)
    assert second.split()[1][:4] == third.split()[1][:4]
    assert first.split()[1][:4] == fourth[:4]
    everybody = " ".join(f"[PER {name}]" for name in ("Анна Каренина", "Иван Чехов"))
    for seed in range(20):
        text, masked = mask(f"Иванов, Марина, Орлова. {everybody}", "surrogate", seed)
        new = masked.text.partition(". ")[2]
        assert not set(new.split()) & set(text.replace(",", "").split())


def test_no_surrogate_is_a_common_noun() -> None:
    """A sentence that begins with `Движение` would be taken for one about an organisation."""
    lists = load_lists()
    people = {form for last in lists["person"]["last"] for form in (last, f"{last}а")}
    forms = {
        form
        for kind in ("masc", "fem", "neut", "plur")
        for name in lists["organisation"][kind]
        for form, _ in Phrase(name).forms(MORPHOLOGY)
    }
    common = {
        form
        for form in people | forms
        if any(
            reading.features.pos == "NOUN" and not reading.features.kind
            for reading in MORPHOLOGY.known_readings(form.lower())
        )
    }
    assert not common


def test_a_word_without_end_takes_little_memory() -> None:
    """The beginnings of a word of 30,000 letters took half a gigabyte."""
    _, masked = mask("[PER Анна] уехала домой.", style="surrogate")
    tracemalloc.start()
    try:
        assert MASKER.unmask("А" * 30_000, masked.key, rewritten=True) == "А" * 30_000
        assert tracemalloc.get_traced_memory()[1] < 5e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("seed", range(5))
def test_a_surrogate_in_another_case_is_the_name_in_that_case(seed: int) -> None:
    _, masked = mask(STORY, "surrogate", seed)
    anna, ivan, *_ = masked.key.name_rows
    forms: dict[Case, str] = {
        "Gen": "Ивана Чехова",
        "Dat": "Ивану Чехову",
        "Ins": "Иваном Чеховым",
        "Loc": "Иване Чехове",
    }
    for case, expected in forms.items():
        first, _, last = (
            inflect_person(word, case, MORPHOLOGY, "Masc") for word in ivan.mask_parts
        )
        answer = f"Письмо написано: {first} {last}, а {anna.mask_parts[0]} — нет."
        assert MASKER.unmask(answer, masked.key) == f"Письмо написано: {expected}, а Анна — нет."


def test_short_surrogates_are_known_in_other_cases_too() -> None:
    for seed in range(30):
        _, masked = mask(
            "Вчера [PER Анна Каренина] вернулась в [LOC Москве] домой", "surrogate", seed
        )
        anna, city = masked.key.name_rows
        for case in ("Gen", "Ins"):
            first = inflect_name(anna.mask_parts[0], case, MORPHOLOGY, "Fem")
            place = inflect_name(city.mask, case, MORPHOLOGY)
            answer = MASKER.unmask(f"Вчера домой: {first}, {place}.", masked.key)
            assert answer == f"Вчера домой: {ANSWERS[case]}."


ANSWERS = {"Gen": "Анны, Москвы", "Ins": "Анной, Москвой"}


def test_a_common_noun_is_no_surrogate_though_it_has_its_letters() -> None:
    _, masked = mask("Акции «[ORG Газпрома]» выросли, а долги упали.", "surrogate")
    (name,) = masked.key.name_rows
    of, by = (inflect_name(name.mask, case, MORPHOLOGY) or "" for case in ("Gen", "Ins"))
    answer = f"{{}} реки и {by.lower()} гордятся; акции {of} и «{name.mask.lower()}» упали."
    expected = answer.replace(of, "Газпрома").replace(f"«{name.mask.lower()}»", "«Газпром»")
    unmasked = MASKER.unmask(answer.format(name.mask.lower()), masked.key)
    assert unmasked == expected.format(name.mask.lower())


def test_a_surrogate_is_found_in_a_text_in_lower_case() -> None:
    _, masked = mask("Акции [ORG Газпрома] выросли, а долги упали.", "surrogate")
    answer = masked.text.lower().replace("упали", "выросли")
    assert MASKER.unmask(answer, masked.key) == "акции Газпрома выросли, а долги выросли."


@pytest.mark.parametrize("style", STYLES)
def test_an_altered_key_and_the_key_of_another_text_are_refused(style: Style) -> None:
    _, masked = mask(STORY, style)
    _, other = mask("Вчера [PER Иван Чехов] приехал поездом и остановился в гостинице.", style)
    with pytest.raises(KeyMismatch, match="another text"):
        MASKER.unmask(other.text, masked.key)
    assert MASKER.unmask(other.text, masked.key, rewritten=True)
    stored = orjson.loads(masked.key.model_dump_json())
    stored["mentions"]["surface"][0] = "Мария"
    with pytest.raises(KeyMismatch, match="altered"):
        MASKER.unmask(masked.text, Key.model_validate_json(orjson.dumps(stored)))


@pytest.mark.parametrize(
    "change",
    [{"start": [5], "end": [1]}, {"start": [0], "end": [1], "name": [9]}, {"around": []}],
)
def test_a_forged_key_with_a_right_checksum_is_refused(change: dict[str, list[int]]) -> None:
    _, masked = mask("[PER Анна Каренина] приехала")
    fields = masked.key.model_dump()
    fields["mentions"] |= change
    with pytest.raises(KeyMismatch, match="altered"):
        MASKER.unmask(masked.text, forge(fields))


def forge(fields: dict[str, Any]) -> Key:
    """A key of any fields with a right checksum."""
    key = Key.model_validate(fields)
    return Key.model_validate(fields | {"checksum": key.digest_fields()})


def test_spans_that_do_not_fit_and_too_many_are_refused() -> None:
    with pytest.raises(SpanError, match="not within"):
        MASKER.mask("abc", [Entity(0, 9, "PER")])
    with pytest.raises(SpanError, match="before the entity before it"):
        MASKER.mask("abcdef", [Entity(0, 3, "PER"), Entity(2, 4, "PER")])
    with pytest.raises(SpanError, match="in parts"):
        MASKER.mask("a" * 300, [Entity(n, n + 1, f"L{n}") for n in range(200)])


def test_identifiers_get_values_that_are_nobodys() -> None:
    text, masked = mask("Адрес [EMAIL anna@ya.ru], телефон [PHONE +7 912 345-67-89]", "surrogate")
    email, phone = (masked.text[e.start : e.end] for e in masked.entities)
    assert email.endswith("@example.com")
    assert phone.startswith("+7 0")
    assert [c.isdigit() for c in phone] == [c.isdigit() for c in "+7 912 345-67-89"]
    assert MASKER.unmask(masked.text, masked.key) == text


GRAMMEMES = {
    "Nom": "nomn", "Gen": "gent", "Dat": "datv", "Acc": "accs", "Ins": "ablt", "Loc": "loct",
    "Masc": "masc", "Fem": "femn", "Neut": "neut", "Sing": "sing", "Plur": "plur",
}  # fmt: skip
CHECKED = Path(__file__).with_name("surrogates.tsv").read_text("utf-8").splitlines()


@pytest.fixture(scope="module")
def masker() -> Masker:
    """A masker with the real analysis of names."""
    return Masker(Analyser(MORPHOLOGY))


def test_surrogates_keep_case_gender_and_number_on_a_list_checked_by_hand(masker: Masker) -> None:
    """The list has a sentence, and case, gender and number of the name in it as a person sees them."""
    assert len(CHECKED) == 100
    wrong = [
        f"{line} -> {surrogate}"
        for seed in range(3)
        for line in CHECKED
        for surrogate in [surrogate_of(line, masker, seed)]
        if not fits(surrogate, line)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("в [LOC Тульской и Курской областях]", r"в \w+ской и \w+ской областях"),
        ("из [LOC Тульской, Курской и Томской областей]", r"из \w+, \w+ской и \w+ской областей"),
        ("Доволен [PER Путин]ым в [LOC Москв]е.", r"Доволен \w+ым в \w+е\."),
        ("Он говорил с [PER Романом и Анной Петровыми].", r"Он говорил с \w+ыми\."),
        ("Роль [PER Дуэйна «Скалы» Джонсона] мала.", r"Роль \w+ \w+(?:ов|ев|ёв|ин)а мала\."),
        ("Гол [PER Джанлуки Пессотто] красив.", r"Гол \w+ \w+(?:ов|ев|ёв|ин)а красив\."),
        ("С ним встретился [PER Синдзо Абэ].", r"С ним встретился \w+ \w+(?:ов|ев|ёв|ин)\."),
    ],
)
def test_a_surrogate_stands_for_all_of_a_name_in_its_form(
    text: str, masked: str, masker: Masker
) -> None:
    document = marked(text)
    for seed in range(5):
        changed = masker.mask(document.text, document.entities, "surrogate", seed)
        assert re.fullmatch(masked, changed.text)
        assert masker.unmask(changed.text + " Да.", changed.key) == document.text + " Да."


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Улица [LOC Льва Толстого] тиха.", r"Улица \w+а тиха\."),
        ("На улице [LOC Космонавтов] тихо.", r"На улице \w+а тихо\."),
        ("Дом на [LOC улице Льва Толстого] цел.", r"Дом на улице \w+а цел\."),
        ("Между [LOC улицей Пушкина] и садом.", r"Между улицей \w+а и садом\."),
        ("Дом у [LOC ул. Ленина] цел.", r"Дом у ул\. \w+а цел\."),
        ("Он идёт по [LOC Садовой].", r"Он идёт по \w+ской\."),
        ("Труппа театра [ORG Вахтангова] едет.", r"Труппа театра \w+а едет\."),
        ("Она служит в театре [ORG Сатиры].", r"Она служит в театре \w+а\."),
        ("Завод [ORG Кирова] стоит.", r"Завод \w+а стоит\."),
        ("На улице [LOC Гоголя] ждут [PER Николая Гоголя].", r"На улице (\w+)а ждут \w+ (?!\1)\w+а\."),
    ],
)  # fmt: skip
def test_what_a_street_or_a_school_is_named_after_is_another_name_in_the_genitive(
    masker: Masker, text: str, masked: str
) -> None:
    document = marked(text)
    for seed in range(3):
        hidden = masker.mask(document.text, document.entities, "surrogate", seed)
        assert re.fullmatch(masked, hidden.text)
        assert masker.unmask(hidden.text, hidden.key) == document.text


def test_every_surname_of_the_list_has_a_genitive() -> None:
    for name in load_lists()["person"]["last"]:
        genitive = name[:-2] + "ого" if name.endswith("ий") else name + "а"
        assert inflect_person(name, "Gen", MORPHOLOGY, "Masc") == genitive


def surrogate_of(line: str, masker: Masker, seed: int) -> str:
    document = marked(line.split("\t")[0])
    masked = masker.mask(document.text, document.entities, "surrogate", seed)
    (entity,) = masked.entities
    surrogate = masked.text[entity.start : entity.end]
    assert surrogate != document.text[document.entities[0].start : document.entities[0].end]
    return surrogate


def fits(surrogate: str, line: str) -> bool:
    """Whether each word of a person's name, or the first of another, may be of that form."""
    source, case, gender, number = line.split("\t")
    wanted = {GRAMMEMES[case], GRAMMEMES[number]} | (
        {GRAMMEMES[gender]} if number == "Sing" else set()
    )
    words = [word for word in surrogate.split() if not word.endswith(".")]
    decisive = words if "[PER" in source else words[:1]
    return all(any(wanted <= parse.tag.grammemes for parse in PARSER.parse(w)) for w in decisive)


def test_first_names_and_surnames_are_in_natashas_lists() -> None:
    folder = Path(natasha_data()) / "dict"
    persons = load_lists()["person"]
    for file, kinds in (("first.txt", ("first_masc", "first_fem")), ("last.txt", ("last",))):
        known = {fold(word) for word in (folder / file).read_text("utf-8").split()}
        assert {fold(name) for kind in kinds for name in persons[kind]} <= known


def natasha_data() -> str:
    """The folder of natasha's data, without importing natasha."""
    (place,) = find_spec("natasha").submodule_search_locations or ()
    return f"{place}/data"


JUNK = st.text("<>PER_1 Аня«»ова.\t", max_size=8)


@given(
    text=st.text("<>PER_12 Аняова.", max_size=40),
    style=st.sampled_from(STYLES),
    masks_=st.lists(JUNK, min_size=1, max_size=4),
    spans=st.lists(st.integers(0, 50), max_size=8),
    parts=st.lists(JUNK, min_size=3, max_size=3),
)
def test_a_forged_key_is_refused_or_does_no_more_than_its_owner_may(
    text: str, style: Style, masks_: list[str], spans: list[int], parts: list[str]
) -> None:
    cuts = sorted(spans)
    bounds = [*zip(cuts[::2], cuts[1::2], strict=False)]
    mentions = [
        KeyMention(a, b, n % 5, "x", masks_[n % len(masks_)], "", 0)
        for n, (a, b) in enumerate(bounds)
    ]
    three = (parts[0], parts[1], parts[2])
    names = [
        KeyName("PER", m, m, "", "", True, three, three if n % 2 else ("", "", ""))
        for n, m in enumerate(masks_)
    ]
    own = {"per" if "<" in text else "PER": 1}
    key = Key.seal(style, text[1:] + " ", own, names, mentions, [])
    with suppress(KeyMismatch):
        assert isinstance(MASKER.unmask(text, key), str)


WRITTEN = st.lists(
    st.sampled_from([
        "Анна Каренина", "Карениной", "ИВАНОВ И. И.", "из Москвы", "в ООО «Ромашка»", "<PER_1>", "\n", "\r\n",
        "😀", "\u0301", "\u200b", "John Smith", "МВД России", "+7 912 345-67-89", "a@b.ru", "\x00", "\u202e", "—",
    ]), max_size=12,
).map(" ".join)  # fmt: skip


@pytest.mark.parametrize("spec", ["natasha", "spacy", "bilstm"])
@given(text=st.one_of(WRITTEN, TEXTS), style=st.sampled_from(STYLES))
def test_every_text_comes_back_whatever_tagger_masked_it(
    spec: str, text: str, style: Style, masker: Masker
) -> None:
    names = load_once(spec).tag([text])[0]
    entities = cover(names, find_identifiers(text), text)
    masked = masker.mask(text, entities, style)
    assert masker.unmask(masked.text, masked.key) == text
    assert len(masked.entities) == len(entities)


load_once = cache(load_tagger)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Смирнов АВ", r"[А-Я]\w+ [А-Я][А-Я]"),
        ("Орлова Е Н", r"[А-Я]\w+ [А-Я] [А-Я]"),
        ("Дж.Байден", r"[А-Я]\. [А-Я]\w+"),
        ("Дж. К. Роулинг", r"[А-Я]\. [А-Я]\. [А-Я]\w+"),
        ("ЛИ ИВАН", r"[А-Я]{3,} [А-Я]{3,}"),
    ],
)
def test_initials_of_any_form_stay_initials(masker: Masker, name: str, form: str) -> None:
    text = f"Документ подписал {name} вчера."
    entity = Entity(text.index(name), text.index(name) + len(name), "PER")
    masked = masker.mask(text, [entity], "surrogate", 3)
    assert re.fullmatch(f"Документ подписал {form} вчера\\.", masked.text), masked.text
    assert masker.unmask(masked.text, masked.key) == text
