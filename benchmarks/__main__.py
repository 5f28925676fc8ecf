"""`python -m benchmarks`: see `cli`."""

from benchmarks.cli import main

main()
