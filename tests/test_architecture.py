"""The house stays one whose rooms are seen at one look."""

from itertools import permutations

import grimp
import pytest


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """The imports of the package."""
    return grimp.build_graph("ner_service")


def arrows(graph: grimp.ImportGraph, package: str) -> set[tuple[str, str]]:
    """Returns which of a package's rooms import from which others."""
    rooms = {room: {room} | graph.find_descendants(room) for room in graph.find_children(package)}
    imported = {
        room: {to for module in inside for to in graph.find_modules_directly_imported_by(module)}
        for room, inside in rooms.items()
    }
    return {(a, b) for a, b in permutations(rooms, 2) if imported[a] & rooms[b]}


@pytest.mark.parametrize(
    ("package", "most_rooms", "most_arrows"), [("service", 9, 20), ("training", 14, 28)]
)
def test_a_package_has_few_rooms_and_arrows_between_them(
    package: str, most_rooms: int, most_arrows: int, graph: grimp.ImportGraph
) -> None:
    name = f"ner_service.{package}"
    assert len(graph.find_children(name)) <= most_rooms
    assert len(arrows(graph, name)) <= most_arrows


def test_no_two_rooms_of_the_service_import_each_other(graph: grimp.ImportGraph) -> None:
    found = arrows(graph, "ner_service.service")
    assert not [(a, b) for a, b in found if (b, a) in found]
