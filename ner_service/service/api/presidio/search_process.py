"""This process searches texts for regular expressions; it imports nothing but Python's own library.

It reads texts and patterns from stdin as JSON, and writes the spans of each pattern in each text.
"""

import json
import re
import sys

MOST_BYTES = 1_000_000_000  # of memory: texts of 16 MB and their matches fit
MOST_SPANS = 50_000  # of a pattern in a text


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
    spans = [[spans_of(pattern, text) for pattern in compiled] for text in asked["texts"]]
    json.dump({"spans": spans}, sys.stdout)


def spans_of(pattern: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    """Return where a pattern matches something, as often as is of use."""
    spans: list[tuple[int, int]] = []
    for match in pattern.finditer(text):
        if match.end() > match.start():
            spans.append(match.span())
        if len(spans) == MOST_SPANS:
            break
    return spans


def limit_memory() -> None:
    """Limit what this process may take, where the system can."""
    try:
        import resource
    except ImportError:  # on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))


if __name__ == "__main__":
    main()
