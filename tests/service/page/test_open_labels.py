"""A reader says what to look for where a tagger finds any labels that it is asked for."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from ner_service.types import Entity
from tests.service.page.driver import Names, clear, drawn, running, tag

pytestmark = pytest.mark.slow  # a browser takes 10 s to start


class AnyLabels(Names):
    """Finds words with a capital as the first label that it is asked for."""

    def __init__(self, labels: Sequence[str] = ("PER", "LOC")) -> None:
        super().__init__("open", "", 1)
        self.info = replace(self.info, labels=tuple(labels), open_labels=True)

    def with_labels(self, labels: Sequence[str]) -> "AnyLabels":
        return AnyLabels(labels)

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        first = self.info.labels[0]
        return [[replace(e, label=first) for e in found] for found in super().tag(texts)]


def labels(page: Any) -> list[str]:
    return [each.split()[0] for each in page.locator("#labels button").all_inner_texts()]


def test_the_labels_that_a_reader_writes_are_looked_for(tab: Any) -> None:
    taggers = {"natasha": Names("strict", "а", 1), "spacy": AnyLabels()}
    with running("strict=natasha,open=spacy", taggers.__getitem__) as address:
        page = tab
        page.goto(address)
        drawn(page)
        sought = page.get_by_label("Что искать, через запятую")
        assert sought.is_hidden()
        tag(page, "Нурофен помог Анне", "open")
        assert sought.is_visible()
        assert labels(page) == ["PER", "LOC"]
        clear(page)
        sought.fill("лекарство, болезнь; лекарство,")
        sought.press("Enter")
        drawn(page)
        assert labels(page) == ["лекарство", "болезнь"]
        assert page.locator("mark").count() == 2
        page.reload()
        drawn(page)
        assert sought.input_value() == "лекарство, болезнь; лекарство,"
        assert labels(page) == ["лекарство", "болезнь"]
        page.evaluate("localStorage.clear()")
        page.goto("about:blank")
