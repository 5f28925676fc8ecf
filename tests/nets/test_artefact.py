"""Model folders: what is saved is loaded again, and what is damaged is named."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ner_service.errors import ModelError
from ner_service.nets import artefact as artefacts
from ner_service.nets.artefact import CONFIG, WEIGHTS, Artefact, load, save
from ner_service.nets.config import NetConfig
from ner_service.nets.vocab import Vocab
from ner_service.nets.weights import shapes


def artefact(spacing_dim: int = 4) -> Artefact:
    options = {"vectors": "", "vector_dim": 0, "hidden": 3, "spacing_dim": spacing_dim}
    net = NetConfig(labels=("PER", "LOC"), **options)  # type: ignore[arg-type]
    vocabs = (Vocab(["москва", "ночь"]), Vocab(list("абв\u0301😀")), Vocab(["Xx"]))
    tensors = {
        name: np.arange(np.prod(shape), dtype=np.float16).reshape(shape[::-1]).T
        for name, shape in shapes(net, *map(len, vocabs)).items()
    }
    return Artefact(net, *vocabs, tensors, {"name": "x", "data": []})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(artefact(), tmp_path / "model")
    return tmp_path / "model"


def rewrite(folder: Path, **values: object) -> None:
    config = json.loads((folder / CONFIG).read_text("utf-8"))
    (folder / CONFIG).write_text(json.dumps(config | values), "utf-8")


def test_what_is_saved_is_loaded_again(folder: Path) -> None:
    given, found = artefact(), load(folder)
    assert found.net == given.net
    assert found.meta == given.meta
    for name in ("words", "chars", "shapes"):
        assert getattr(found, name).symbols == getattr(given, name).symbols
    for key, tensor in given.tensors.items():
        np.testing.assert_array_equal(found.tensors[key], tensor)
        assert found.tensors[key].dtype == tensor.dtype


def test_a_model_of_before_nets_read_spacing_has_none(folder: Path) -> None:
    save(artefact(spacing_dim=0), folder)
    net = json.loads((folder / CONFIG).read_text("utf-8"))["net"]
    del net["spacing_dim"]
    rewrite(folder, net=net)
    assert load(folder).net == artefact(spacing_dim=0).net


def test_the_hash_is_that_of_the_weights_alone(folder: Path, tmp_path: Path) -> None:
    save(replace(artefact(), meta={"name": "other"}), tmp_path / "other")
    assert load(tmp_path / "other").hash == load(folder).hash


def test_saving_again_replaces_the_model_and_keeps_other_files(folder: Path) -> None:
    (folder / "README.md").write_text("card")
    save(replace(artefact(), meta={"name": "second"}), folder)
    assert load(folder).meta["name"] == "second"
    assert (folder / "README.md").read_text() == "card"
    assert [path.name for path in folder.parent.iterdir()] == ["model"]


def test_saving_again_keeps_folders_within(folder: Path) -> None:
    (folder / "notes").mkdir()
    (folder / "notes" / "one.txt").write_text("kept")
    save(load(folder), folder)
    assert (folder / "notes" / "one.txt").read_text() == "kept"


def test_a_folder_of_other_things_is_left_alone(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "project"
    (other / "data").mkdir(parents=True)
    (other / "data" / "gold.txt").write_text("kept")
    with pytest.raises(ModelError, match="project: holds other files, and no model"):
        save(load(folder), other)
    assert [path.name for path in other.rglob("*")] == ["data", "gold.txt"]


@pytest.mark.parametrize("place", [Path(), Path("..")])
def test_a_folder_without_a_name_is_refused(folder: Path, place: Path) -> None:
    with pytest.raises(ModelError, match="a model needs a folder of its own"):
        save(load(folder), place)


@pytest.mark.parametrize("name", [CONFIG, WEIGHTS])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=f"{name}: No such file"):
        load(folder)


def test_one_flipped_bit_of_the_weights_is_found(folder: Path) -> None:
    weights = bytearray((folder / WEIGHTS).read_bytes())
    weights[-1] ^= 1
    (folder / WEIGHTS).write_bytes(weights)
    with pytest.raises(ModelError, match="does not match the sha256"):
        load(folder)


def test_weights_cut_short_are_found(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:-3])
    with pytest.raises(ModelError, match="does not match the sha256"):
        load(folder)


@pytest.mark.parametrize("found", [0, 2, "1", None])
def test_another_format_is_refused_by_its_number(folder: Path, found: object) -> None:
    rewrite(folder, format=found)
    with pytest.raises(ModelError, match=f"model format {found!r}; this version reads format 1"):
        load(folder)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "{}", '{"format": 1}', "\x00", "[" * 10**6]
)
def test_a_config_that_is_none_is_one_line(folder: Path, text: str) -> None:
    (folder / CONFIG).write_text(text)
    with pytest.raises(ModelError) as caught:
        load(folder)
    assert "\n" not in str(caught.value)
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize(
    "net",
    [
        {"colour": 1},
        {"hidden": "wide"},
        {"encoder": "transformer"},
        {"labels": None},
        {"labels": []},
        {"labels": ["PER", "PER"]},
        {"layers": 0},
        {"conventions": []},
        {"temperature": 0},
        {"label_temperatures": [1.0]},
        {"label_temperatures": [1.0, 0]},
        {"temperature": 0.001},
        {"temperature": float("nan")},
        {"vector_dim": 300},
        {"char_size": 0},
        {"char_size": 95, "char_encoder": "lstm"},
    ],
    ids=str,
)
def test_net_settings_that_are_none_of_ours_are_refused(
    folder: Path, net: dict[str, object]
) -> None:
    config = json.loads((folder / CONFIG).read_text("utf-8"))
    rewrite(folder, net=config["net"] | net)
    with pytest.raises(ModelError, match="not a model of this program") as caught:
        load(folder)
    assert next(iter(net)) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"net": []}, "net: "),
        ({"meta": []}, "meta: "),
        ({"meta": {"languages": None}}, "meta.languages: "),
        ({"vectors_sha256": 5}, "vectors_sha256: "),
        ({"vocab": {"words": [], "shapes": [], "chars": ["ab"]}}, "vocab.chars.0: "),
        ({"vocab": {"words": [], "shapes": [5], "chars": []}}, "vocab.shapes.0: "),
        (
            {"vocab": {"words": [], "shapes": [], "chars": []}},
            "chars.table.weight is of shape",
        ),
    ],
)
def test_values_that_fit_no_model_are_named(
    folder: Path, values: dict[str, object], message: str
) -> None:
    rewrite(folder, **values)
    with pytest.raises(ModelError, match=f"not a model of this program: {message}") as caught:
        load(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("tensor", "message"),
    [
        (None, "head.weight is missing"),
        (np.zeros((5, 6), np.float32), r"head.weight is of shape \[5, 6\], not \[9, 6\]"),
        (np.zeros((9, 6), np.int8), "head.weight holds int8, not floats"),
        (np.full((9, 6), np.nan, np.float32), "head.weight holds numbers that are not finite"),
    ],
)
def test_weights_of_another_net_are_named(
    tmp_path: Path, tensor: np.ndarray | None, message: str
) -> None:
    tensors = {k: v for k, v in artefact().tensors.items() if k != "head.weight"}
    if tensor is not None:
        tensors["head.weight"] = tensor
    save(replace(artefact(), tensors=tensors), tmp_path / "other")
    with pytest.raises(ModelError, match=message):
        load(tmp_path / "other")


def test_weights_of_a_kind_that_arrays_lack_are_named(folder: Path) -> None:
    header = b'{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}'
    weights = len(header).to_bytes(8, "little") + header + bytes(2)
    (folder / WEIGHTS).write_bytes(weights)
    rewrite(folder, sha256=hashlib.sha256(weights).hexdigest())
    with pytest.raises(ModelError, match="tensors of type 'BF16' cannot be read"):
        load(folder)


def test_word_vectors_of_another_size_are_refused(tmp_path: Path) -> None:
    vectors = tmp_path / "vectors.txt"
    vectors.write_text("да 1 2\nнет 3 4\n", "utf-8")
    net = NetConfig(labels=("PER",), vectors=str(vectors), vector_dim=3)
    with pytest.raises(ModelError, match="have 2 dimensions, where the model has 3"):
        replace(artefact(), net=net).vectors()


def test_other_word_vectors_than_those_trained_on_are_refused(
    tmp_path: Path,
) -> None:
    vectors = tmp_path / "vectors.txt"
    vectors.write_text("да 1 2\nнет 3 4\n", "utf-8")
    net = NetConfig(labels=("PER",), vectors=str(vectors), vector_dim=2)
    with pytest.raises(ModelError, match="are not those the model was trained on"):
        replace(artefact(), net=net, vectors_hash="0" * 64).vectors()


@pytest.mark.parametrize("before", [True, False])
def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path, before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "model"
    if before:
        save(artefact(), folder)
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(ModelError, match=f"^{folder}: No space left on device$"):
        save(replace(artefact(), meta={"name": "second"}), folder)
    assert [path.name for path in tmp_path.iterdir()] == ["model"] * before
    if before:
        assert load(folder).meta["name"] == "x"


def full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def test_stopping_amid_the_swap_leaves_the_older_model(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def stop(self: Path, target: Path) -> Path:
        if target == folder and self.parent == folder.parent:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", stop)
    with pytest.raises(KeyboardInterrupt):
        save(replace(artefact(), meta={"name": "second"}), folder)
    assert load(folder).meta["name"] == "x"
    assert [path.name for path in folder.parent.iterdir()] == ["model"]


def test_half_a_model_is_never_visible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    dumps = json.dumps
    monkeypatch.setattr(
        artefacts.json, "dumps", lambda *a, **k: seen.append(folder.exists()) or dumps(*a, **k)
    )
    folder = tmp_path / "model"
    save(artefact(), folder)
    assert seen == [False]
    assert load(folder)
