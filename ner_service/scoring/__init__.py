"""Scoring compares predicted entities with gold ones, and says how sure the scores are."""

from ner_service.scoring.assessment import Assessment, assess

__all__ = ["Assessment", "assess"]
