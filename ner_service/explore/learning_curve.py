"""A learning curve shows how dev F1 grows with the share of the training data."""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from ner_service.files import check_folder, write_text
from ner_service.output.html import render
from ner_service.output.plots import COLORS, check_plots, new_axes, svg
from ner_service.training.config import Train, read_config
from ner_service.training.data.length import MOST_EPOCHS

SHARES = (0.1, 0.25, 0.5, 0.75, 1.0)
FILE = "curve.json"
RISING = 0.01  # of dev F1 by the last quarter of the data; more says that further data will help


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the curve: the share of the documents, dev F1, and the time of training."""

    share: float
    dev_f1: float
    seconds: float


def curve_folder(output: str) -> Path:
    """Return where the curve of a model stands: beside it."""
    return Path(f"{output}.curve")


def draw_learning_curve(
    config: Path,
    overrides: Sequence[str],
    init: str | None,
    root: Path | None,
    say: Callable[[str], None],
) -> Path:
    """Train with growing shares of the documents, and return the page of the curve.

    Each share is a part of the next one, and makes as many steps, in at most 100 epochs. The model
    folder of the configuration stays untouched. After a stop the same call goes on.
    """
    from ner_service.explore.runs import train_once  # torch, which a drawn curve does not need

    check_plots()
    settings = read_config(config, overrides)
    folder = curve_folder(settings.output)
    check_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    points = []
    for share in SHARES:
        title = f"with {share:.0%} of the documents"
        own = [*overrides, *_length(settings.train, share), f"train.share={share}"]
        place = folder / f"share-{100 * share:.0f}"
        run = train_once(config, own, place, title, init, root, say)
        points.append(Point(share, run.dev_f1, run.seconds))
        say(f"{share:4.0%} of the documents: dev F1 {run.dev_f1:.4f}, {run.seconds:.0f} s")
    write_text(folder / FILE, [orjson.dumps([asdict(point) for point in points]).decode()])
    path = folder / "index.html"
    write_text(path, [page(f"Learning curve of {config.name}", points)])
    return path


def _length(settings: Train, share: float) -> list[str]:
    """Return settings by which a share of the documents makes as many steps as all of them.

    Else a curve would show how longer training helps. `train.steps` sees to it by itself.
    """
    if settings.steps:
        return []
    epochs = max(settings.epochs, min(MOST_EPOCHS, math.ceil(settings.epochs / share)))
    patience = math.ceil(settings.patience * epochs / settings.epochs)
    return [f"train.epochs={epochs}", f"train.patience={patience}"]


def read_curve(output: str) -> list[Point]:
    """Return the curve that stands beside a model, empty where there is none."""
    path = curve_folder(output) / FILE
    return [Point(**point) for point in orjson.loads(path.read_bytes())] if path.exists() else []


def page(title: str, points: Sequence[Point]) -> str:
    """Return the page of a curve."""
    rows = [
        {
            "share of the documents": f"{point.share:.0%}",
            "dev F1": f"{point.dev_f1:.4f}",
            "training, s": f"{point.seconds:.0f}",
        }
        for point in points
    ]
    gain = points[-1].dev_f1 - points[-2].dev_f1
    return render(
        "learning_curve.html.j2",
        title=title,
        curve=draw_curve(points),
        rows=rows,
        gain=gain,
        is_rising=gain > RISING,
    )


def draw_curve(points: Sequence[Point]) -> str:
    """Draw dev F1 over the share of the documents."""
    figure, axes = new_axes(6.0, 3.4)
    shares, scores = [100 * p.share for p in points], [p.dev_f1 for p in points]
    axes.plot(shares, scores, "o-", color=COLORS[0])
    for share, score in zip(shares, scores, strict=True):
        axes.annotate(f"{score:.3f}", (share, score), xytext=(0, 7), ha="center", fontsize=9,
                      textcoords="offset points",
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5})  # fmt: skip
    axes.set_xlabel("share of the training documents, %")
    axes.set_ylabel("dev F1")
    axes.margins(y=0.18)
    return svg(figure, "learning curve")
