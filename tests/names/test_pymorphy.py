import pytest
from pymorphy3 import MorphAnalyzer

from ner_service.names.lists import load_lists
from ner_service.names.pymorphy import Pymorphy

KNOWN = [
    "москвы",
    "путиным",
    "стали",
    "еж",
    "ёжик",
    "сестры",
    "судне",
    "стуле",
    "жены",
    "ничьей",
    "а",
    "в",
    "рф",
    "кто-то",
    "на-гора",
]
UNKNOWN = [
    "псевдогородом",
    "багдади",
    "аль-багдади",
    "росгвардии",
    "джугашвили",
    "ельцинского",
    "телегородом",
    "наипутейший",
    "поросдвардии",
    "рот-фронт",
    "ту-204",
    "204",
    "xiv",
    "йм",
]


@pytest.fixture(scope="module")
def morphology() -> Pymorphy:
    return Pymorphy()


@pytest.mark.parametrize("word", KNOWN + UNKNOWN)
def test_readings_are_the_parses_of_pymorphy_itself(morphology: Pymorphy, word: str) -> None:
    analyzer: MorphAnalyzer = morphology._analyzer
    parses = list(enumerate(analyzer.parse(word)))
    told = [
        (reading.lemma, reading.features.pos, reading.score, reading.is_known, reading.place)
        for reading in morphology.readings(word)
    ]
    assert told == [
        (lemma, str(tag.POS), score, analyzer.word_is_known(own), n)
        for n, (own, tag, lemma, score, _) in parses
        if tag.POS
    ]


def test_names_and_words_made_of_them_are_read_as_by_pymorphy_itself(morphology: Pymorphy) -> None:
    """Few of them are in the dictionary; the others end as its words do, or have one within."""
    names = sorted(load_lists().last)[::4000]
    ends = "", "а", "у", "ом", "ого", "ыми", "ская", "стан", "ёв", "город"
    words = [name[:-1] + end for name in names for end in ends]
    assert [lemmas_and_scores(morphology, word) for word in words] == [
        [(lemma, score) for _, tag, lemma, score, _ in morphology._analyzer.parse(word) if tag.POS]
        for word in words
    ]


def lemmas_and_scores(morphology: Pymorphy, word: str) -> list[tuple[str, float]]:
    return [(reading.lemma, reading.score) for reading in morphology.readings(word)]


@pytest.mark.parametrize("word", KNOWN + UNKNOWN)
def test_a_form_is_one_of_the_readings_own_paradigm(morphology: Pymorphy, word: str) -> None:
    for reading in morphology.readings(word):
        for case in ("Nom", "Gen", "Ins"):
            listed = {form for form, of, _ in morphology.forms(reading) if of == case}
            form = morphology.inflect(reading, case)
            assert form in listed if listed else form is None


@pytest.mark.parametrize(
    ("word", "lemma", "plural"), [("судне", "судно", "суда"), ("стуле", "стул", "стулья")]
)
def test_each_of_two_paradigms_of_a_lemma_has_its_plural(
    morphology: Pymorphy, word: str, lemma: str, plural: str
) -> None:
    readings = [reading for reading in morphology.readings(word) if reading.lemma == lemma]
    assert plural in [morphology.inflect(reading, "Nom", "Plur") for reading in readings]
