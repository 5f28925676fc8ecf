"""Words in capitals are read in their usual case."""

from collections.abc import Sequence

import numpy as np
import pytest

from ner_service.engine import usual_case
from ner_service.engine.tokens import units
from ner_service.engine.usual_case import (
    CAPITALS,
    NAME,
    SMALL,
    UsualCase,
    cut_units_of,
    in_capitals,
    units_of,
)
from ner_service.nets.config import NetConfig
from ner_service.nets.vectors import Vectors
from ner_service.text.spacing import mark_words

WORDS = ["суд", "туле", "мчс", "в", "с", "санкт-петербург"]
CASES = [SMALL, NAME, CAPITALS, SMALL, SMALL, NAME]


def find(words: Sequence[str]) -> np.ndarray:
    return np.array([WORDS.index(word) if word in WORDS else -1 for word in words])


@pytest.fixture(scope="module")
def usual() -> UsualCase:
    vectors = Vectors(find, lambda ids: np.zeros((len(ids), 1), np.float32), 1, "")
    return UsualCase(vectors, np.array(CASES, np.uint8))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("СУД В ТУЛЕ", "суд в Туле"),
        ("МЧС И МЧС", "МЧС и МЧС"),
        ("САНКТ-ПЕТЕРБУРГ", "Санкт-Петербург"),
        ("С . УРЛАПОВА", "С . Урлапова"),
        ("УРЛАПОВА-НОСОВА С УРЛАПОВЫМ", "Урлапова-Носова с Урлаповым"),
        ("ИПХФ , КГБШНС , NORDSTAR , 18.00", "ИПХФ , КГБШНС , NORDSTAR , 18.00"),
    ],
)
def test_a_word_gets_its_usual_case(usual: UsualCase, text: str, meant: str) -> None:
    assert usual.restore(text.split()) == meant.split()


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("СУД В ТУЛЕ ОТКАЗАЛ", True),
        ("СУД В Туле ОТКАЗАЛ", False),
        ("МЧС РФ", False),
        ("12 345 678 !", False),
        ("", False),
    ],
)
def test_a_unit_is_in_capitals_if_it_has_no_small_letter_and_some_length(
    text: str, yes: bool
) -> None:
    assert in_capitals(text.split()) == yes


@pytest.mark.parametrize("count", [1, 4, 7])
def test_cases_are_packed_and_unpacked(count: int) -> None:
    cases = np.arange(count, dtype=np.uint8) % 3
    unpacked = usual_case.unpack(usual_case.pack(cases))
    assert unpacked[:count].tolist() == cases.tolist()
    assert not unpacked[count:].any()


def test_a_net_reads_capitals_as_written_unless_its_configuration_says_otherwise() -> None:
    text = "СУД В ТУЛЕ ОСВОБОДИЛ А. ПЕТРОВА.\n\nСуд в Туле."
    written = [unit.words for unit in units(text, 64)]
    net = NetConfig(labels=("PER",), usual_case=False)
    assert [unit.words for unit in units_of(text, net)] == written
    restored = list(units_of(text, NetConfig(labels=("PER",))))
    assert restored[0].words == ["суд", "в", "Туле", "освободил", "А", ".", "Петрова", "."]
    assert restored[1].words == written[1]
    assert [text[start:end] for start, end in zip(*restored[0][:2], strict=True)] == written[0]


@pytest.mark.parametrize("restores", [True, False])
def test_units_without_strings_are_those_with_strings_and_marked_as_they_are(
    restores: bool,
) -> None:
    text = "СУД В ТУЛЕ ОСВОБОДИЛ А. ПЕТРОВА.\n\nСуд в Tулe, «Дом»\tи Москвы😊.\n- Ан­на"
    net = NetConfig(labels=("PER",), usual_case=restores)
    expected = [*units_of(text, net)]
    assert [unit.tokens() for unit in cut_units_of(text, net)] == expected
    marked = [mark_words(unit.words, unit.spacings) for unit in expected]
    assert [[*unit.words] for unit in cut_units_of(text, net, marked=True)] == marked
