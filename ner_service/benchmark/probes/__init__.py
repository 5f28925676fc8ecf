"""Probes are made texts that each ask one thing of a tagger: a form of a name, in one place."""
