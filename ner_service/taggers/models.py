"""A model folder is found by its path, or by the name of a shipped model."""

from pathlib import Path

from ner_service.errors import ModelError

_PACKAGE = Path(__file__).parents[1]


def shipped_models() -> Path:
    """Return the folder of the models that come with the package, in a wheel or a checkout."""
    inside = _PACKAGE / "_models"
    return inside if inside.is_dir() else _PACKAGE.parent / "models"


def model_path(source: str) -> Path:
    """Return the folder of a model, given its path or the name of a shipped model."""
    path = Path(source).expanduser()
    if path.is_dir():
        return path
    shipped = shipped_models() / source
    if shipped.is_dir():
        return shipped
    models = {config.parent.name for config in shipped_models().glob("*/config.*")}
    known = ", ".join(sorted(models)) or "none"
    raise ModelError(f"model {source!r}: no such folder, nor a shipped model (shipped: {known})")


def split_convention(source: str) -> tuple[str, str | None]:
    """Split `NAME@CONVENTION`, unless a path of that very name exists."""
    name, at, convention = source.rpartition("@")
    if not at or Path(source).expanduser().exists():
        return source, None
    return name, convention


def model_and_convention(source: str) -> tuple[Path, str | None]:
    """Return the folder and any convention that `MODEL` or `MODEL@CONVENTION` names."""
    name, convention = split_convention(source)
    return model_path(name), convention
