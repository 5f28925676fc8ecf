import itertools

import pytest

from ner_service.output.bar import Bar, count_documents


def clock(step: float) -> "itertools.count[float]":
    return itertools.count(0.0, step)


def test_a_log_gets_a_line_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    with Bar("out.jsonl", total=40, done=10, clock=clock(40).__next__) as bar:
        for _ in range(4):
            bar.advance(5)
    assert capsys.readouterr().err == (
        "out.jsonl: 20 of 40 documents, 0.1/s, 2 min 40 s left at most\n"
        "out.jsonl: 30 of 40 documents, 0.1/s, 1 min 20 s left at most\n"
    )


def test_a_line_has_the_title_and_note_of_its_step(capsys: pytest.CaptureFixture[str]) -> None:
    with Bar(unit="token", clock=clock(100).__next__) as bar:
        bar.advance(5_000, "epoch \x1b1", "loss 0.5")
    assert capsys.readouterr().err == "epoch \\x1b1: 5,000 tokens, 50/s, loss 0.5\n"


def test_a_quiet_bar_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Bar("out", quiet=True, clock=clock(100).__next__) as bar:
        bar.advance()
    assert capsys.readouterr().err == ""


def test_a_terminal_shows_a_bar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert [*count_documents("abc", "out\n.jsonl")] == ["a", "b", "c"]
    assert "out\\x0a.jsonl: 3 documents" in capsys.readouterr().err
