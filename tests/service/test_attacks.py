"""Every attack that once hurt the service is made again; its figures go into docs/operations.md."""

import json
import re
from pathlib import Path

import pytest

from tests.service.attacks import ATTACKS, Attack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

FIGURES = Path(__file__).parents[2] / "docs" / "generate" / "attacks.json"


def numbers(text: str) -> list[float]:
    return [*map(float, re.findall(r"\d+(?:\.\d+)?", text))]


def holds(attack: Attack, now: str) -> bool:
    """Whether an attack is survived: by ratios where it is measured, by words where it is told."""
    match attack.number:
        case 1:
            before, after = numbers(now)
            return after < 1.5 * before
        case 2 | 3:
            status, took, grown, live = numbers(now)
            return status in (413, 422) and took < 10 and grown < 150 and live < 5
        case 4:
            return numbers(now)[2] < 1500 and numbers(now)[3] < 5
        case 5:
            return numbers(now)[0] == 0
        case 6:
            return numbers(now)[0] < 12
        case 7:
            return sum(numbers(now)) <= 1
        case 12:
            return max(numbers(now)) < 40
        case 13:
            return numbers(now)[0] == 80
        case 18:
            return numbers(now)[2] < 5 and now.startswith("0 of 5")  # what sockets buffer
        case 8 | 16 | 22:
            return now == "one line, exit code 2"
        case _:
            return now.startswith(("not ", "0 ", "said", "cut"))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: f"{a.number}-{a.run.__name__}")
def test_an_attack_is_survived_and_its_figure_kept(tmp_path: Path, attack: Attack) -> None:
    now = attack.run(tmp_path)
    kept = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    row = {"number": attack.number, "name": attack.name, "before": attack.before, "now": now}
    kept[attack.run.__name__] = row
    order = [one.run.__name__ for one in ATTACKS]
    rows = {name: kept[name] for name in order if name in kept}
    FIGURES.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
    assert holds(attack, now), now
