"""A key file holds the key of each masked text, a JSON line a text, for its owner alone."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pydantic import BaseModel, ConfigDict, ValidationError

from ner_service.errors import ConfigError, CorpusError, reason_of
from ner_service.files import read_lines
from ner_service.names.masking import Key

OWNER_ONLY = 0o600


class KeyLine(BaseModel):
    """A line of a key file has the id of a document, and its key."""

    model_config = ConfigDict(strict=True, extra="forbid")

    id: str
    key: Key


@contextmanager
def new_key_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a key file that nobody else may read; it is removed again where masking fails.

    Raises `ConfigError` where the file exists: the key of another text would be lost.
    """
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError:
        raise ConfigError(
            f"--key {path}: exists, and a key that is overwritten is lost: name another file"
        ) from None
    except OSError as error:
        raise ConfigError(f"--key {path}: {error.strerror}: name another file") from None
    try:
        with os.fdopen(number, "wb") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def write_key(file: IO[bytes], id: str, key: Key) -> None:
    """Write the key of a document as a line."""
    file.write(KeyLine(id=id, key=key).model_dump_json().encode() + b"\n")


def read_keys(path: Path) -> list[KeyLine]:
    """Return the keys of a file in order; raises `CorpusError` naming the line that is none."""
    keys = []
    for number, line in read_lines(path):
        try:
            keys.append(KeyLine.model_validate_json(line))
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            field = ".".join(map(str, first["loc"]))
            fault = f"{field + ': ' if field else ''}{reason_of(first['msg'])}"
            raise CorpusError(
                f"{path}:{number}: {fault}: give the file that `mask --key` wrote"
            ) from None
    return keys
