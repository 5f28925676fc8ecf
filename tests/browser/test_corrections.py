"""Corrections of an answer are a list of entities that nothing but the reader changes."""

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ner_service.service.web.assets import OWN

TEXT = "Анна Белова и 😀Пётр-Павел в «Нижнем Новгороде».\n\n  Конец "
LABELS = ("PER", "LOC", "своя")

SCRIPT = """
import { readFileSync } from "node:fs";
import { Corrections } from "./corrections.js";
import { moveEdge, nextWord, snap, wordAt } from "./words.js";

const asked = JSON.parse(readFileSync(0, "utf-8"));
const { text } = asked;
const spans = (entities) => entities.map(({ start, end, label }) => [start, end, label]);

const runs = asked.runs.map(({ entities, steps }) => {
  const whole = entities.map((e) => ({ ...e, text: text.slice(e.start, e.end), score: 0.5, normal: "N" }));
  const names = whole.map(({ label }, n) => ({ label, normal: "N", parts: null, mentions: [n] }));
  const corrections = new Corrections({ entities: whole, names });
  const states = steps.map(([what, ...rest]) => {
    if (what === "put") corrections.put(text, { start: rest[0], end: rest[1] }, rest[2]);
    else if (what === "remove") corrections.remove(corrections.entities[rest[0] % corrections.entities.length]);
    else corrections[what](...rest);
    const { entities, names } = corrections.corrected;
    return { spans: spans(entities), mentions: names.flatMap((name) => name.mentions), empty: corrections.isEmpty };
  });
  const scores = corrections.corrected.entities.map(({ score }) => score);
  const changes = corrections.changes().map(({ entities }) => entities.map(spans));
  return { states, scores, changes, isOwn: corrections.corrected === corrections.answer };
});
const words = asked.words.map(([what, ...rest]) => ({ snap, wordAt, nextWord, moveEdge })[what](text, ...rest));
process.stdout.write(JSON.stringify({ runs, words }));
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which node finds the page's modules."""
    if not shutil.which("node"):
        pytest.skip("no node: install it to test the page's modules without a browser")
    folder = tmp_path_factory.mktemp("corrections")
    for name in ("corrections.js", "words.js", "compare.js", "names.js"):
        shutil.copy(Path(str(OWN)) / name, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "run.js").write_text(SCRIPT)
    return folder


def ask(place: Path, runs: list[Any] = [], words: list[Any] = []) -> dict[str, Any]:  # noqa: B006
    asked = json.dumps({"text": TEXT, "runs": runs, "words": words}).encode()
    done = subprocess.run(["node", "run.js"], input=asked, capture_output=True, cwd=place)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)  # type: ignore[no-any-return]


Spans = list[tuple[int, int, str]]


class Model:
    """The same corrections on a set of spans, as one would write them without a thought."""

    def __init__(self, spans: Spans) -> None:
        self.states, self.at = [spans], 0

    def step(self, what: str, *rest: Any) -> None:
        now = self.states[self.at]
        if what == "put":
            start, end, label = rest
            kept = [e for e in now if e[1] <= start or end <= e[0]]
            self.go(sorted([*kept, (start, end, label)]))
        elif what == "remove":
            self.go([e for n, e in enumerate(now) if n != rest[0] % len(now)])
        elif what == "restoreAll":
            self.go(self.states[0])
        else:
            self.at = max(0, min(len(self.states) - 1, self.at + (1 if what == "redo" else -1)))

    def go(self, spans: Spans) -> None:
        if spans != self.states[self.at]:
            self.states = [*self.states[: self.at + 1], spans]
            self.at += 1


def make_run(seed: int) -> tuple[dict[str, Any], list[Spans], Spans]:
    """Return random corrections, and what the entities are after each."""
    chance = random.Random(seed)
    cuts = sorted(chance.sample(range(len(TEXT)), 8))
    spans = [(a, b, chance.choice(LABELS)) for a, b in zip(cuts[::2], cuts[1::2], strict=True)]
    model, steps = Model(spans), []
    expected: list[Spans] = []
    for _ in range(20):
        now = model.states[model.at]
        step: tuple[Any, ...] = (chance.choice(["undo", "redo"]),)
        if chance.random() < 0.5:
            step = ("put", *sorted(chance.sample(range(len(TEXT)), 2)), chance.choice(LABELS))
        elif now and chance.random() < 0.5:
            step = ("remove", chance.randrange(9))
        elif now != spans and chance.random() < 0.3:
            step = ("restoreAll",)
        model.step(*step)
        steps.append(step)
        expected.append(model.states[model.at])
    entities = [{"start": a, "end": b, "label": label} for a, b, label in spans]
    return {"entities": entities, "steps": steps}, expected, spans


def test_corrections_are_those_of_a_plain_model_and_undone_one_by_one(place: Path) -> None:
    made = [make_run(seed) for seed in range(60)]
    answer = ask(place, [run for run, _, _ in made])
    for (_, expected, own), run in zip(made, answer["runs"], strict=True):
        got = [[tuple(e) for e in state["spans"]] for state in run["states"]]
        assert got == expected
        for state, spans in zip(run["states"], expected, strict=True):
            assert sorted(state["mentions"]) == [*range(len(spans))]  # each in one name
            assert state["empty"] == (spans == own)
        assert run["isOwn"] == (expected[-1] == own)
        scores = [0.5 if e in own else None for e in expected[-1]]
        assert run["scores"] == scores  # a probability is the tagger's alone
        gone, added = (
            sorted(tuple(e) for change in run["changes"] for e in change[n]) for n in (0, 1)
        )
        assert (gone, added) == (
            sorted({*own} - {*expected[-1]}),
            sorted({*expected[-1]} - {*own}),
        )


def test_a_selection_becomes_whole_words_without_white_space(place: Path) -> None:
    at = len(TEXT.encode("utf-16-le")) // 2  # the page counts UTF-16 units
    wanted = {
        (1, 8): (0, 11),  # a piece of two words
        (1, 3): (1, 3),  # a piece of one word is meant
        (4, 5): None,  # white space alone
        (4, 12): (5, 11),
        (14, 15): (14, 15),
        (17, 25): (16, 26),  # «Пётр-Павел», the hyphen is no letter
        (30, 33): (30, 33),
        (at - 8, at): (at - 6, at - 1),
    }
    answer = ask(place, words=[["snap", {"start": a, "end": b}] for a, b in wanted])
    got = [each and (each["start"], each["end"]) for each in answer["words"]]
    assert got == [*wanted.values()]


def test_bounds_move_by_words_and_never_meet(place: Path) -> None:
    asked = [
        ["wordAt", 0],
        ["nextWord", {"start": 0, "end": 4}, 1],
        ["nextWord", {"start": 0, "end": 4}, -1],
        ["moveEdge", {"start": 0, "end": 4}, "end", 1],
        ["moveEdge", {"start": 0, "end": 4}, "end", -1],
        ["moveEdge", {"start": 5, "end": 11}, "start", -1],
        ["moveEdge", {"start": 5, "end": 11}, "start", 1],
        ["wordAt", 10_000],
    ]
    answer = ask(place, words=asked)["words"]
    spans = [each and (each["start"], each["end"]) for each in answer]
    end = spans.pop()
    assert spans == [(0, 4), (5, 11), None, (0, 11), (0, 4), (0, 11), (5, 11)]
    units = TEXT.encode("utf-16-le")
    assert units[2 * end[0] : 2 * end[1]].decode("utf-16-le") == "Конец"
