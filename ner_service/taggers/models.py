"""A model folder is found by its path, or by the name of a shipped model."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from ner_service.errors import ModelError
from ner_service.files import user_path

_PACKAGE = Path(__file__).parents[1]
RETIRED = {"ru-news-large": "ru-news"}  # models that earlier versions shipped, and what to use


def shipped_models() -> Path:
    """Return the folder of the models that come with the package, in a wheel or a checkout."""
    inside = _PACKAGE / "_models"
    return inside if inside.is_dir() else _PACKAGE.parent / "models"


def model_path(source: str) -> Path:
    """Return the folder of a model, given its path or the name of a shipped model."""
    path = user_path(source)
    if path.is_dir():
        if not any(path.glob("config.*")):
            raise ModelError(f"{path}: holds no model: name a folder that `train` has written")
        return check_files(path)
    shipped = shipped_models() / source
    if shipped.is_dir():
        return shipped
    if heir := RETIRED.get(source):
        raise ModelError(
            f"model {source!r}: is not shipped any more, for {heir!r} is at least as accurate: use "
            f"bilstm:{heir}, or name the folder of a copy from an earlier version"
        )
    models = {config.parent.name for config in shipped_models().glob("*/config.*")}
    known = ", ".join(sorted(models)) or "none"
    raise ModelError(f"model {source!r}: no such folder, nor a shipped model (shipped: {known})")


def check_files(folder: Path) -> Path:
    """Return a folder; raise `ModelError` where it holds a pipe or a device, which never end."""
    for path in folder.rglob("*"):
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise ModelError(f"{path}: is a pipe or a device, not a file: remove it")
    return folder


def split_convention(source: str) -> tuple[str, str | None]:
    """Split `NAME@CONVENTION`, unless a path of that very name exists."""
    name, at, convention = source.rpartition("@")
    if not at or os.path.exists(user_path(source)):
        return source, None
    return name, convention


def model_and_convention(source: str) -> tuple[Path, str | None]:
    """Return the folder and any convention that `MODEL` or `MODEL@CONVENTION` names."""
    name, convention = split_convention(source)
    return model_path(name), convention


def folder_state(folder: Path) -> str:
    """Return a digest of the names, sizes, times and places of a folder's files.

    It is read within a millisecond, and no file that is exchanged or written anew keeps it.
    """
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return state_of_files(files, folder)


def state_of_files(files: Iterable[Path], folder: Path | None = None) -> str:
    """Return a digest of the names (within a folder), sizes, times and places of files."""
    state = hashlib.sha256()
    for file in files:
        at = file.stat()
        name = file.relative_to(folder) if folder else file
        parts = (name, at.st_size, at.st_mtime_ns, at.st_ino)
        state.update(repr(parts).encode(errors="surrogateescape"))
    return state.hexdigest()
