"""Exploration describes corpora, searches for good settings, and compares systems."""
