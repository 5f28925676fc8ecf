"""Take the pictures of docs/course.md from the pages that its commands have made.

`python docs/images/course.py FOLDER`, where FOLDER is the one in which they were run.
"""

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
PICTURES = {  # name -> page, and which of its drawings it is
    "balance": ("report/index.html", 2),
    "importance": ("models/project.tune/index.html", 0),
}


def take_pictures(folder: Path) -> None:
    """Save each drawing as a file of its own."""
    for name, (page, place) in PICTURES.items():
        drawings = re.findall(r"<svg.*?</svg>", (folder / page).read_text("utf-8"), re.DOTALL)
        (HERE / f"course-{name}.svg").write_text(f"{drawings[place]}\n", "utf-8")


if __name__ == "__main__":
    take_pictures(Path(sys.argv[1]))
