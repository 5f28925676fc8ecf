"""The rules of a spaCy tokenizer: affixes, infixes and special cases, of the pipeline at hand.

They are the tokenizer's own regular expressions and exceptions, applied in its order to strings.
"""

import re
from collections.abc import Callable, Iterator
from itertools import chain, pairwise
from operator import itemgetter
from typing import Any

from ner_service.engine.patterns import LETTER, can_match_letters
from ner_service.engine.tokens import Tokens

WORD = re.compile(f"{LETTER}+", re.IGNORECASE).fullmatch
NORM = "\udc00"  # in a key: a norm of the token's own follows; no text has lone surrogates


def word_of(key: str) -> str:
    """Return the word of a key, which has perhaps a norm behind it."""
    return key.partition(NORM)[0]


class Affixes:
    """Splits prefixes, suffixes and infixes off a run, down to what stands among special cases."""

    def __init__(self, tokenizer: Any) -> None:
        self._special = special_cases(tokenizer)
        self._find_prefix = tokenizer.find_prefix
        self._find_suffix = tokenizer.find_suffix
        self._find_infix = tokenizer.find_infix
        self._token_match: Callable[[str], Any] = tokenizer.token_match or (lambda run: None)
        self._url_match: Callable[[str], Any] = tokenizer.url_match or (lambda run: None)
        self.keeps_words = not any(map(_may_split_words, regular_expressions(tokenizer).values()))

    def split(self, run: str) -> list[str]:
        """Return the keys of a run's tokens before special cases are matched to tokens."""
        prefixes, suffixes = list[str](), list[str]()
        rest, length = run, 0
        while rest and len(rest) != length:
            if rest in self._special or self._is_word(rest) or self._token_match(rest):
                break
            length = len(rest)
            prefix = self._find_prefix(rest)
            if prefix and rest[prefix:] in self._special:
                prefixes.append(rest[:prefix])
                rest = rest[prefix:]
                break
            suffix = self._find_suffix(rest[prefix:])
            if suffix and rest[:-suffix] in self._special:
                suffixes.append(rest[-suffix:])
                rest = rest[:-suffix]
                break
            if prefix and prefix + suffix > length:  # the two overlap
                suffix = 0
            if prefix:
                prefixes.append(rest[:prefix])
            if suffix:
                suffixes.append(rest[-suffix:])
            rest = rest[prefix : length - suffix]
        return [*prefixes, *self._inner(rest), *reversed(suffixes)]

    def is_plain(self, run: str) -> bool:
        """Say whether a run is one token by itself, since no rule of any kind matches in it."""
        return run not in self._special and self._is_word(run)

    def _is_word(self, rest: str) -> bool:
        """Say whether no rule can match in what is left of a run, since it is letters alone."""
        return self.keeps_words and WORD(rest) is not None

    def _inner(self, rest: str) -> Iterator[str]:
        """Yield the keys of what is left of a run without its affixes."""
        if rest in self._special:
            yield from self._special[rest]
            return
        start = 0
        is_whole = self._is_word(rest) or self._token_match(rest) or self._url_match(rest)
        for match in () if is_whole else self._find_infix(rest) or ():
            first, end = match.span()
            if first:
                yield from filter(None, (rest[start:first], rest[first:end]))
                start = end
        if rest[start:]:
            yield rest[start:]


class SpecialCases:
    """Replaces tokens that a special case matches, be it in one run or in several.

    spaCy looks for those special cases alone that the rules of affixes would split.
    """

    def __init__(self, tokenizer: Any) -> None:
        from spacy.tokenizer import Tokenizer

        self._special = special_cases(tokenizer)
        bare = Tokenizer(tokenizer.vocab, **regular_expressions(tokenizer))
        finds = tokenizer.find_prefix, tokenizer.find_suffix, tokenizer.find_infix
        sequences = [
            tuple(token.text for token in bare(case))
            for case in self._special
            if " " in case or not tokenizer.faster_heuristics or any(find(case) for find in finds)
        ]
        self._sequences = dict[str, set[tuple[str, ...]]]()  # by their first tokens
        for sequence in filter(None, sequences):
            self._sequences.setdefault(sequence[0], set()).add(sequence)
        self.pairs = {*chain.from_iterable(map(pairwise, sequences))}
        self.lefts, self.rights = (set(map(itemgetter(n), self.pairs)) for n in (0, 1))

    def apply(self, tokens: Tokens, text: str) -> Tokens:
        """Return the tokens of a text with those replaced that special cases match."""
        words = [*map(word_of, tokens.words)]
        if self._sequences.keys().isdisjoint(words):
            return tokens
        matches = self._choose(self._matches(words))
        starts, ends, keys = list[int](), list[int](), list[str]()
        last = 0
        for first, end in matches:
            at = tokens.starts[first]
            case = self._special.get(text[at : tokens.ends[end - 1]])
            if case is None:  # the same tokens with spaces between them
                continue
            starts += tokens.starts[last:first]
            ends += tokens.ends[last:first]
            keys += [*tokens.words[last:first], *case]
            for key in case:
                starts.append(at)
                at += len(word_of(key))
                ends.append(at)
            last = end
        ends += tokens.ends[last:]
        return Tokens(starts + tokens.starts[last:], ends, keys + tokens.words[last:])

    def _matches(self, words: list[str]) -> list[tuple[int, int]]:
        """Return the bounds of all matches, which may overlap."""
        return [
            (n, n + len(sequence))
            for n, word in enumerate(words)
            for sequence in self._sequences.get(word, ())
            if tuple(words[n : n + len(sequence)]) == sequence
        ]

    def _choose(self, matches: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return the longest matches, of equal ones the first, in order and without overlaps."""
        chosen = list[tuple[int, int]]()
        taken = set[int]()
        for first, end in sorted(matches, key=lambda match: (match[0] - match[1], match[0])):
            if first not in taken and end - 1 not in taken:
                chosen.append((first, end))
            taken.update(range(first, end))
        return sorted(chosen)


def regular_expressions(tokenizer: Any) -> dict[str, Callable[[str], Any] | None]:
    """Return the functions by which a tokenizer asks its regular expressions."""
    names = ("prefix_search", "suffix_search", "infix_finditer", "token_match", "url_match")
    return {name: getattr(tokenizer, name) for name in names}


def _may_split_words(find: Callable[[str], Any] | None) -> bool:
    """Say whether a function of a tokenizer might find anything in a word of letters alone."""
    pattern = getattr(find, "__self__", None)
    return find is not None and not (
        isinstance(pattern, re.Pattern) and not can_match_letters(pattern)
    )


def special_cases(tokenizer: Any) -> dict[str, list[str]]:
    """Return the keys of the tokens of each special case, by its characters."""
    from spacy import symbols
    from spacy.attrs import intify_attrs

    as_string = tokenizer.vocab.strings.as_string

    def key(token: Any) -> str:
        attributes = intify_attrs(dict(token), _do_deprecated=True)
        norm = as_string(attributes.get(symbols.NORM, ""))
        return f"{as_string(attributes[symbols.ORTH])}{NORM if norm else ''}{norm}"

    return {case: [*map(key, tokens)] for case, tokens in tokenizer.rules.items()}
