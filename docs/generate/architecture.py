"""Print the parts of docs/architecture.md that are read from the code."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
WITHOUT_A_ROW = {"__init__.py", "__main__.py"}


def tree() -> str:
    """Return a table of every package and module of `ner_service` with its first docstring line."""
    rows = [row for package in packages(ROOT / "ner_service") for row in rows_of(package)]
    return "\n".join(["| module | what it is |", "|---|---|", *rows])


def floors() -> str:
    """Return the layers of every import-linter contract, the highest floor first."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    return "\n".join(
        layers_of(contract["name"], contract.get("containers", []), contract.get("layers", []))
        for contract in contracts
    )


def layers_of(name: str, containers: list[str], layers: list[str]) -> str:
    """Return one contract as a list item: its name and, where it has layers, where they hold."""
    if not layers:
        return f"- {name}"
    places = ", ".join(f"`{container}`" for container in containers)
    return f"- {name} ({places}): " + " → ".join(f"`{layer}`" for layer in layers)


def packages(folder: Path) -> Iterator[Path]:
    """Yield a package and the packages inside it, outermost first."""
    yield folder
    for inner in sorted(folder.iterdir()):
        if (inner / "__init__.py").exists():
            yield from packages(inner)


def rows_of(package: Path) -> Iterator[str]:
    """Yield a table row for a package and for each module that lies directly in it."""
    name = package.relative_to(ROOT).as_posix()
    yield f"| **`{name}/`** | {first_line(package / '__init__.py')} |"
    for module in sorted(package.glob("*.py")):
        if module.name not in WITHOUT_A_ROW:
            yield f"| `{module.name}` | {first_line(module)} |"


def first_line(module: Path) -> str:
    """Return the first line of a module's docstring, fit for a cell of a Markdown table."""
    docstring = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
    if not docstring:
        raise ValueError(f"{module}: a module needs a docstring; write one sentence at its top")
    return docstring.partition("\n")[0].replace("|", "\\|")
