"""Scores of predicted entities against gold ones, and how sure they are."""
