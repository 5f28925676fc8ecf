"""docs/course.md shows what its commands have printed, the time they took, and their pictures.

`python -m docs.generate.course FOLDER` runs them all in an empty folder and records this.
"""

import os
import re
import resource
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "course.md"
RECORD = Path(__file__).with_suffix(".json")
PICTURES = {  # name -> page, and what the page calls the picture
    "balance": ("report/index.html", "Bars with the share of each label"),
    "importance": ("models/project.tune/index.html", "Bars with the importance of each setting"),
    "curve": ("models/project.curve/index.html", "Dev F1 over the share of the training documents"),
    "comparison": ("comparison/index.html", "F1 of each system with its interval"),
}
IMAGE = re.compile(r"\(images/course-([\w-]+)\.svg\)")
FIGURE = r'<figure [^>]*aria-label="{}"[^>]*>(<svg.*?</svg>)'
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True)
class Step:
    """A step of the project is a command, the seconds of a core it took, and what it printed."""

    command: str
    cpu_s: float
    printed: str


def blocks(language: str) -> list[str]:
    """Return the blocks of the page that are written in a language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def commands() -> list[str]:
    """Return the commands of the page, in their order."""
    return "".join(blocks("sh")).splitlines()


def run_project(folder: Path) -> Iterator[Step]:
    """Write the configuration into a folder, run each command there, and yield what came of it.

    Nets run on one core, and the only corpora are those that come with the program. A command that
    fails raises `RuntimeError` with the end of what it said.
    """
    (configuration,) = blocks("toml")
    (folder / "project.toml").write_text(configuration, "utf-8")
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    environment.pop("NER_CORPORA", None)
    for command in commands():
        words = [sys.executable, "-m", "ner_service", *shlex.split(command)[1:]]
        before = _cpu_seconds()
        done = subprocess.run(
            words, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{command}: {done.stderr[-2000:]}")
        printed = done.stdout.replace(f"{ROOT}/", "")
        yield Step(command, round(_cpu_seconds() - before, 1), printed)


def _cpu_seconds() -> float:
    """Return the seconds of a core that all commands so far have taken."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def drawing(folder: Path, name: str) -> str:
    """Return a picture of the project, which its page shows under the title that we look for."""
    page, title = PICTURES[name]
    html = (folder / page).read_text("utf-8")
    match = re.search(FIGURE.format(re.escape(title)), html, re.DOTALL)
    if match is None:
        raise RuntimeError(f"{page}: has no picture called {title!r}")
    return f"{match[1]}\n"


def remarks(folder: Path) -> list[str]:
    """Return what the report of the corpora wants to be read first."""
    html = (folder / "report" / "index.html").read_text("utf-8")
    (listed,) = re.findall(r'<ul class="remarks">(.*?)</ul>', html, re.DOTALL)
    return [" ".join(each.split()) for each in re.findall(r"<li>(.*?)</li>", listed, re.DOTALL)]


def record(folder: Path, steps: Sequence[Step]) -> None:
    """Keep what the page shows of a run of the project: steps, remarks and pictures."""
    kept = {"steps": [asdict(step) for step in steps], "remarks": remarks(folder)}
    pictures = {name: drawing(folder, name) for name in PICTURES}
    RECORD.write_bytes(orjson.dumps(kept, option=orjson.OPT_INDENT_2) + b"\n")
    for name, picture in pictures.items():
        (ROOT / "docs" / "images" / f"course-{name}.svg").write_text(picture, "utf-8")


def recorded_steps() -> list[Step]:
    """Return the steps of the run that was recorded last."""
    return [Step(**step) for step in orjson.loads(RECORD.read_bytes())["steps"]]


def recorded_remarks() -> str:
    """Return the remarks of the run that was recorded last, a quotation each."""
    return "\n>\n".join(f"> {line}" for line in orjson.loads(RECORD.read_bytes())["remarks"])


def length() -> str:
    """Return how many commands the project takes, and how long."""
    steps = recorded_steps()
    minutes = sum(step.cpu_s for step in steps) / 60
    return f"It takes {NUMBERS[len(steps)]} commands and {minutes:.0f} minutes of one core."


def lines_of(command: str) -> list[str]:
    """Return the lines that a command of the page has printed, by how it begins."""
    prefix = f"ner-service {command}"
    (step,) = (step for step in recorded_steps() if step.command.startswith(prefix))
    return [line.rstrip() for line in step.printed.splitlines()]


def printed(command: str, *patterns: str) -> str:
    """Return those lines that a command has printed which begin as one of the patterns says."""
    return _block(line for line in lines_of(command) if any(re.match(p, line) for p in patterns))


def first_table(command: str) -> str:
    """Return the first table that a command has printed, with its title."""
    lines = lines_of(command)
    end = next(n for n, line in enumerate(lines) if line.startswith("└"))
    return _block(lines[: end + 1])


def _block(lines: Iterable[str]) -> str:
    return "\n".join(["```text", *lines, "```"])


def main() -> None:
    """Run the project in the folder that the command line names, and record it."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True)
    steps = []
    for step in run_project(folder):
        print(f"{step.cpu_s:7.1f} s  {step.command}", flush=True)
        steps.append(step)
    record(folder, steps)


if __name__ == "__main__":
    main()
