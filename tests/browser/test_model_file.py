"""The model file and the commands that write it: what stands in them, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ner_service.browser.model_file import MAGIC, check_net, model_file
from ner_service.browser.tables import runs
from ner_service.errors import ConfigError, ModelError
from ner_service.nets.artefact import load
from ner_service.service.web.one_file import bundle
from ner_service.taggers.models import model_path
from tests.cli.test_commands import Run, run  # noqa: F401  (a fixture)


def test_a_model_file_has_a_head_and_its_arrays_where_the_head_says() -> None:
    artefact = load(model_path("ru-news"))
    content = model_file(artefact, "ru-news", 100)
    assert content.startswith(MAGIC)
    size = int.from_bytes(content[len(MAGIC) : len(MAGIC) + 4], "little")
    start = len(MAGIC) + 4
    head = json.loads(content[start : start + size])
    assert len(head["vectorWords"].split("\n")) == 100
    assert head["net"]["labels"] == [*artefact.net.labels]
    place = head["arrays"]["head.weight"]
    at = start + size + place["offset"]
    assert at % 8 == 0
    weights = np.frombuffer(content, "<f2", np.prod(place["shape"]), at).reshape(place["shape"])
    assert np.array_equal(weights, artefact.tensors["head.weight"])


@pytest.mark.parametrize("words", [0, -1, 250_001])
def test_a_number_of_words_that_navec_has_not_is_refused(words: int) -> None:
    with pytest.raises(ConfigError, match="from 1 to 250000"):
        model_file(load(model_path("ru-news")), "ru-news", words)


@pytest.mark.parametrize(
    "others", [{"encoder": "gru"}, {"char_encoder": "lstm"}, {"vectors": "own.txt"}]
)
def test_a_net_with_a_part_that_the_page_lacks_is_refused_with_what_to_do(
    others: dict[str, str],
) -> None:
    artefact = load(model_path("ru-news"))
    with pytest.raises(ModelError, match="train it with net"):
        check_net(replace(artefact, net=replace(artefact.net, **others)))


def test_runs_are_lengths_and_values() -> None:
    assert runs([7, 7, 7, 1, 7]) == [3, 7, 1, 1, 1, 7]


def test_a_bundle_has_no_import_left_and_each_module_before_those_that_need_it() -> None:
    for entry in ("app.js", "net/worker.js"):
        script = bundle(entry)
        assert "\nimport " not in script
        assert "\nexport " not in script
        names = [
            line.split()[1] for line in script.splitlines() if line.startswith("const module_")
        ]
        assert len(names) == len(set(names))
        for name in names:
            first_use = script.index(f"= {name};") if f"= {name};" in script else len(script)
            assert script.index(f"const {name} = ") < first_use


def test_the_commands_write_a_model_and_a_page_and_say_how_large(
    run: Run,  # noqa: F811
    tmp_path: Path,
) -> None:
    done = run("web-model", str(tmp_path / "net.bin"), "--words", "10")
    assert done.code == 0
    assert done.out.endswith("MB\n")
    assert (tmp_path / "net.bin").read_bytes().startswith(MAGIC)
    done = run("page", str(tmp_path / "ner.html"), "--words", "10")
    assert done.code == 0
    page = (tmp_path / "ner.html").read_text("utf-8")
    assert "default-src 'none'" in page
    assert 'src="web/' not in page
    assert 'href="' not in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["web-model", "x.bin", "--model", "nothing"], "shipped:"),
        (["page", "x.html", "--model", "spacy-ru-news"], "or ru-news"),
        (["web-model", "x.bin", "--words", "0"], "from 1 to 250000"),
        (["page", "x.html", "--words", "many"], "--words"),
    ],
)
def test_wrong_options_of_the_commands_are_one_line(
    run: Run,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*arguments)
    assert done.code == 2
    assert said in done.err
    assert len(done.err.splitlines()) == 1
    assert not [*tmp_path.iterdir()]
