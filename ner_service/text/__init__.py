"""Tokens, sentences, units and pieces of texts, all with offsets, and the spelling of words."""
