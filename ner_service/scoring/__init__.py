"""Scores of predicted entities against gold ones, and how sure they are."""

from ner_service.scoring.assessment import Assessment, assess

__all__ = ["Assessment", "assess"]
