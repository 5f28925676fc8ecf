"""Recorded answers are matched with the documents that were asked, or refused with a reason."""

from dataclasses import replace

import pytest

from ner_service.corpora.reading import Reading
from ner_service.corpora.recorded import Recorded, recorded_of
from ner_service.errors import CorpusError
from ner_service.types import Document, Entity
from tests.marked import marked

ASKED = [
    replace(marked("[PER Анна] уехала", "1"), place="gold.jsonl:1"),
    replace(marked("[LOC Москва] ждёт", "2"), place="gold.jsonl:2"),
]
ANNA = {"start": 0, "end": 4, "label": "PER"}


def read(
    *answers: Document, name: str = "", labels: dict[str, str] | None = None
) -> list[Recorded]:
    placed = [replace(a, place=f"theirs.jsonl:{n}") for n, a in enumerate(answers, 1)]
    return list(recorded_of(placed, ASKED, name, "theirs.jsonl", Reading(labels or {})))


def answer(number: int, **fields: object) -> Document:
    return replace(ASKED[number - 1], fields=fields)


def test_answers_come_in_the_order_of_the_documents() -> None:
    (found,) = read(ASKED[1], replace(ASKED[0], entities=()))
    assert found.name == "theirs.jsonl"
    assert found.entities == [(), ASKED[1].entities]
    assert found.cost is None
    assert read(*ASKED, name="mine")[0].name == "mine"


def test_a_field_holds_the_answers_of_several_systems() -> None:
    first = answer(1, recorded={"a": [ANNA], "b": []})
    second = answer(2, recorded={"a": [], "b": [{**ANNA, "label": "GPE"}]})
    a, b = read(first, second, labels={"GPE": "LOC"})
    assert (a.name, a.entities) == ("a", [(Entity(0, 4, "PER"),), ()])
    assert (b.name, b.entities) == ("b", [(), (Entity(0, 4, "LOC"),)])
    assert [found.name for found in read(first, second, name="b")] == ["b"]


def test_costs_are_summed_where_every_document_says_them() -> None:
    assert read(answer(1, cost_usd=0.25), answer(2, cost_usd="0.5"))[0].cost == 0.75
    assert read(answer(1, cost_usd=0.25), answer(2))[0].cost is None
    both = {"recorded": {"a": [], "b": []}, "cost_usd": {"a": 1}}
    assert [found.cost for found in read(answer(1, **both), answer(2, **both))] == [2.0, None]


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([ASKED[0]], r"theirs\.jsonl: has no answer to '2' \(gold\.jsonl:2\): add it"),
        ([*ASKED, marked("Кто", "3")], r"theirs\.jsonl:3: id '3' is not in the corpus: leave it"),
        ([*ASKED, ASKED[0]], r"theirs\.jsonl:3: id '1' is answered twice: keep one"),
        (
            [marked("[PER Анна] ушла", "1"), ASKED[1]],
            r"theirs\.jsonl:1: text of '1' differs .* \(gold\.jsonl:1\) at character 6: answers",
        ),
        (
            [answer(1, recorded={"a": []}), ASKED[1]],
            r"theirs\.jsonl:2: recorded: expected an object of entities by system",
        ),
        (
            [answer(1, recorded={"a": []}), answer(2, recorded={"b": []})],
            r"theirs\.jsonl:2: recorded\.a: expected a list of entities; empty where none",
        ),
        (
            [answer(n, recorded={"a": [{**ANNA, "end": 40}]}) for n in (1, 2)],
            r"theirs\.jsonl:1: recorded\.a: 0:40 PER is beyond the text",
        ),
        ([answer(n, cost_usd="free") for n in (1, 2)], r":1: cost_usd: expected US dollars as"),
        ([answer(n, cost_usd=-1) for n in (1, 2)], r":1: cost_usd: expected US dollars as"),
        ([answer(n, cost_usd=float("nan")) for n in (1, 2)], r":1: cost_usd: expected US dollars"),
    ],
)
def test_answers_that_do_not_fit_are_refused(answers: list[Document], error: str) -> None:
    with pytest.raises(CorpusError, match=error):
        read(*answers)


def test_a_system_that_is_not_recorded_is_named() -> None:
    answers = [answer(n, recorded={"a": [], "b": []}) for n in (1, 2)]
    with pytest.raises(CorpusError, match=r"theirs\.jsonl: records no 'c': name one of a, b"):
        read(*answers, name="c")
