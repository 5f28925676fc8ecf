"""`python -m benchmarks`: see `cli`."""

from .cli import main

main()
