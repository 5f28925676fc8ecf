"""Tuning searches for the settings of a training configuration that are best on dev."""
