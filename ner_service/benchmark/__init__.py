"""The benchmark: what each tagger finds, what it costs, and what it withstands."""
