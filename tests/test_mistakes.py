"""Mistakes of a new user, on the command line and over HTTP: one line each, which says the mend."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_commands import Run, run  # noqa: F401  (a fixture)
from tests.serving import Client, load_capitals, serving

COMMANDS = [
    ("tga text.txt", "Did you mean 'tag'"),
    ("tag --outptu x.jsonl", "--output"),
    ("tag -f doc text.txt", "'doc' is not one of jsonl, conll"),
    ("mask text.txt --key k --style x", "'--style': 'x' is not one of 'label', 'surrogate'; see"),
    ("tag text.txt -i x", "'-i': 'x' is not one of 'auto', 'text', 'lines'"),
    ("convert text.jsonl x.conll --overlap x", "'--overlap': 'x' is not one of 'error'"),
    ("tag nowhere.txt", "nowhere.txt: No such file"),
    ("tag text.txt -o x.docx", "--output x.docx: .docx is no known ending: take one of"),
    ("tag text.txt -t natasah", "unknown tagger 'natasah': known are natasha, spacy, bilstm"),
    ("tag text.txt -t bilstm:nowhere", "'nowhere': no such folder, nor a shipped model (shipped:"),
    ("tag text.txt -t bilstm:ru-news-large@factru", "not shipped any more, for 'ru-news' is"),
    ("tag text.txt -t natasha -l GPE", "--label GPE: natasha knows PER, LOC, ORG"),
    ("tag text.txt -t natasha -o text.txt", "would be lost: name another file"),
    ("train", "Missing argument 'config'; see "),
    ("evaluate nothing", "corpus 'nothing': no such file"),
    ("evaluate text.txt --map GPE", "label mapping 'GPE': expected FROM=TO, such as GPE=LOC"),
    ("convert text.jsonl x.conll --relabel PER", "give PATTERN=LABEL, or PATTERN= to drop"),
    ("benchmark qualty", "'qualty' is no part: choose from selfcheck, quality"),
    ("serve --port 99999", "NER_PORT: expected a number from 0 to 65535"),
    ("serve --port many", "Invalid value for '--port'"),
    ("serve --taggers bilstm:nowhere", "NER_TAGGERS: model 'nowhere': no such folder"),
    ("serve --taggers big=bilstm:ru-news-large", "not shipped any more, for 'ru-news' is"),
    ("serve --taggers natasha,natasha", "NER_TAGGERS: names 'natasha' twice"),
    ("key a,b", "a name has neither a comma nor white space around"),
    ("corpora info nothing", "not in the catalogue"),
    (
        "tag text.txt --output out/ --workers 99999",
        "'--workers': Input should be less than or equal",
    ),
    ("tune text.toml --workers 99999", "'--workers': Input should be less than or equal"),
    (
        "tag -t rules:text.txt",
        "'text.txt' is no file of rules: name one that ends in .toml or .jsonl",
    ),
    ("tag -t rules:natasha+bilstm", "rules: 'natasha' is no file of rules"),
    ("warm bert", "unknown tagger 'bert': known are natasha"),
]


@pytest.mark.parametrize(("command", "mend"), COMMANDS, ids=[command for command, _ in COMMANDS])
def test_a_wrong_command_is_one_line_that_says_the_mend(
    run: Run,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    mend: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.txt").write_text("Анна спит.")
    (tmp_path / "text.jsonl").write_text('{"text": "Анна спит.", "entities": []}\n')
    done = run(*command.split())
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("ner-service: error: ")
    assert done.err.count("\n") == 1
    assert mend in done.err
    assert {path.name for path in tmp_path.iterdir()} == {"text.txt", "text.jsonl"}


@pytest.mark.parametrize(
    "command", ["tag {}", "mask {} --key k", "tag text.txt -o {}", "convert {} x"]
)
def test_an_empty_argument_is_not_this_folder(
    run: Run,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.txt").write_text("Анна спит.")
    done = run(*("" if part == "{}" else part for part in command.split()))
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "is empty: give it, or leave it out" in done.err


@pytest.mark.parametrize(
    ("option", "mend"),
    [
        ("train.epochs=many", "--set train.epochs=many: train.epochs: Input should be"),
        ("train.epoch=3", "--set train.epoch=3: train.epoch: no such key; did you mean epochs?"),
        ("train.epochs", "--set 'train.epochs': expected key=value"),
    ],
)
def test_a_wrong_option_of_training_blames_the_option_and_not_the_file(
    run: Run,  # noqa: F811
    tmp_path: Path,
    option: str,
    mend: str,
) -> None:
    pytest.importorskip("torch")
    file = tmp_path / "mine.toml"
    file.write_text(
        'name="a"\noutput="b"\n[data]\ntrain=[{path="a.jsonl"}]\ndev=[{path="b.jsonl"}]'
    )
    done = run("train", str(file), "--set", option)
    assert done.code == 2
    assert mend in done.err
    assert done.err.count("\n") == 1
    assert str(file) not in done.err


@pytest.fixture(scope="module")
def service() -> Iterator[Client]:
    with serving(load_capitals, taggers="natasha,bilstm", max_text_chars=100) as client:
        yield client


JSON = {"content-type": "application/json"}
REQUESTS = [
    ("GET", "/healthz", b"", {}, 404, "no such path; did you mean /health/"),
    ("GET", "/tagger", b"", {}, 404, "no such path; did you mean /taggers?"),
    ("GET", "/xyzzy", b"", {}, 404, "no such path; there are /, /docs, /ner, /ner/batch"),
    ("GET", "/ner", b"", {}, 405, "this path takes POST, and no other method"),
    ("POST", "/taggers", b"{}", JSON, 405, "this path takes "),
    ("POST", "/ner", b"text=x", {}, 415, "application/json"),
    ("POST", "/ner", b"{", JSON, 422, "the body is not valid JSON"),
    ("POST", "/ner", b"{}", JSON, 422, "text: Field required"),
    (
        "POST", "/ner", b'{"text": "a", "tagger": "bilstm@ne5"}', JSON,
        404, "bilstm; the convention goes into the field `convention`",
    ),
    ("POST", "/ner", b'{"text": 5}', JSON, 422, "text: Input should be a valid string"),
    ("POST", "/ner", b'{"txet": "a"}', JSON, 422, "txet: no such field; did you mean text?"),
    (
        "POST", "/ner", b'{"texts": ["a"]}', JSON,
        422, "texts: no such field here: /ner/batch takes several texts",
    ),
    (
        "POST", "/ner", b'{"text": "a", "model": "b"}', JSON,
        422, "model: no such field; did you mean tagger?",
    ),
    (
        "POST", "/ner", b'{"text": "a", "qqqqq": 1}', JSON,
        422, "qqqqq: no such field; there are tagger, labels, offsets, convention, normal, text",
    ),
    (
        "POST", "/ner/batch", b'{"text": ["a"]}', JSON,
        422, "text: no such field; did you mean texts?",
    ),
    ("POST", "/mask", b'{"text": "a", "styl": "label"}', JSON, 422, "did you mean style?"),
    (
        "POST", "/mask", b'{"text": "a", "normal": true}', JSON,
        422, "normal: no such field; there are tagger, labels, offsets, convention, text,",
    ),
    (
        "POST", "/explain", b'{"text": "a", "forbidden": [{"tag": "O", "tokn": 1}]}', JSON,
        422, "forbidden.0.tokn: no such field; did you mean token?",
    ),
    (
        "POST", "/unmask", b'{"text": "a", "key": {"version": 1, "stile": "label"}}', JSON,
        422, "key.stile: no such field; did you mean style?",
    ),
    (
        "POST", "/ner", b'{"text": "a", "tagger": "bert"}', JSON,
        404, "unknown tagger; known are natasha, bilstm",
    ),
    ("POST", "/ner", b'{"text": "a", "labels": ["GPE"]}', JSON, 422, "labels: natasha knows PER"),
    (
        "POST", "/mask", b'{"text": "a", "labels": ["EMAIL", "GPE"]}', JSON,
        422, "labels: natasha knows PER, LOC, ORG; identifiers are EMAIL, PHONE",
    ),
    ("POST", "/NER", b'{"text": "a"}', JSON, 404, "no such path; did you mean /ner?"),
    (
        "POST", "/ner", b'{"text": "a", "offsets": "bytes"}', JSON,
        422, "offsets: Input should be 'codepoint', 'utf16' or 'utf8'",
    ),
    (
        "POST", "/ner", b'{"text": "' + b"a" * 101 + b'"}', JSON,
        413, "text: longer than 100 characters (NER_MAX_TEXT_CHARS)",
    ),
    ("POST", "/ner?model=x", "Анна".encode(), {"content-type": "text/plain"}, 422, "did you mean tagger?"),
    ("POST", "/ner?tagger=x", b'{"text": "a"}', JSON, 422, "options of a JSON body belong in it"),
    ("POST", "/ner", b"\xff", {"content-type": "text/plain"}, 422, "not UTF-8 at byte 0"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "mend"),
    REQUESTS,
    ids=[f"{method} {path} {body[:20]!r}" for method, path, body, *_ in REQUESTS],
)
def test_a_wrong_request_is_one_line_that_says_the_mend(
    service: Client,
    method: str,
    path: str,
    body: bytes,
    headers: dict[str, str],
    status: int,
    mend: str,
) -> None:
    answer = service.request(method, path, content=body, headers=headers)
    assert answer.status_code == status
    message = answer.json()["error"]["message"]
    assert mend in message
    assert "\n" not in message
