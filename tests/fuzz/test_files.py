"""Mutated corpora and model folders are one line of error, or what they say."""

import hashlib
import json
import zlib
from pathlib import Path

import pytest

from ner_service import corpora
from ner_service.corpora.reading import ReadOptions
from ner_service.errors import CorpusError, ModelError
from ner_service.nets.artefact import CONFIG, WEIGHTS, load, save
from ner_service.taggers.bilstm import BilstmTagger
from ner_service.types import Document, Entity
from tests.fuzz.mutation import fuzz, seeds
from tests.nets.test_artefact import artefact

TEXT = "Анна в Москве, 😀 ночь."
DOCUMENT = Document("a", TEXT, (Entity(0, 4, "PER"), Entity(7, 13, "LOC")))


def read(path: Path, lenient: bool = False) -> None:
    """Reads a corpus; what comes is sound, and what does not is a line that names the file."""
    refused = ""
    try:
        for document in corpora.read(path, options=ReadOptions(lenient=lenient)):
            last = 0
            for entity in document.entities:
                assert last <= entity.start < entity.end <= len(document.text)
                last = entity.end
            document.text.encode()
    except CorpusError as error:
        refused = f"{error}"
    assert "\n" not in refused
    assert not refused or path.name.partition(".")[0] in refused


def place(folder: Path, name: str, data: bytes) -> Path:
    """Write a corpus of its name's format; a standoff file gets its text."""
    if name.endswith(".ann"):
        (folder / "a.txt").write_text(TEXT)
        (folder / name).write_bytes(data)
        return folder
    (folder / name).write_bytes(data)
    return folder / name


@pytest.mark.parametrize("path", seeds("files"), ids=lambda path: path.name)
def test_each_file_of_the_corpus_is_read_or_refused_in_a_line(tmp_path: Path, path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    read(place(folder, path.name, path.read_bytes()))


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("path", seeds("files"), ids=lambda path: path.name)
def test_mutated_files_are_read_or_refused_in_a_line(tmp_path: Path, path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    fuzz([path.read_bytes()], 800)(lambda data: read(place(folder, path.name, data)))()


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", ["a.spacy", "a.parquet", "a.jsonl.gz"])
def test_mutated_packed_files_are_read_or_refused_in_a_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    corpora.write(path, [DOCUMENT])
    fuzz([path.read_bytes()], 500)(lambda data: read(place(tmp_path, name, data)))()


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_mutated_docbin_is_refused_behind_its_packing_too(tmp_path: Path) -> None:
    corpora.write(tmp_path / "a.spacy", [DOCUMENT])
    plain = zlib.decompress((tmp_path / "a.spacy").read_bytes())
    fuzz([plain], 500)(lambda data: read(place(tmp_path, "a.spacy", zlib.compress(data))))()


def assert_short(message: str) -> None:
    assert "\n" not in message
    assert len(message) < 2000


def tag_by(folder: Path) -> None:
    """Loads a model folder and tags; a hostile one is a line that names the folder."""
    try:
        tagger = BilstmTagger(load(folder))
    except ModelError as error:
        refused = f"{error}"
        assert_short(refused)
        return
    (entities,) = tagger.tag([TEXT])
    assert all(0 <= e.start < e.end <= len(TEXT) for e in entities)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_mutated_configuration_is_refused_in_a_line_or_answers(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    save(artefact(), folder)

    def check(data: bytes) -> None:
        (folder / CONFIG).write_bytes(data)
        tag_by(folder)

    fuzz([(folder / CONFIG).read_bytes()], 1_500)(check)()


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_mutated_weights_are_refused_in_a_line_or_answer(tmp_path: Path) -> None:
    """Their hash is made right, so that what is behind it is reached."""
    folder = tmp_path / "model"
    save(artefact(), folder)
    config = json.loads((folder / CONFIG).read_text())

    def check(data: bytes) -> None:
        (folder / WEIGHTS).write_bytes(data)
        config["sha256"] = hashlib.sha256(data).hexdigest()
        (folder / CONFIG).write_text(json.dumps(config))
        tag_by(folder)

    fuzz([(folder / WEIGHTS).read_bytes()], 1_500)(check)()
