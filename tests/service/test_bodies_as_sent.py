"""Bodies as clients send them: with a BOM, packed by gzip, under other names of their types."""

import gzip
import tracemalloc
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterator
from functools import cache
from itertools import islice, pairwise
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service.errors import Code, Refused
from ner_service.service.api.inflation import MOST_RATIO, PIECE_BYTES, Inflater
from tests.serving import Client, listening, serving, url_of

JSON, PLAIN, LINES = "application/json", "text/plain", "application/x-ndjson"
ANNA = {"start": 0, "end": 4, "label": "LOC", "text": "Анна", "score": 0.5}
MOST_BYTES = 100_000
BODIES = {
    ("/ner", JSON): '{"text": "Анна"}',
    ("/ner", PLAIN): "Анна",
    ("/ner/batch", JSON): '{"texts": ["Анна"]}',
    ("/ner/batch", LINES): '{"text": "Анна"}\n{"text": "Анна"}\n',
}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with serving(max_body_bytes=MOST_BYTES, max_text_chars=MOST_BYTES) as client:
        yield client


def send(client: Client, path: str, kind: str, body: bytes, encoding: str = "") -> httpx.Response:
    headers = {"content-type": kind} | ({"content-encoding": encoding} if encoding else {})
    return client.post(path, content=body, headers=headers)


def answers(response: httpx.Response) -> list[Any]:
    """The entities of each text, or the code of its error."""
    texts = [orjson.loads(line) for line in response.content.splitlines()]
    if "results" in texts[0]:
        texts = texts[0]["results"]
    return [text["entities"] if "entities" in text else text["error"]["code"] for text in texts]


@pytest.mark.parametrize(("path", "kind"), BODIES)
@pytest.mark.parametrize("encoding", ["", "gzip", "X-GZIP"])
@pytest.mark.parametrize("bom", [b"", BOM_UTF8])
def test_a_body_is_read_with_a_bom_and_packed(
    client: Client, path: str, kind: str, encoding: str, bom: bytes
) -> None:
    body = bom + BODIES[path, kind].encode()
    response = send(client, path, kind, gzip.compress(body) if encoding else body, encoding)
    assert response.status_code == 200
    assert answers(response) == [[ANNA]] * (2 if kind == LINES else 1)


@pytest.mark.parametrize("unit", ["codepoint", "utf16", "utf8"])
def test_offsets_count_from_behind_the_bom(client: Client, unit: str) -> None:
    response = send(client, f"/ner?offsets={unit}", PLAIN, BOM_UTF8 + "Анна".encode())
    assert answers(response) == [[ANNA | {"end": 8 if unit == "utf8" else 4}]]


def test_a_second_bom_is_a_part_of_the_text(client: Client) -> None:
    response = send(client, "/ner", PLAIN, BOM_UTF8 * 2 + "Анна".encode())
    assert answers(response) == [[ANNA | {"start": 1, "end": 5}]]


def test_files_with_a_bom_each_may_be_joined_into_one_stream(client: Client) -> None:
    body = BOM_UTF8 + b'{"text": ""}\n'
    assert answers(send(client, "/ner/batch", LINES, body * 2 + BOM_UTF8)) == [[], []]


def test_packed_files_may_be_joined_into_one_stream(client: Client) -> None:
    packed = gzip.compress('{"text": "Анна"}\n'.encode())
    joined = packed * 3 + b"\0" * 512  # the padding of a tape
    assert answers(send(client, "/ner/batch", LINES, joined, "gzip")) == [[ANNA]] * 3


@pytest.mark.parametrize(
    "kind",
    [
        *("application/ndjson", "application/jsonl", "application/x-jsonl"),
        *("application/jsonlines", "application/x-jsonlines", "application/json-lines"),
        *("Application/JSONL; charset=utf-8", "text/jsonl"),
    ],
)
def test_json_lines_have_many_names(client: Client, kind: str) -> None:
    response = send(client, "/ner/batch", kind, b'{"text": ""}\n{"text": ""}')
    assert response.headers["content-type"] == LINES
    assert answers(response) == [[], []]


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "text/json"])
def test_json_has_several_names(client: Client, kind: str) -> None:
    assert answers(send(client, "/ner", kind, b'{"text": ""}')) == [[]]


@pytest.mark.parametrize(
    ("path", "kind", "mend"),
    [
        ("/ner", "application/x-www-form-urlencoded", "add -H 'content-type: application/json'"),
        ("/ner/batch", "application/x-www-form-urlencoded", "add -H 'content-type: appl"),
        ("/web/export", "application/x-www-form-urlencoded", "add -H 'content-type: appl"),
        ("/ner", "multipart/form-data; boundary=x", "--data-binary @FILE -H 'content-type: appl"),
        ("/ner", "application/jsonl", "JSON lines go to /ner/batch"),
        ("/ner/batch", "text/plain", "a plain text goes to /ner"),
    ],
)
def test_a_clients_default_type_is_answered_with_the_header_to_send(
    client: Client, path: str, kind: str, mend: str
) -> None:
    response = send(client, path, kind, b"{}")
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (415, "unsupported_media_type")
    assert error["message"].startswith("content-type: expected application/json")
    assert mend in error["message"]


DAMAGED = {
    "not gzip": b'{"text": ""}',
    "zlib's own format": zlib.compress(b'{"text": ""}'),
    "cut short": gzip.compress(b'{"text": ""}')[:-1],
    "a false checksum": gzip.compress(b'{"text": ""}')[:-8] + bytes(8),
    "a second member that is none": gzip.compress(b'{"text": ""}') + b"x",
    "nothing": b"",
}


@pytest.mark.parametrize("body", DAMAGED.values(), ids=DAMAGED)
def test_damaged_gzip_is_refused(client: Client, body: bytes) -> None:
    response = send(client, "/ner", JSON, body, "gzip")
    assert (response.status_code, answers(response)) == (422, ["invalid_encoding"])


def test_damage_behind_whole_lines_is_the_last_answer(client: Client) -> None:
    packed = gzip.compress(b'{"text": ""}\n' * 3)
    assert answers(send(client, "/ner/batch", LINES, packed[:-4], "gzip")) == [
        *([[]] * 3),
        "invalid_encoding",
    ]


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip"])
def test_other_encodings_are_refused_with_the_one_to_send(client: Client, encoding: str) -> None:
    response = send(client, "/ner", JSON, b"", encoding)
    assert (response.status_code, answers(response)) == (415, ["unsupported_encoding"])
    assert "expected gzip" in response.json()["error"]["message"]


@pytest.mark.parametrize("size", [MOST_BYTES - 1, MOST_BYTES, MOST_BYTES + 1])
def test_the_limit_is_of_the_unpacked_size(client: Client, size: int) -> None:
    body = b'{"text": "%s"}' % (b" " * (size - 12))
    assert len(body) == size
    response = send(client, "/ner", JSON, gzip.compress(body), "gzip")
    assert response.status_code == (413 if size > MOST_BYTES else 200)
    if size > MOST_BYTES:
        assert answers(response) == ["body_too_large"]
        assert "NER_MAX_BODY_BYTES" in response.json()["error"]["message"]


def test_a_line_of_a_packed_stream_has_the_same_limit(client: Client) -> None:
    lines = b'{"text": "%s"}\n{"text": ""}\n' % (b" " * MOST_BYTES)
    assert answers(send(client, "/ner/batch", LINES, gzip.compress(lines), "gzip")) == [
        "body_too_large",
        [],
    ]


@cache
def bomb(size: int) -> bytes:
    """Blanks without end, packed."""
    packer = zlib.compressobj(9, wbits=31)
    parts = [packer.compress(b" " * 1_000_000) for _ in range(size // 1_000_000)]
    return b"".join([*parts, packer.flush()])


@pytest.mark.parametrize("path", ["/ner", pytest.param("/ner/batch", marks=pytest.mark.slow)])
def test_a_bomb_is_refused_before_it_is_unpacked(path: str) -> None:
    packed = bomb(60_000_000)
    with listening(max_body_bytes=1_000_000) as server:
        headers = {"content-type": LINES if path == "/ner/batch" else JSON}
        tracemalloc.start()
        response = httpx.post(
            url_of(server) + path, content=packed, headers=headers | {"content-encoding": "gzip"}
        )
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert set(answers(response)) == {"body_too_large"}
    assert response.status_code == (200 if path == "/ner/batch" else 413)
    assert peak < 20_000_000


def test_only_a_few_pieces_of_a_bomb_are_unpacked() -> None:
    packed = bomb(20_000_000)
    pieces = Inflater(1_000_000).pieces(packed)
    assert max(map(len, islice(pieces, 15))) == PIECE_BYTES
    with pytest.raises(Refused, match="times its size") as refused:
        for _ in pieces:
            pass
    assert refused.value.code == Code.BODY_TOO_LARGE
    assert MOST_RATIO * len(packed) < 20_000_000


def test_members_without_bytes_are_no_body_without_end(client: Client) -> None:
    response = send(client, "/ner", JSON, gzip.compress(b"") * (MOST_BYTES // 20 + 1), "gzip")
    assert answers(response) == ["body_too_large"]


@given(st.lists(st.binary(max_size=300)), st.data())
def test_pieces_are_what_gzip_unpacks_wherever_the_body_is_cut(
    members: list[bytes], data: st.DataObject
) -> None:
    packed = b"".join(map(gzip.compress, members)) or gzip.compress(b"")
    cuts = data.draw(st.lists(st.integers(0, len(packed))))
    bounds = sorted({0, len(packed), *cuts})
    inflater = Inflater(1_000_000)
    parts = (packed[start:end] for start, end in pairwise(bounds))
    pieces = [piece for part in parts for piece in inflater.pieces(part)]
    inflater.end()
    assert b"".join(pieces) == gzip.decompress(packed)


def unpack(packed: bytes) -> bytes | Code:
    inflater = Inflater(1_000_000)
    try:
        unpacked = b"".join(inflater.pieces(packed))
        inflater.end()
    except Refused as refused:
        return refused.code
    return unpacked


@given(st.binary(max_size=100), st.data())
def test_a_packed_body_with_a_wrong_byte_is_refused_or_unpacked_as_it_was(
    body: bytes, data: st.DataObject
) -> None:
    packed = bytearray(gzip.compress(body))
    packed[data.draw(st.integers(0, len(packed) - 1))] ^= data.draw(st.integers(1, 255))
    assert unpack(bytes(packed)) in (body, Code.INVALID_ENCODING)
