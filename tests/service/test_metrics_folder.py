"""The folder of the metrics goes with its service, and what a killed one left with the next."""

import os
from pathlib import Path

import pytest

from ner_service.service.server import metrics_folder
from ner_service.service.server.metrics_folder import open_metrics_folder, remove_left


def test_a_folder_that_a_killed_service_left_is_removed_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics_folder, "SHARED_MEMORY", str(tmp_path))
    left, young = tmp_path / "ner-metrics-left", tmp_path / "ner-metrics-young"
    elsewhere = tmp_path / "elsewhere"
    for folder in (left, young, elsewhere):
        folder.mkdir()
        (folder / "counter.db").write_text("x")
    (tmp_path / "ner-metrics-link").symlink_to(elsewhere)
    for old in (left, elsewhere):
        os.utime(old, (0, 0))
    with open_metrics_folder() as used:
        os.utime(used, (0, 0))
        remove_left(tmp_path)  # as another service does when it starts
        assert used.is_dir()
    assert not used.exists()
    assert not left.exists()
    assert (young / "counter.db").exists()
    assert (elsewhere / "counter.db").exists()
