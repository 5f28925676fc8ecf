"""Inference without torch: the same nets over compiled kernels, word features cached."""
