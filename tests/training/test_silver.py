"""Silver labels: the vote, what is too unwithout_doubt, and a job that was stopped."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service import corpora
from ner_service.cli.app import app, run_command
from ner_service.errors import ConfigError
from ner_service.taggers import registry
from ner_service.taggers.backend import Backend
from ner_service.training.silver import load_voter, vote, without_doubt
from ner_service.types import Document, Entity, TaggerInfo

ANNA = Entity(0, 4, "PER")
TEXT = "Анна живёт в Перми. Пётр уехал. Мария пришла. Все довольны."


class Capitals:
    """Tags capitalised words of more than `least` letters with one label."""

    def __init__(self, source: str) -> None:
        label, _, least = source.partition("/")
        self.label, self.least = label or "PER", int(least or 0)
        self.info = TaggerInfo("capitals", "1", ("ru",), (self.label,), "none", source)
        self.calls = 0

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        self.calls += 1
        return [list(self._words(text)) for text in texts]

    def _words(self, text: str) -> Iterator[Entity]:
        at = 0
        for word in text.replace(".", " ").split(" "):
            if word[:1].isupper() and len(word) > self.least:
                yield Entity(at, at + len(word), self.label)
            at += len(word) + 1


@pytest.fixture(autouse=True)
def capitals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.BACKENDS, "capitals", Backend("capitals", Capitals))


def test_a_span_needs_more_than_half_of_the_weight() -> None:
    ballots = [[ANNA], [ANNA], []]
    assert vote(ballots, [1, 1, 1]).kept == (Entity(0, 4, "PER", 2 / 3),)
    assert vote(ballots, [1, 1, 2]).kept == ()
    assert vote(ballots, [1, 1, 2]).rejected == (Entity(0, 4, "PER", 0.5),)


def test_a_score_is_the_mean_over_all_taggers() -> None:
    ballots = [[Entity(0, 4, "PER", 0.9)], [ANNA], [Entity(0, 5, "PER", 0.8)]]
    (kept,) = vote(ballots, [2, 1, 1]).kept
    assert kept.score == pytest.approx((2 * 0.9 + 1) / 4)


def entity_lists() -> st.SearchStrategy[list[Entity]]:
    cuts = st.lists(st.integers(0, 12), unique=True, max_size=8).map(sorted)
    labels = st.sampled_from(["PER", "LOC"])
    return st.builds(
        lambda cuts, label: [
            Entity(a, b, label, 0.7) for a, b in zip(cuts[::2], cuts[1::2], strict=False)
        ],
        cuts,
        labels,
    )


@given(st.lists(st.tuples(entity_lists(), st.floats(0.1, 3)), min_size=1, max_size=5))
def test_what_is_kept_never_overlaps_and_one_voter_is_obeyed(
    votes: list[tuple[list[Entity], float]],
) -> None:
    ballots, weights = zip(*votes, strict=True)
    kept = vote(ballots, weights).kept
    for before, after in pairwise(kept):
        assert before.end <= after.start
    alone = vote(ballots[:1], weights[:1])
    assert [e.span for e in alone.kept] == [e.span for e in ballots[0]]
    assert not alone.rejected


def test_sentences_with_a_doubtful_span_are_left_out() -> None:
    place = TEXT.index("Пётр")
    verdict = vote([[Entity(0, 4, "PER", 0.9), Entity(place, place + 4, "PER", 0.4)]], [1])
    found = list(without_doubt(Document("a", TEXT), verdict, 0.5))
    assert [(d.id, d.text) for d in found] == [
        ("a#0", "Анна живёт в Перми."),
        ("a#1", "Мария пришла. Все довольны."),
    ]
    assert found[0].entities == (Entity(0, 4, "PER", 0.9),)
    assert list(without_doubt(Document("a", TEXT), verdict, 0.3)) == [
        Document("a", TEXT, verdict.kept)
    ]


def test_a_span_narrowly_voted_down_is_doubtful_too() -> None:
    verdict = vote([[ANNA], [], []], [1, 1, 1])
    assert not list(without_doubt(Document("a", "Анна."), verdict, 0.7))
    assert list(without_doubt(Document("a", "Анна."), verdict, 0.6)) == [Document("a", "Анна.")]


def test_a_weight_follows_a_star() -> None:
    assert load_voter("capitals:LOC*2.5").weight == 2.5
    assert load_voter("capitals").weight == 1
    for wrong in ("capitals*0", "capitals*x", "capitals*inf", "capitals*nan"):
        with pytest.raises(ConfigError, match="expected a positive weight after"):
            load_voter(wrong)


def texts(folder: Path, count: int = 200) -> Path:
    path = folder / "texts.jsonl"
    corpora.write(path, [Document(str(n), f"Анна и Пётр {n}. {TEXT}") for n in range(count)])
    return path


def silver(*arguments: object) -> int:
    return run_command(lambda: app(["silver", *map(str, arguments)]))


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
def test_a_stopped_job_goes_on_and_ends_as_an_unstopped_one(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, output = texts(tmp_path), tmp_path / f"out{suffix}"
    command = (source, "-o", output, "-t", "capitals", "-t", "capitals:PER/4")
    original = Capitals.tag

    def stopping(self: Capitals, some: Sequence[str]) -> list[list[Entity]]:
        if self.calls == 2:
            raise KeyboardInterrupt
        return original(self, some)

    with monkeypatch.context() as patch:
        patch.setattr(Capitals, "tag", stopping)
        assert silver(*command) == 130
    assert "stopped after 128 of 200 documents" in capsys.readouterr().err
    assert not output.exists()
    with (tmp_path / f"out{suffix}.part").open("ab") as part:
        part.write(b"half a slice")
    assert silver(*command) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [output.name, source.name]
    parted = output.read_bytes()
    assert silver(*command) == 0
    assert output.read_bytes() == parted
    found = list(corpora.read(output))
    assert [d.id for d in found] == [str(n) for n in range(200)]
    assert {d.text[e.start : e.end] for d in found for e in d.entities} == {"Перми", "Мария"}


def test_another_job_does_not_take_up_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, output = texts(tmp_path), tmp_path / "out.jsonl"
    with monkeypatch.context() as patch:
        tag = Capitals.tag
        patch.setattr(Capitals, "tag", lambda s, t: interrupt() if s.calls else tag(s, t))
        assert silver(source, "-o", output, "-t", "capitals") == 130
    for other in (["-t", "capitals:LOC"], ["-t", "capitals*2"], ["-t", "capitals", source]):
        assert silver(source, "-o", output, *other) == 2
    assert "of a job with other taggers, texts or options" in capsys.readouterr().err
    (tmp_path / "out.jsonl.part.json").write_text("{")
    assert silver(source, "-o", output, "-t", "capitals") == 2


def test_labels_that_are_there_are_replaced_with_notice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, output = texts(tmp_path), tmp_path / "out.jsonl"
    assert silver(source, "-o", output, "-t", "capitals") == 0
    assert "replaced" not in capsys.readouterr().err
    assert silver(source, "-o", output, "-t", "capitals:LOC") == 0
    assert "out.jsonl: is there, and is replaced at the end" in capsys.readouterr().err


def interrupt(*_: object, **__: object) -> list[list[Entity]]:
    raise KeyboardInterrupt


def test_plain_text_and_wrong_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    assert silver(tmp_path / "a.txt", "-o", tmp_path / "out.txt", "-t", "capitals") == 2
    assert "expected a name that ends in .jsonl" in capsys.readouterr().err
    assert silver(tmp_path / "no.txt", "-o", tmp_path / "out.jsonl", "-t", "capitals") == 2
    assert "no such file" in capsys.readouterr().err
    assert silver(tmp_path / "a.txt", "-o", "/dev/null/out.jsonl", "-t", "capitals") == 2
    assert "/dev/null/out.jsonl: " in capsys.readouterr().err
    assert silver(tmp_path / "a.txt", "-o", tmp_path / "out.jsonl", "-t", "capitals") == 0
    (found,) = corpora.read(tmp_path / "out.jsonl")
    assert [TEXT[e.start : e.end] for e in found.entities] == [
        "Анна",
        "Перми",
        "Пётр",
        "Мария",
        "Все",
    ]


@pytest.mark.parametrize("more", [[], ["--select", "3"]])
def test_files_without_a_text_are_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    (tmp_path / "empty.jsonl").write_text("")
    assert silver(tmp_path / "empty.jsonl", "-o", tmp_path / "out.jsonl", *more) == 2
    assert f"{tmp_path / 'empty.jsonl'}: holds no texts" in capsys.readouterr().err
    assert not (tmp_path / "out.jsonl").exists()
