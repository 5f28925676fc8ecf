"""This process searches texts for regular expressions; it imports nothing but Python's own library.

It reads texts and patterns from stdin as JSON, and writes the spans of each pattern in each text.
"""

import json
import re
import sys
from collections.abc import Iterator
from itertools import islice

MOST_BYTES = 1_000_000_000  # of memory: texts of 16 MB and their matches fit
MOST_SPANS = 100_000  # of all patterns in all texts; each takes a kilobyte where it is explained


def main() -> None:
    """Answer what stands on stdin; a pattern that is none is named by its number."""
    limit_memory()
    asked = json.load(sys.stdin)
    compiled = []
    for number, (regex, flags) in enumerate(asked["patterns"]):
        try:
            compiled.append(re.compile(regex, flags))
        except (re.error, ValueError, RecursionError, OverflowError) as error:
            message = f"is no regular expression: {error}"
            json.dump({"pattern": number, "message": message}, sys.stdout)
            return
    room = MOST_SPANS
    spans: list[list[list[tuple[int, int]]]] = []
    for text in asked["texts"]:
        spans.append([])
        for number, pattern in enumerate(compiled):
            found = [*islice(spans_of(pattern, text), room + 1)]
            room -= len(found)
            if room < 0:
                message = f"matches more than {MOST_SPANS} times, with those before: send less"
                json.dump({"pattern": number, "message": message}, sys.stdout)
                return
            spans[-1].append(found)
    json.dump({"spans": spans}, sys.stdout)


def spans_of(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """Yield where a pattern matches something."""
    return (match.span() for match in pattern.finditer(text) if match.end() > match.start())


def limit_memory() -> None:
    """Limit what this process may take, where the system can."""
    try:
        import resource
    except ImportError:  # on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))


if __name__ == "__main__":
    main()
