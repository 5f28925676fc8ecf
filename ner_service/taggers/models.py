"""Model folders by path or by the name of a shipped model, and the convention named behind them."""

from pathlib import Path

from ner_service.errors import ModelError

_PACKAGE = Path(__file__).parents[1]


def shipped_models() -> Path:
    """The folder of the models that come with the package, in a wheel or in a checkout."""
    inside = _PACKAGE / "_models"
    return inside if inside.is_dir() else _PACKAGE.parent / "models"


def model_path(source: str) -> Path:
    """The folder of a model: a path, or the name of a shipped model."""
    path = Path(source).expanduser()
    if path.is_dir():
        return path
    shipped = shipped_models() / source
    if shipped.is_dir():
        return shipped
    names = sorted(folder.name for folder in shipped_models().glob("*") if folder.is_dir())
    known = ", ".join(names) or "none"
    raise ModelError(f"model {source!r}: no such folder, nor a shipped model (shipped: {known})")


def part_convention(source: str) -> tuple[str, str | None]:
    """Parts `NAME@CONVENTION`; a path that is there is a name as it stands."""
    name, at, convention = source.rpartition("@")
    if not at or Path(source).expanduser().exists():
        return source, None
    return name, convention


def model_and_convention(source: str) -> tuple[Path, str | None]:
    """The folder that `MODEL` or `MODEL@CONVENTION` names, and the convention if any."""
    name, convention = part_convention(source)
    return model_path(name), convention
