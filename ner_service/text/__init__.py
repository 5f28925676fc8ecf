"""Texts cut into tokens, sentences, units and pieces, all with offsets; and how words are spelt."""
