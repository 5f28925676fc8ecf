"""Villages in -ово and -ино outnumber towns in -ов and -ин, whose oblique forms are the same.

`в Комарове` is of `Комарово`, though many are called `Комаров`; `в Саратове` is of a known town.
"""

from collections.abc import Collection

from ner_service.names.lists import NameLists

ENDINGS = ("ово", "ево", "ёво", "ино", "ыно")
VILLAGE = 3.5  # log odds; the net takes words that it does not know for masculines
IN_NEWS = 3.0  # more of them for a village that is frequent in news
UNHEARD = 2.5  # and for one in -ино of which nobody is called
TOWN = 1_000  # occurrences in news of a foreign town in -ин, such as `Щецин`
KNOWN = 5_000  # and of a place such as `Косово`, beside which the dictionary has a town


def odds_of_village(base: str, towns: Collection[str], lists: NameLists) -> float:
    """Return what weighs for a neuter base form beside its masculine, as log odds.

    `towns` are base forms that a dictionary has as places.
    """
    town, count = base[:-1], lists.count(base)
    if town in towns:
        return VILLAGE if base in towns and count > KNOWN else 0.0
    if count:
        return VILLAGE + IN_NEWS
    if lists.has_first(town):
        return 0.0
    if town.endswith("ин") and not lists.has_last(town):
        return 0.0 if lists.count(town) > TOWN else UNHEARD
    return VILLAGE
