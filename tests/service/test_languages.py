"""A text that is mostly not in the tagger's language gets a warning, by every route."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ner_service.cli import app
from tests.serving import serving

ENGLISH = "Barack Obama was born in Hawaii, and was President of the United States."
RUSSIAN = "Анна Каренина живёт в Москве с мужем и сыном, и ездит в Петербург."


def test_every_route_warns_of_the_texts_that_need_it_and_of_no_others() -> None:
    lines = "\n".join(
        json.dumps(line)
        for line in ({"text": ENGLISH}, {"text": RUSSIAN}, {"text": RUSSIAN, "warning": [1]})
    )
    with serving() as client:
        one = client.post("/ner", json={"text": ENGLISH}).json()
        other = client.post("/ner", json={"text": RUSSIAN}).json()
        batches = [
            client.post("/ner/batch", json={"texts": [ENGLISH, RUSSIAN], "normal": normal}).json()
            for normal in (False, True)
        ]
        headers = {"content-type": "application/x-ndjson"}
        stream = client.post("/ner/batch", content=lines.encode(), headers=headers).text
    assert "is not written in Cyrillic letters, and the tagger is for Russian" in one["warning"]
    assert "warning" not in other
    for batch in batches:
        assert [r.get("warning") for r in batch["results"]] == [one["warning"], None]
    answers = [json.loads(line) for line in stream.splitlines()]
    assert [answer.get("warning") for answer in answers] == [one["warning"], None, [1]]


@pytest.mark.parametrize(("text", "noted"), [(ENGLISH, True), (RUSSIAN, False)])
def test_the_command_tag_notes_such_texts_on_stderr(tmp_path: Path, text: str, noted: bool) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["tag", "-t", "natasha", str(tmp_path / "a.txt")])
    assert done.exit_code == 0
    assert ("the text looks like" in done.stderr) == noted
    assert "warning" not in json.loads(done.stdout)
