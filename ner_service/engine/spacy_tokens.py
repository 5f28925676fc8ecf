"""Tokens as spaCy's tokenizer cuts them, computed once for each run without white space.

What the rules do with a run depends on that run alone, unless a special case matches tokens of two
runs (`в т. ч.`). No lexeme is made of any word, so new words take no memory of spaCy's.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, chain
from typing import Any

import numpy as np

from ner_service.engine.jit import compiled_with_gil
from ner_service.engine.spacy_rules import Affixes, SpecialCases, word_of
from ner_service.engine.tokens import Tokens
from ner_service.engine.words import Ints

RUNS = 20_000  # runs whose tokens are kept
SPACED = "\udc01"  # behind a key: a space follows that is no token
BLANKS = np.array([chr(code).isspace() for code in range(0x3001)])  # no white space lies beyond


# starts, ends and keys of a run's tokens, counted from its start; plain tuples, which Python's
# collector need not look into
Cut = tuple[tuple[int, ...], tuple[int, ...], tuple[str, ...]]
# a run's tokens after and before special cases, and its first and its last token where a special
# case might join them with those of another run, else nothing
Run = tuple[Cut, Cut, str, str]


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
            tokens = self._cases.apply(_concatenate([run[1] for run in runs], starts), text)
        else:
            tokens = _concatenate([run[0] for run in runs], starts)
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
        if self._affixes.is_plain(run):
            words, cut = [run], _cut([run], [run])
            return cut, cut, *self._edges(words)
        keys = self._affixes.split(run)
        words = [*map(word_of, keys)]
        raw = _cut(keys, words)
        starts, ends, _ = raw
        tokens = self._cases.apply(Tokens([*starts], [*ends], keys), run)
        return ((*tokens.starts,), (*tokens.ends,), (*tokens.words,)), raw, *self._edges(words)

    def _edges(self, words: Sequence[str]) -> tuple[str, str]:
        """Return the first and the last token of a run, or nothing where no special case joins."""
        first = words[0] if words[0] in self._cases.rights else ""
        return first, words[-1] if words[-1] in self._cases.lefts else ""


def _cut(keys: Sequence[str], words: Sequence[str]) -> Cut:
    """Return the tokens of words that stand side by side."""
    ends = (*accumulate(map(len, words)),)
    return (0, *ends[:-1]), ends, (*keys,)


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


def _concatenate(parts: Sequence[Cut], shifts: Ints) -> Tokens:
    """Return the tokens of all parts, each further on by its shift."""
    starts, ends, keys = zip(*parts, strict=True) if parts else ((), (), ())
    words = [*chain.from_iterable(keys)]
    firsts = np.array([*chain.from_iterable(starts)], dtype=np.int64)
    lasts = np.array([*chain.from_iterable(ends)], dtype=np.int64)
    if len(words) > len(parts):
        shifts = shifts.repeat([*map(len, keys)])
    return Tokens((firsts + shifts).tolist(), (lasts + shifts).tolist(), words)


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
