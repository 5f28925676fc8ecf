"""This room leads a text to a tagger: a bounded lane, its jobs, and the thread that does them."""
