"""Compiled kernels stand in for parts of the net in training on a CPU, with their gradients."""
