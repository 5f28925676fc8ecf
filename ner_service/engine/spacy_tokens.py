"""Tokens as spaCy's tokenizer cuts them, computed once for each run without white space.

What the rules do with a run depends on that run alone, unless a special case matches tokens of two
runs (`в т. ч.`). No lexeme is made of any word, so new words take no memory of spaCy's.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, chain
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from ner_service.engine.jit import compiled_with_gil
from ner_service.engine.spacy_rules import Affixes, SpecialCases, word_of
from ner_service.engine.tokens import Ints, Tokens

RUNS = 20_000  # runs whose tokens are kept
SPACED = "\udc01"  # behind a key: a space follows that is no token
BLANKS = np.array([chr(code).isspace() for code in range(0x3001)])  # no white space lies beyond


class Run(NamedTuple):
    """A run has tokens before (`raw`) and after special cases, with bounds from its start on.

    `first` and `last` are its outer tokens where a special case might join them with those of
    another run; else they are empty.
    """

    tokens: Tokens
    raw: Tokens
    first: str
    last: str


class SpacyTokens:
    """Cuts texts as spaCy's tokenizer does; `spaced` adds the space behind a token to its key."""

    def __init__(self, tokenizer: Any, spaced: bool) -> None:
        self._affixes, self._cases = Affixes(tokenizer), SpecialCases(tokenizer)
        self._spaced = spaced
        self._run = lru_cache(RUNS)(self._cut_run)

    def cut(self, text: str) -> Tokens:
        """Return the tokens of a text, with keys instead of words; it holds no lone surrogate."""
        codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
        starts, ends, spaced = cut_runs(codes, BLANKS)
        bounds = zip(starts.tolist(), ends.tolist(), strict=True)
        runs = [*map(self._run, [text[start:end] for start, end in bounds])]
        if self._may_join(runs):
            tokens = self._cases.apply(_concatenate(map(attrgetter("raw"), runs), starts), text)
        else:
            tokens = _concatenate(map(attrgetter("tokens"), runs), starts)
        return add_spaces(tokens, ends[spaced].tolist()) if self._spaced else tokens

    def of_words(self, words: Sequence[str], spaces: Sequence[bool]) -> Tokens:
        """Return the tokens of a text that is cut already, into words and single spaces."""
        ends = [*accumulate(len(word) + space for word, space in zip(words, spaces, strict=True))]
        lasts = [end - space for end, space in zip(ends, spaces, strict=True)]
        tokens = Tokens([0, *ends[:-1]], lasts, [*words])
        behind = [end for end, space in zip(lasts, spaces, strict=True) if space]
        return add_spaces(tokens, behind) if self._spaced else tokens

    def _may_join(self, runs: Sequence[Run]) -> bool:
        """Say whether a special case might match tokens of two runs that are neighbours."""
        before = ""
        for _, _, first, last in runs:
            if first and before and (before, first) in self._cases.pairs:
                return True
            before = last
        return False

    def _cut_run(self, run: str) -> Run:
        """Return the tokens of a run without white space, or of white space alone."""
        keys = self._affixes.split(run)
        words = [*map(word_of, keys)]
        ends = [*accumulate(map(len, words))]
        raw = Tokens([0, *ends[:-1]], ends, keys)
        first = words[0] if words[0] in self._cases.rights else ""
        last = words[-1] if words[-1] in self._cases.lefts else ""
        return Run(self._cases.apply(raw, run), raw, first, last)


def add_spaces(tokens: Tokens, places: Sequence[int]) -> Tokens:
    """Return tokens whose keys say that a space follows where they end at one of the places.

    A space that a special case has made part of the next token does not follow.
    """
    spaced = {*places} - {*tokens.starts}
    keys = [
        f"{key}{SPACED}" if end in spaced else key
        for key, end in zip(tokens.words, tokens.ends, strict=True)
    ]
    return tokens._replace(words=keys)


def _concatenate(parts: Iterable[Tokens], shifts: Ints) -> Tokens:
    """Return the tokens of all parts, each further on by its shift."""
    starts, ends, keys, _ = zip(*parts, strict=True) if len(shifts) else ((), (), (), ())
    counts = np.fromiter(map(len, keys), np.int64, len(keys))
    by = shifts.repeat(counts)
    firsts, lasts = (
        (np.fromiter(chain.from_iterable(places), np.int64, len(by)) + by).tolist()
        for places in (starts, ends)
    )
    return Tokens(firsts, lasts, [*chain.from_iterable(keys)])


@compiled_with_gil
def cut_runs(codes, blanks):  # type: ignore[no-untyped-def]
    """Return the starts and ends of runs, and whether a space follows that is no token.

    Runs are of white space or of anything else; a run of white space has no first space where
    anything stands before it.
    """
    starts = np.empty(len(codes), dtype=np.int64)
    ends = np.empty(len(codes), dtype=np.int64)
    spaced = np.zeros(len(codes), dtype=np.bool_)
    count = start = 0
    was_blank = False
    for at in range(len(codes)):
        code = codes[at]
        is_blank = code < len(blanks) and blanks[code]
        if at == 0:
            was_blank = is_blank
        if is_blank != was_blank:
            if start < at:
                starts[count], ends[count] = start, at
                count += 1
            start = at
            if code == 32:
                spaced[count - 1] = True
                start = at + 1
            was_blank = is_blank
    if start < len(codes):
        starts[count], ends[count] = start, len(codes)
        count += 1
    return starts[:count], ends[:count], spaced[:count]
