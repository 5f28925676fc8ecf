"""The way of a text to a tagger: a bounded lane, its jobs, and the thread that works them off."""
