import pytest
from pymorphy3 import MorphAnalyzer

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
        (reading.lemma, reading.pos, reading.score, reading.is_known, reading.place)
        for reading in morphology.readings(word)
    ]
    assert told == [
        (lemma, str(tag.POS), score, analyzer.word_is_known(own), n)
        for n, (own, tag, lemma, score, _) in parses
        if tag.POS
    ]


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
