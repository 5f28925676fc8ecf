"""`python -m benchmarks` is `ner-service benchmark`."""

import sys

from ner_service.cli import main

main(["benchmark", *sys.argv[1:]])
