"""The progress of a run is shown on a terminal, in logs and in TensorBoard."""
