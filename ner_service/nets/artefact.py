"""A model folder of `config.json` and `model.safetensors`, written whole or not at all."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, TypeAdapter, ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load as read_tensors
from safetensors.numpy import save as write_tensors

from ner_service.errors import ModelError, reason_of
from ner_service.files import read_regular
from ner_service.nets.config import NetConfig
from ner_service.nets.navec import NAVEC
from ner_service.nets.record import ModelRecord
from ner_service.nets.vectors import Vectors, load_vectors
from ner_service.nets.vocab import Vocab
from ner_service.nets.weights import check_tensors, shapes

FORMAT = 1
CONFIG, WEIGHTS = "config.json", "model.safetensors"


@dataclass
class _Vocabularies:
    words: list[str]
    chars: list[Annotated[str, Field(min_length=1, max_length=1)]]
    shapes: list[str]


@dataclass
class _Meta:
    languages: list[str] = field(default_factory=list)  # the card alone reads the rest


@dataclass
class _Config:
    net: NetConfig
    vocab: _Vocabularies
    vectors_sha256: str
    meta: _Meta


@dataclass(frozen=True)
class Artefact:
    """A trained net as plain arrays, with all that is needed to serve it or to train it further.

    `meta` holds the facts of the model card: name, version, data, scores.
    """

    net: NetConfig
    words: Vocab
    chars: Vocab
    shapes: Vocab
    tensors: Mapping[str, NDArray[Any]]
    meta: ModelRecord = field(default_factory=ModelRecord)
    vectors_hash: str = ""
    hash: str = ""

    def vectors(self) -> Vectors | None:
        """Return the word vectors that the net was trained on; raise `ModelError` on others."""
        if not self.net.vectors:
            return None
        vectors = load_vectors(self.net.vectors)
        if vectors.dim != self.net.vector_dim:
            raise ModelError(
                f"word vectors {self.net.vectors!r} have {vectors.dim} dimensions, "
                f"where the model has {self.net.vector_dim}"
            )
        if self.vectors_hash and vectors.hash != self.vectors_hash:
            raise ModelError(
                f"word vectors {self.net.vectors!r} are not those the model was trained on "
                f"(sha256 {vectors.hash[:12]}, expected {self.vectors_hash[:12]})"
            )
        return vectors


def answering(artefact: Artefact, convention: str) -> Artefact:
    """Return the model that answers by one of its conventions, which its hash then names too.

    Raises `ModelError` where the model has no convention of that name.
    """
    names = artefact.net.conventions
    if convention not in names:
        raise ModelError(f"it knows no convention {convention!r} (known: {', '.join(names)})")
    order = sorted(range(len(names)), key=lambda n: names[n] != convention)
    if order[0] == 0:
        return artefact
    net = replace(artefact.net, conventions=tuple(names[n] for n in order))
    rows = artefact.tensors["conventions.weight"][order]
    tensors = {**artefact.tensors, "conventions.weight": rows}
    return replace(artefact, net=net, tensors=tensors, hash=f"{convention}@{artefact.hash}")


def save(artefact: Artefact, folder: Path) -> None:
    """Write a model folder beside its place and rename it; an older model is replaced.

    Raises `ModelError` where it cannot be written, and then leaves what was there.
    """
    check_place(folder)
    try:
        _save(artefact, folder)
    except OSError as error:
        raise ModelError(f"{folder}: {error.strerror or error}") from None


def check_place(folder: Path) -> None:
    """Make the folder around a model's; raise `ModelError` where no model can be written."""
    if folder.name in ("", ".."):
        raise ModelError(f"{folder}: a model needs a folder of its own, with a name")
    if folder.is_dir() and any(folder.iterdir()):
        if not all((folder / name).is_file() for name in (CONFIG, WEIGHTS)):
            raise ModelError(f"{folder}: holds other files, and no model: name another folder")
    elif folder.exists() and not folder.is_dir():
        raise ModelError(f"{folder}: is a file: name another folder")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent).cleanup()
    except OSError as error:
        raise ModelError(f"{folder}: {error.strerror or error}") from None


def _save(artefact: Artefact, folder: Path) -> None:
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        weights = write_tensors({k: np.ascontiguousarray(v) for k, v in artefact.tensors.items()})
        (temporary / WEIGHTS).write_bytes(weights)
        config = _config(artefact) | {"sha256": hashlib.sha256(weights).hexdigest()}
        text = json.dumps(config, ensure_ascii=False, indent=1)
        (temporary / CONFIG).write_text(text + "\n", encoding="utf-8")
        if artefact.net.vectors not in ("", NAVEC):
            _copy(Path(artefact.net.vectors), temporary)
        temporary.chmod(0o755)
        _replace(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _config(artefact: Artefact) -> dict[str, Any]:
    net = {k: v for k, v in asdict(artefact.net).items() if k != "tags"}
    net["vectors"] = Path(artefact.net.vectors).name
    vocabs = {k: getattr(artefact, k).symbols for k in ("words", "chars", "shapes")}
    return {
        "format": FORMAT,
        "net": net,
        "vocab": vocabs,
        "vectors_sha256": artefact.vectors_hash,
        "meta": dict(artefact.meta),
    }


def _copy(file: Path, folder: Path) -> None:
    """Put the file into the folder, as a hard link where the disk allows that."""
    try:
        os.link(file, folder / file.name)
    except OSError:
        shutil.copy2(file, folder)


def _replace(temporary: Path, folder: Path) -> None:
    for extra in folder.iterdir() if folder.is_dir() else ():
        if extra.is_dir():
            shutil.copytree(extra, temporary / extra.name, symlinks=True)
        elif not (temporary / extra.name).exists():
            shutil.copy2(extra, temporary, follow_symlinks=False)
    if not folder.exists():
        temporary.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
    try:
        folder.rename(old / folder.name)
        temporary.rename(folder)
    finally:
        if not folder.exists():  # stopped between the two
            (old / folder.name).rename(folder)
        shutil.rmtree(old)


def load(folder: Path) -> Artefact:
    """Read and check a model folder; raise `ModelError` that names what is wrong."""
    config = _read_config(folder / CONFIG)
    weights = _read(folder / WEIGHTS)
    digest = hashlib.sha256(weights).hexdigest()
    if digest != config.get("sha256"):
        raise ModelError(f"{folder / WEIGHTS}: does not match the sha256 in {CONFIG}: damaged?")
    try:
        parts = TypeAdapter(_Config).validate_python(_complete(config))
        net, vocab = parts.net, parts.vocab
        if net.vectors not in ("", NAVEC):
            net = replace(net, vectors=str(_own_file(folder, net.vectors)))
        artefact = Artefact(
            net,
            words=Vocab(vocab.words),
            chars=Vocab(vocab.chars),
            shapes=Vocab(vocab.shapes),
            tensors=read_tensors(weights),
            meta=config["meta"],
            vectors_hash=parts.vectors_sha256,
            hash=digest,
        )
        counts = len(artefact.words), len(artefact.chars), len(artefact.shapes)
        check_tensors(artefact.tensors, shapes(net, *counts))
        return artefact
    except ValidationError as error:
        first = error.errors()[0]
        fault = f"{'.'.join(map(str, first['loc']))}: {reason_of(first['msg'])}"
        raise ModelError(f"{folder}: not a model of this program: {fault}") from None
    except KeyError as error:
        fault = f"tensors of type {error} cannot be read"
        raise ModelError(f"{folder}: not a model of this program: {fault}") from None
    except (ValueError, SafetensorError) as error:
        raise ModelError(f"{folder}: not a model of this program: {error}") from None


def _own_file(folder: Path, name: str) -> Path:
    """Return the file of a folder that its configuration names; raise `ModelError` elsewhere."""
    path = folder / name
    if Path(name).name != name or path.resolve().parent != folder.resolve():
        raise ModelError(
            f"{folder / CONFIG}: net.vectors: names a file outside the model's folder: put the "
            "vectors into the folder, and name the file alone"
        )
    return path


ABSENT = {"spacing_dim": 0, "usual_case": False}  # options that older models do not name


def _complete(config: dict[str, Any]) -> dict[str, Any]:
    """Return the configuration with the options that models made before them do not name."""
    net = config.get("net")
    return config | {"net": ABSENT | net} if isinstance(net, dict) else config


def _read_config(path: Path) -> dict[str, Any]:
    try:
        config = json.loads(_read(path))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path}: not JSON: {error}") from None
    if not isinstance(config, dict) or config.get("format") != FORMAT:
        given = config.get("format") if isinstance(config, dict) else None
        raise ModelError(f"{path}: model format {given!r}; this version reads format {FORMAT}")
    return config


def _read(path: Path) -> bytes:
    try:
        return read_regular(path)
    except FileNotFoundError as error:
        mend = "name a folder that `train` has written"
        raise ModelError(f"{path}: {error.strerror}: {mend}") from None
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror or error}") from None
