"""The selection of texts to label: doubt first, and nothing twice."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from ner_service import corpora
from ner_service.cli.app import app, run_command
from ner_service.taggers import registry
from ner_service.taggers.backend import Backend
from ner_service.training.selection import Candidate, select
from ner_service.training.silver import vote
from ner_service.types import Document, Entity, TaggerInfo

SCORES = {"Ян": 0.5, "Пётр": 0.9, "Анна": 0.99}


class Names:
    """Finds the names that it knows, as sure of each as the table says."""

    def __init__(self, source: str) -> None:
        self.kind, _, names = source.partition("/")
        self.names = names.split(",") if names else [*SCORES]
        kind = "raw" if self.kind == "sure" else "none"
        self.info = TaggerInfo("names", "1", ("ru",), ("PER",), kind, source)  # type: ignore[arg-type]

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        return [sorted(self._entities_in(text)) for text in texts]

    def _entities_in(self, text: str) -> list[Entity]:
        scored = self.info.score_kind != "none"
        return [
            Entity(at, at + len(name), "PER", SCORES[name] if scored else None)
            for name in self.names
            if (at := text.find(name)) >= 0
        ]


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.BACKENDS, "names", Backend("names", Names))


def candidate(text: str, *ballots: Sequence[Entity]) -> Candidate:
    return Candidate.of(Document(text, text), vote(ballots, [1.0] * len(ballots)))


def texts_of(documents: Sequence[Document]) -> list[str]:
    return [document.text for document in documents]


def test_the_least_certain_text_comes_first_and_none_without_doubt() -> None:
    pool = [candidate(name, Names("sure").tag([name])[0]) for name in ("Анна", "Ян", "Пётр", "кто")]
    assert texts_of(select(pool, 4)) == ["Ян", "Пётр", "Анна"]
    assert texts_of(select(pool, 1)) == ["Ян"]


def test_a_name_counts_less_each_time_it_is_chosen() -> None:
    pool = [
        candidate(text, Names("sure").tag([text])[0])
        for text in ("Ян пел", "Ян спал", "Ян ел", "Ян ушёл", "Пётр пел")
    ]
    assert texts_of(select(pool, 4))[3] == "Пётр пел"
    assert len({*texts_of(select(pool, 5))}) == 5


def test_taggers_that_disagree_are_in_doubt() -> None:
    anna = Entity(0, 4, "PER")
    disputed, agreed = candidate("Анна", [anna], []), candidate("Пётр", [anna], [anna])
    assert texts_of(select([agreed, disputed], 2)) == ["Анна"]


def test_the_greedy_choice_is_that_of_trying_every_text_each_time() -> None:
    words = ["Ян", "Пётр", "Анна"]
    texts = [" и ".join({words[n % 3], words[n * n % 3], words[n // 3 % 3]}) + " ." * (n % 4) for n in range(12)]  # fmt: skip
    pool = [candidate(f"{text} {n}", Names("sure").tag([text])[0]) for n, text in enumerate(texts)]
    chosen: Counter[str] = Counter()
    left, expected = list(pool), []
    while left:
        best = max(left, key=lambda c: c.worth(chosen))
        expected.append(best.worth(chosen))
        left.remove(best)
        chosen.update(surface for surface, _ in best.doubts)
    chosen.clear()
    by_text = {c.document.text: c for c in pool}
    given = []
    for document in select(pool, 12):
        given.append(by_text[document.text].worth(chosen))
        chosen.update(surface for surface, _ in by_text[document.text].doubts)
    assert given == pytest.approx(expected)


def run(tmp_path: Path, *options: str) -> int:
    (tmp_path / "texts.txt").write_text("Анна\nЯн пел\nникто\nПётр\n", "utf-8")
    output = ["--input", "lines", "-o", str(tmp_path / "chosen.jsonl")]
    return run_command(lambda: app(["silver", str(tmp_path / "texts.txt"), *output, *options]))


def test_the_command_writes_the_chosen_texts_with_what_was_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "-t", "names:sure", "--select", "2") == 0
    chosen = [*corpora.read(tmp_path / "chosen.jsonl")]
    assert [(d.text, [e.span for e in d.entities]) for d in chosen] == [
        ("Ян пел", [(0, 2, "PER")]),
        ("Пётр", [(0, 4, "PER")]),
    ]
    assert "chosen.jsonl: 2 of 4 texts" in capsys.readouterr().err
    assert run(tmp_path, "-t", "names:sure", "--select", "9") == 0
    assert "3 of 4 texts: about the others no tagger has any doubt" in capsys.readouterr().err
    assert run(tmp_path, "-t", "names:plain/Анна", "-t", "names:plain/Ян,Анна", "--select", "9") == 0  # fmt: skip
    assert texts_of([*corpora.read(tmp_path / "chosen.jsonl")]) == ["Ян пел"]


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (["-t", "names:plain", "--select", "2"], "--select: names says nothing of how sure it is: add another"),
        (["-t", "names:sure", "--select", "0"], "greater than or equal to 1"),
        (["-t", "names:sure", "--select", "2", "--min-score", "0.5"], "--select: goes without"),
    ],
)  # fmt: skip
def test_a_selection_that_cannot_be_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], fault: str
) -> None:
    assert run(tmp_path, *options) == 2
    assert fault in capsys.readouterr().err
    assert not (tmp_path / "chosen.jsonl").exists()
