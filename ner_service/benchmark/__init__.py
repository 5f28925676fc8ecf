"""The benchmark measures how accurate, how fast and how robust taggers are, and what they cost."""
