"""A plugin is a tagger of another package, which an entry point names."""

import logging
from collections.abc import Container
from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points

from ner_service.errors import UnknownTagger
from ner_service.taggers.backend import Backend

GROUP = "ner_service.taggers"
log = logging.getLogger(__name__)


def find_plugins(built_in: Container[str]) -> dict[str, list[EntryPoint]]:
    """Return the entry points by tagger name; one that takes a built-in name is only reported."""
    try:
        points = entry_points(group=GROUP)
    except Exception as error:  # one package with damaged metadata must not hide all taggers
        log.warning("tagger plugins are ignored: a package has damaged entry points: %s", error)
        return {}
    plugins: dict[str, list[EntryPoint]] = {}
    for point in points:
        if point.name in built_in:
            log.warning("%s is ignored: that name is built in; rename it there", label_of(point))
        else:
            plugins.setdefault(point.name, []).append(point)
    return plugins


def load_plugin(points: list[EntryPoint]) -> Backend:
    """Load the one backend that goes by a name; raises `UnknownTagger` where that is impossible."""
    point, *others = points
    if others:
        raise UnknownTagger(f"{' and '.join(map(label_of, points))} clash: uninstall one of them")
    try:
        loaded = point.load()
    except Exception as error:  # whatever another's module raises when it is imported
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise UnknownTagger(
            f"{label_of(point)} cannot be imported: {reason}; reinstall or uninstall it"
        ) from error
    if isinstance(loaded, Backend):
        return replace(loaded, name=point.name)
    if callable(loaded):
        return Backend(point.name, loaded)
    raise UnknownTagger(f"{label_of(point)} is neither a Backend nor a function: {point.value}")


def label_of(point: EntryPoint) -> str:
    """Return how messages name a plugin: by its tagger, distribution and version."""
    package = f"{point.dist.name} {point.dist.version}" if point.dist else "an unknown package"
    return f"tagger plugin {point.name!r} of {package}"
