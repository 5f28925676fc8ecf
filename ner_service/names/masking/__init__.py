"""Masking hides the entities of a text, and unmasking undoes it with the key that masking made."""

from ner_service.names.masking.key import Key, KeyMismatch, Style
from ner_service.names.masking.masker import Masked, Masker

__all__ = ["Key", "KeyMismatch", "Masked", "Masker", "Style"]
