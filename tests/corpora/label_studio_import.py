"""A program that asks Label Studio's own library what it says of a file of tasks to import.

It is started by an interpreter that has `label-studio-sdk`, whose requirements may not fit ours. It
prints the errors, and the same tasks as the library exports them.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from label_studio_sdk.converter import Converter  # type: ignore[import-not-found,unused-ignore]
from label_studio_sdk.label_interface import (  # type: ignore[import-not-found,unused-ignore]
    LabelInterface,
)


def config_of(labels: list[str]) -> str:
    """Return the labelling interface that docs and files name: `Text` and `Labels`."""
    inner = "".join(f'<Label value="{label}"/>' for label in labels)
    return (
        f'<View><Labels name="label" toName="text">{inner}</Labels>'
        '<Text name="text" value="$text"/></View>'
    )


def errors_of(tasks: list[dict[str, Any]], config: str) -> list[str]:
    """Return what the library finds wrong with tasks, annotations and predictions."""
    interface = LabelInterface(config)
    interface.validate()
    errors = []
    for task in tasks:
        if not interface.validate_task({"data": task["data"]}):
            errors.append(f"task {task['data']}")
        for made in [*task.get("annotations", []), *task.get("predictions", [])]:
            errors += interface.validate_prediction(made, return_errors=True)
    return errors


def exports_of(tasks: list[dict[str, Any]], config: str) -> dict[str, str]:
    """Return the annotated tasks in the formats that the library exports."""
    converter = Converter(config, project_dir=None)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "tasks.json")
        source.write_text(json.dumps([{"id": n, **task} for n, task in enumerate(tasks, 1)]))
        converter.convert_to_json_min(str(source), folder, is_dir=False)
        converter.convert_to_conll2003(str(source), folder, is_dir=False)
        results = {path.suffix: path.read_text("utf-8") for path in Path(folder).glob("result.*")}
    return results


def main(file: str, labels: str) -> None:
    """Print the errors in a file of tasks, and its exports, as JSON."""
    tasks = json.loads(Path(file).read_text("utf-8"))
    config = config_of(labels.split(","))
    annotated = [task for task in tasks if "annotations" in task]
    exports = exports_of(annotated, config) if annotated else {}
    print(json.dumps({"errors": errors_of(tasks, config), "exports": exports}))


if __name__ == "__main__":
    main(*sys.argv[1:])
