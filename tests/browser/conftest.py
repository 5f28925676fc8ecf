"""The page's net runs in node beside the engine, with the same word vectors."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ner_service.browser.model_file import WORDS, model_file
from ner_service.browser.vectors import frequent_vectors
from ner_service.nets.artefact import Artefact, load
from ner_service.nets.vectors import Vectors
from ner_service.service.web.assets import OWN
from ner_service.taggers.bilstm import BilstmTagger
from ner_service.taggers.models import model_path
from tests.service.page.conftest import browser

__all__ = ["browser"]

Run = Callable[..., dict[str, Any]]


@cache
def page_vectors() -> Vectors:
    return frequent_vectors(WORDS).vectors()


@dataclass(frozen=True)
class Cut(Artefact):
    """A model whose words have vectors only where they have some in the browser, too."""

    def vectors(self) -> Vectors:
        return page_vectors()


def cut(artefact: Artefact) -> Cut:
    return Cut(**{field.name: getattr(artefact, field.name) for field in fields(Artefact)})


@pytest.fixture(scope="package")
def engine() -> BilstmTagger:
    """The tagger of the service, with the vectors that the page has."""
    return BilstmTagger(cut(load(model_path("ru-news"))))


@pytest.fixture(scope="package")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which node finds the page's modules."""
    folder = tmp_path_factory.mktemp("node")
    shutil.copytree(Path(str(OWN)) / "net", folder / "net")
    shutil.copy(Path(__file__).with_name("run.mjs"), folder)
    (folder / "package.json").write_text('{"type": "module"}')
    return folder


@pytest.fixture(scope="package")
def node(place: Path) -> Run:
    """Runs a model of the page in node on texts."""
    if not shutil.which("node"):
        pytest.skip("no node: install it to test the net of the page without a browser")

    def run(texts: list[str], artefact: Artefact | None = None, **others: Any) -> dict[str, Any]:
        model = place / "net.bin"
        if artefact or not model.exists():
            model = place / "other.bin" if artefact else model
            model.write_bytes(model_file(artefact or load(model_path("ru-news")), "net"))
        asked = json.dumps({"model": str(model), "texts": texts, **others})
        done = subprocess.run(
            ["node", "run.mjs"], input=asked.encode(), capture_output=True, cwd=place
        )
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)  # type: ignore[no-any-return]

    return run
