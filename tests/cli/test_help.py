"""Help, tables and notes of the command line fit a terminal of 80 columns and say what is there."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console
from typer.main import get_command

import ner_service.cli  # noqa: F401  (registers the commands)
from ner_service import corpora
from ner_service.cli.app import CommandsByUse, Panel, app
from ner_service.cli.tagging import Counts
from ner_service.output.marked_text import marked_text
from ner_service.output.measured import figures_of, measured_corpus
from ner_service.types import Document, Entity
from tests.cli.test_commands import Run, run  # noqa: F401  (a fixture)
from tests.marked import marked

GROUP = get_command(app)
COMMANDS = {
    **GROUP.commands,  # type: ignore[attr-defined]
    **{f"corpora {name}": c for name, c in GROUP.commands["corpora"].commands.items()},  # type: ignore[attr-defined]
}


def test_the_help_lists_commands_by_use_and_the_most_wanted_first(run: Run) -> None:  # noqa: F811
    out = run("--help").out
    places = [out.index(f"─ {panel} ─") for panel in Panel]
    assert places == sorted(places)
    names = re.findall(r"^│ ([a-z][a-z-]*) ", out, re.MULTILINE)
    assert [name for name in names if name in CommandsByUse.FIRST] == [*CommandsByUse.FIRST]
    assert set(names) == set(GROUP.commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_an_example_that_it_takes(name: str) -> None:
    command = COMMANDS[name]
    (shown,) = re.findall(r"`ner-service (.*)`", command.epilog or "")
    assert shown.startswith(name)
    if name != "corpora":
        command.make_context(name, shown.removeprefix(name).split())


@pytest.mark.parametrize("name", COMMANDS)
def test_no_paragraph_of_the_help_breaks_where_the_source_does(
    run: Run,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    paragraphs = [" ".join(p.split()) for p in (COMMANDS[name].help or "").split("\n\n")]
    monkeypatch.setattr("typer.rich_utils.MAX_WIDTH", 2_000)
    shown = [" ".join(line.split()) for line in run(*name.split(), "--help").out.splitlines()]
    plain = [p.replace("`", "") for p in paragraphs if not p.startswith("- ")]
    assert [p for p in plain if p not in shown] == []


def test_taggers_fit_80_columns_with_what_was_measured(
    run: Run,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ner_service.cli.taggers.shipped_specs", lambda: ["natasha", "bilstm"])
    monkeypatch.setattr("ner_service.cli.taggers.Console", lambda: Console(width=80))
    out = run("taggers").out
    assert max(map(len, out.splitlines())) <= 80
    assert "…" not in out
    assert measured_corpus() in out
    assert "ne5" in out


def test_figures_are_those_of_the_very_weights() -> None:
    assert figures_of("0" * 64).f1 is None
    assert figures_of(None).disk_mb is None


def test_a_terminal_shows_entities_with_labels_and_steers_nothing() -> None:
    text = "Анна\x1b[2J уехала в Ригу"
    document = Document("a", text, (Entity(0, 4, "PER"), Entity(18, 22, "LOC")))
    shown = marked_text(document)
    assert shown.plain == "Анна PER\\x1b[2J уехала в Ригу LOC"
    assert {str(span.style).split()[-1] for span in shown.spans} == {
        "underline",
        "bright_blue",
        "green",
    }
    file = io.StringIO()
    Console(file=file, force_terminal=True).print(shown)
    assert "\x1b[2J" not in file.getvalue()


def test_output_is_counted_and_a_new_folder_is_named(run: Run, tmp_path: Path) -> None:  # noqa: F811
    source, target = tmp_path / "in.jsonl", tmp_path / "new" / "out.jsonl"
    corpora.write(source, [marked("Анна спит."), marked("Сон.", "b")])
    done = run("tag", str(source), "-t", "natasha", "-o", str(target))
    assert done.err.splitlines() == [
        f"note: {target}: makes the folder {target.parent}",
        f"{target}: 2 texts, 1 entity",
    ]
    assert "makes the folder" not in run("tag", str(source), "-t", "natasha", "-o", str(target)).err


def test_counts_take_the_singular_for_one() -> None:
    counts = Counts()
    assert list(counts.count([Document("a", "Анна", (Entity(0, 4, "PER"),))]))
    assert str(counts) == "1 text, 1 entity"


@pytest.mark.parametrize("label", ["PER\nLOC", "A\u2028B", "\x00"])
def test_a_label_with_a_line_break_is_refused(run: Run, tmp_path: Path, label: str) -> None:  # noqa: F811
    source, target = tmp_path / "in.jsonl", tmp_path / "out.conll"
    corpora.write(source, [Document("a", "Анна", (Entity(0, 4, label),))])
    done = run("convert", str(source), str(target))
    assert done.code == 2
    assert "has a line break or another control character" in done.err
    assert not target.exists()
    assert run("convert", str(source), str(target), "--map", f"{label}=PER").code == 0
    assert run("convert", str(source), str(target), "--map", f"PER={label}").code == 2
