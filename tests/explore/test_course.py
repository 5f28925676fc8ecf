"""docs/course.md: a student's whole project runs as it is printed, in the time that it promises."""

from pathlib import Path

import pytest

from docs.generate import course

MOST_COMMANDS, MOST_SECONDS = 15, 30 * 60  # of one core
PAGES = (
    "report/index.html", "models/project.tune/index.html", "models/project.curve/index.html",
    "comparison/index.html", "test/index.html",
)  # fmt: skip


def test_the_project_has_few_commands() -> None:
    assert 5 < len(course.commands()) <= MOST_COMMANDS
    assert all(command.startswith("ner-service ") for command in course.commands())


def test_what_the_page_shows_was_printed_by_its_own_commands() -> None:
    assert [step.command for step in course.recorded_steps()] == course.commands()
    assert sum(step.cpu_s for step in course.recorded_steps()) <= MOST_SECONDS


def test_the_page_shows_every_picture_and_no_other() -> None:
    text = course.PAGE.read_text("utf-8")
    shown = set(course.IMAGE.findall(text))
    assert shown == course.PICTURES.keys()
    files = (course.PAGE.parent / "images").glob("course-*.svg")
    assert {path.stem.removeprefix("course-") for path in files} == shown


def test_a_picture_is_found_by_what_its_page_calls_it(tmp_path: Path) -> None:
    page, title = course.PICTURES["importance"]
    (tmp_path / page).parent.mkdir(parents=True)
    figure = '<figure class="plot" aria-label="{}" tabindex="0"><svg>{}</svg></figure>'
    html = figure.format("another", 1) + figure.format(title, 2)
    (tmp_path / page).write_text(html, "utf-8")
    assert course.drawing(tmp_path, "importance") == "<svg>2</svg>\n"
    (tmp_path / page).write_text(figure.format("another", 1), "utf-8")
    with pytest.raises(RuntimeError, match="no picture called 'Bars with the importance"):
        course.drawing(tmp_path, "importance")


@pytest.mark.slow
@pytest.mark.timeout(3 * 60 * 60)
def test_the_project_runs_from_an_empty_folder(tmp_path: Path) -> None:
    seconds = sum(step.cpu_s for step in course.run_project(tmp_path))
    assert seconds <= MOST_SECONDS
    assert [page for page in PAGES if not (tmp_path / page).exists()] == []
    assert all(course.drawing(tmp_path, name) for name in course.PICTURES)
    assert list((tmp_path / "errors").glob("*.html"))
