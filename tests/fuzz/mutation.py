"""Inputs of a committed corpus are changed as a fuzzer changes them, the same way every time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

CORPUS = Path(__file__).parent / "corpus"
SPECIAL = [
    b"\0", b"\r\n", b"\n", b"\r\n\r\n", b" ", b"\t", b"\"", b"\\", b"{", b"}", b"[", b"]", b",", b":",
    b"-1", b"0", b"1e999", b"4294967296", b"9223372036854775808", b"NaN", b"null", b"true",
    b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"\\ud800", b"\x1b[2J",
    b"chunked", b"content-length: 5\r\n", b"transfer-encoding: chunked\r\n", b"host: y\r\n",
    b"0\r\n\r\n", b"ffffffffffffffff\r\n", b"B-", b"I-PER", b"_", b"#", b"../", b"%00", b"A" * 300,
]  # fmt: skip
Mutation = Callable[[bytes], bytes]


def seeds(folder: str) -> list[Path]:
    """The inputs of a folder of the corpus."""
    return sorted((CORPUS / folder).iterdir())


def mutations() -> st.SearchStrategy[Mutation]:
    """Changes of bytes at one place, which scales with the length of what is changed."""
    place = st.floats(0, 1, exclude_max=True)
    length = st.integers(1, 40)
    part = st.one_of(st.sampled_from(SPECIAL), st.binary(min_size=1, max_size=8))
    return st.one_of(
        st.builds(insert, place, part),
        st.builds(replace, place, length, part),
        st.builds(delete, place, length),
        st.builds(repeat, place, length, st.integers(2, 60)),
        st.builds(flip, place, st.integers(0, 7)),
        st.builds(cut, place),
        st.builds(move, place, length, place),
    )


def insert(at: float, part: bytes) -> Mutation:
    return lambda data: data[: int(at * len(data))] + part + data[int(at * len(data)) :]


def replace(at: float, length: int, part: bytes) -> Mutation:
    return lambda d: d[: int(at * len(d))] + part + d[int(at * len(d)) + length :]


def delete(at: float, length: int) -> Mutation:
    return replace(at, length, b"")


def repeat(at: float, length: int, times: int) -> Mutation:
    def change(d: bytes) -> bytes:
        start = int(at * len(d))
        return d[:start] + d[start : start + length] * times + d[start + length :]

    return change


def flip(at: float, bit: int) -> Mutation:
    def change(d: bytes) -> bytes:
        place = int(at * len(d))
        return d[:place] + bytes([d[place] ^ 1 << bit]) + d[place + 1 :] if d else d

    return change


def cut(at: float) -> Mutation:
    return lambda d: d[: int(at * len(d))]


def move(at: float, length: int, to: float) -> Mutation:
    def change(d: bytes) -> bytes:
        start = int(at * len(d))
        return insert(to, d[start : start + length])(d[:start] + d[start + length :])

    return change


def mutants(inputs: list[bytes]) -> st.SearchStrategy[bytes]:
    """Inputs with one to six changes."""

    def change(seed: bytes, changes: list[Mutation]) -> bytes:
        for mutate in changes:
            seed = mutate(seed)
        return seed

    return st.builds(change, st.sampled_from(inputs), st.lists(mutations(), min_size=1, max_size=6))


def fuzz(inputs: list[bytes], examples: int, *more: st.SearchStrategy[Any]) -> Callable[..., Any]:
    """A test that gets so many mutants, and with each a value of every other strategy."""

    def wrap(test: Callable[..., None]) -> Callable[[], None]:
        tested = given(mutants(inputs), *more)(test)
        return settings(
            max_examples=examples,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        )(tested)

    return wrap
