"""Numbers stand with their noun, in the singular or the plural, and times in two units."""

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400


def numbered(count: int, noun: str) -> str:
    """Return a count with its noun, in the plural unless it is one."""
    return f"{count:,} {noun if count == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """Return the plural of an English noun that ends as most do."""
    return f"{noun.removesuffix('y')}ies" if noun.endswith("y") else f"{noun}s"


def duration(seconds: float) -> str:
    """Return a time as people say it, in its two greatest units."""
    if seconds < 1:
        return "< 1 s"
    whole = round(seconds)
    if whole < MINUTE_S:
        return f"{whole} s"
    if whole < HOUR_S:
        return f"{whole // MINUTE_S} min {whole % MINUTE_S} s"
    if whole < DAY_S:
        return f"{whole // HOUR_S} h {whole % HOUR_S // MINUTE_S} min"
    return f"{whole // DAY_S} d {whole % DAY_S // HOUR_S} h"
