"""Comparison puts taggers, trained runs, baselines and recorded answers into one table."""
