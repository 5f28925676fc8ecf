"""Baselines are simple taggers which a net has to beat: a dictionary, and a CRF over features."""
