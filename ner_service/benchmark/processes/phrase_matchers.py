"""Phrase matchers look for the same list of phrases in one process: ours, spaCy's, Presidio's."""

import gc
import json
import math
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ner_service.benchmark.processes.phrase_list import make_phrases

Find = Callable[[str], int]  # returns the number of matches
WARM_CHARS = 1_000


def load_ours(phrases: Sequence[str], forms: str) -> Find:
    """Return our rules over a list of phrases, read from its file."""
    from ner_service.taggers.registry import load_tagger

    with tempfile.TemporaryDirectory() as place:
        Path(place, "list.txt").write_text("\n".join(phrases) + "\n", "utf-8")
        rules = Path(place, "rules.toml")
        rules.write_text(
            f'[[phrases]]\nlabel = "NAME"\nfile = "list.txt"\nforms = "{forms}"\n', "utf-8"
        )
        tagger = load_tagger(f"rules:{rules}")
    return lambda text: len(tagger.tag([text])[0])


def load_spacy(phrases: Sequence[str]) -> Find:
    """Return spaCy's PhraseMatcher in lower case, over the tokens of its blank pipeline."""
    import spacy
    from spacy.matcher import PhraseMatcher

    nlp = spacy.blank("ru")
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    matcher.add("NAME", [nlp.make_doc(phrase) for phrase in phrases])
    return lambda text: len(matcher(nlp.make_doc(text)))


def load_presidio(phrases: Sequence[str]) -> Find:
    """Return Presidio's recogniser with a deny list."""
    from presidio_analyzer import PatternRecognizer

    recognizer = PatternRecognizer("NAME", supported_language="ru", deny_list=[*phrases])
    return lambda text: len(recognizer.analyze(text, ["NAME"]))


MATCHERS: dict[str, Callable[[Sequence[str]], Find]] = {
    "rules": lambda phrases: load_ours(phrases, "cases"),
    "rules, exact": lambda phrases: load_ours(phrases, "exact"),
    "spaCy PhraseMatcher": load_spacy,
    "Presidio deny list": load_presidio,
}


def run(names: Sequence[str], size: int, rounds: Sequence[Sequence[str]], longest_s: int) -> None:
    """Load matchers, then have them find phrases by turns; print a line for each step.

    A step that takes more CPU seconds than `longest_s` ends the process by SIGXCPU.
    """
    phrases = make_phrases(size)
    finds: dict[str, Find] = {}
    for name in names:
        began = limit(longest_s)
        finds[name] = MATCHERS[name](phrases)
        finds[name](rounds[0][0][:WARM_CHARS])
        say(matcher=name, load_s=time.process_time() - began)
    del phrases  # a list of ours that Python's collector would look through, which no user has
    for texts in rounds:
        for name, find in finds.items():
            gc.collect()  # else one that all matchers together make due falls on one of them
            began = limit(longest_s)
            matches = sum(map(find, texts))
            say(matcher=name, round_s=time.process_time() - began, matches=matches)


def limit(seconds: int) -> float:
    """Let this process use so many CPU seconds more; return what it has used."""
    used = time.process_time()
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used) + seconds, hard))
    return used


def say(**figures: object) -> None:
    """Print figures as a line."""
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    asked = json.loads(sys.stdin.readline())
    run(asked["matchers"], asked["size"], asked["rounds"], asked["longest_s"])
