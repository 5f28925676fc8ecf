"""Numbers stand with their noun, in the singular or the plural."""


def numbered(count: int, noun: str) -> str:
    """Return a count with its noun, in the plural unless it is one."""
    return f"{count:,} {noun if count == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """Return the plural of an English noun that ends as most do."""
    return f"{noun.removesuffix('y')}ies" if noun.endswith("y") else f"{noun}s"
