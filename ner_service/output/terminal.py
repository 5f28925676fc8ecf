"""A terminal shows control characters of texts and names, and never obeys them."""

_CONTROLS = [*range(32), *range(127, 160), 0x2028, 0x2029, *range(0x202A, 0x202F)]
_CONTROLS += range(0x2066, 0x206A)  # these and the five before turn the direction of a line
_SHOWN = {n: f"\\x{n:02x}" if n < 256 else f"\\u{n:04x}" for n in _CONTROLS}
_SHOWN_IN_LINES = {n: shown for n, shown in _SHOWN.items() if chr(n) not in "\n\t"}
_SHOWN_IN_JSON = {n: f"\\u{n:04x}" for n in _CONTROLS if n > 32}


def show(text: str) -> str:
    """Return one line of text with its control characters as Python writes them: `\\x1b`."""
    return text.translate(_SHOWN)


def show_lines(text: str) -> str:
    """Return lines of text as `show` does, with their ends and tabs as they are."""
    return text.translate(_SHOWN_IN_LINES)


def show_json(text: str) -> str:
    """Return JSON with the control characters that it may hold unescaped as it escapes others."""
    return text.translate(_SHOWN_IN_JSON)
