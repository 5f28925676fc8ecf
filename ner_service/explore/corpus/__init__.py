"""A corpus is described here in figures, words and pictures before anybody trains on it."""
