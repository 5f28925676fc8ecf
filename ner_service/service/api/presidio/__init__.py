"""Presidio's wire form is answered here, so that its clients need no more than another address."""
