"""No two labels look alike, to any eyes, in light and dark; and the label itself stands on the mark."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ner_service.output.html import HUES
from tests.service.page.driver import Open

pytestmark = pytest.mark.slow  # a browser takes 10 s to start

Array = NDArray[np.float64]

EYES = {  # Machado, Oliveira, Fernandes (2009), severity 1, for linear RGB
    "all cones": np.eye(3),
    "protanopia": np.array([
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]),
    "deuteranopia": np.array([
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]),
    "tritanopia": np.array([
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ]),
}  # fmt: skip
XYZ = np.array([
    [0.4124564, 0.3575761, 0.1804375],
    [0.2126729, 0.7151522, 0.0721750],
    [0.0193339, 0.1191920, 0.9503041],
])  # fmt: skip
WHITE = np.array([0.95047, 1, 1.08883])  # D65
LEAST_APART = 8  # CIELAB; 2.3 is just noticeable side by side
LEAST_CONTRAST = 4.5  # WCAG 2, AA
MANY = 64  # labels, as many as a request may name

DRAWN = """async labels => {
  const {hue, setLabels} = await import("./web/palette.js");
  setLabels(labels);
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const bytes = colour => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  return labels.map(label => {
    const mark = document.createElement("mark");
    mark.className = `entity ${hue(label)}`;
    mark.dataset.label = label;
    document.querySelector(".cell").append(mark);
    const [own, after] = [getComputedStyle(mark), getComputedStyle(mark, "::after")];
    const seen = [own.backgroundColor, own.color, after.color].map(bytes);
    const [text, image] = [after.content, own.backgroundImage];
    mark.remove();
    return [...seen, text, image];
  });
}"""


def linear(colour: Any) -> Array:
    share = np.array(colour, float) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def lab(light: Array) -> Array:
    """CIELAB of linear RGB."""
    ratio = XYZ @ np.clip(light, 0, 1) / WHITE
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def apart(one: Any, other: Any) -> float:
    """The least distance of two colours to any eyes."""
    light = [linear(one), linear(other)]
    return min(
        float(np.linalg.norm(lab(eyes @ light[0]) - lab(eyes @ light[1]))) for eyes in EYES.values()
    )


def contrast(one: Any, other: Any) -> float:
    dark, light = sorted(float((XYZ @ linear(colour))[1]) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def test_the_simulation_knows_what_is_alike_to_whom() -> None:
    red, green, grey = (200, 60, 60), (110, 110, 40), (128, 128, 128)
    assert apart(red, red) == 0
    assert apart((0, 0, 0), (255, 255, 255)) == pytest.approx(100, abs=0.1)
    assert apart(red, green) < 10 < np.linalg.norm(lab(linear(red)) - lab(linear(green)))
    for eyes in EYES.values():  # what has no colour looks the same to all
        assert lab(eyes @ linear(grey)) == pytest.approx(lab(linear(grey)), abs=0.5)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_neighbours_are_told_apart_by_all_eyes_and_read_by_all(opened: Open, theme: str) -> None:
    labels = ["PER", "LOC", "ORG", *(f"LABEL{n:02}" for n in range(MANY - 3))]
    drawn = opened(media={"color_scheme": theme}).evaluate(DRAWN, labels)
    backs = [back for back, *_ in drawn]
    for n in range(MANY - 1):
        assert apart(backs[n], backs[n + 1]) > LEAST_APART, (labels[n], labels[n + 1])
    assert apart(backs[0], backs[2]) > LEAST_APART  # all of the usual three
    for label, (back, ink, tone, text, _) in zip(labels, drawn, strict=True):
        assert contrast(back, ink) > LEAST_CONTRAST, label
        assert contrast(back, tone) > LEAST_CONTRAST, label
        assert text == f'"{label}"'  # colour never speaks alone


def test_no_two_of_any_number_of_labels_look_alike(opened: Open) -> None:
    labels = ["PER", "LOC", "ORG", *map(str, range(300))]
    looks = opened().evaluate(DRAWN, labels)
    assert len({(tuple(back), image) for back, _, _, _, image in looks}) == len(labels)
    script = "ls => import('./web/palette.js').then(m => (m.setLabels(ls), ls.map(m.hue)))"
    assert len(set(opened().evaluate(script, labels))) == len(labels)


def test_the_first_looks_are_those_of_the_style_sheet_by_the_same_rule(opened: Open) -> None:
    labels = ["PER", "LOC", "ORG", *(f"LABEL{n:02}" for n in range(HUES - 3))]
    script = """labels => import("./web/palette.js").then(({hue, lookOf, setLabels}) => {
      setLabels(labels);
      return labels.map((label, n) => {
        const mark = document.createElement("mark");
        mark.className = hue(label);
        document.body.append(mark);
        const style = getComputedStyle(mark);
        const written = ["--hue", "--level"].map(name => Number(style.getPropertyValue(name)));
        mark.remove();
        const {hue: degrees, level} = lookOf(n);
        return [written, [degrees, level]];
      });
    })"""
    for written, ruled in opened().evaluate(script, labels):
        assert written == ruled


def test_a_page_that_is_taken_away_has_the_colours_of_this_one(opened: Open) -> None:
    script = """labels => import("./web/palette.js").then(({background, hue, setLabels}) => {
      setLabels(labels);
      return labels.map(label => {
        const [marked, styled] = ["mark", "mark"].map(name => document.createElement(name));
        marked.className = `entity ${hue(label)}`;
        styled.style.background = background(label);
        document.body.append(marked, styled);
        const seen = [marked, styled].map(mark => getComputedStyle(mark).backgroundColor);
        marked.remove();
        styled.remove();
        return seen;
      });
    })"""
    for own, taken in opened().evaluate(script, ["PER", "LOC", "ORG", *map(str, range(20))]):
        assert own == taken
