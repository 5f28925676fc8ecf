"""Training data: corpora as a run reads them, changed, prepared, and cut into batches."""
