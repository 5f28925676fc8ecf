"""`python -m ner_service` and the script `ner-service` are the command line."""

import sys

from ner_service.errors import MissingExtra


def main() -> None:
    """Run the command line; one line says what to install where its libraries are missing."""
    try:
        from ner_service.cli import main as run
    except ModuleNotFoundError as error:
        needed = MissingExtra(f"the command line ({error})", "tag")
        print(f"ner-service: error: {needed}", file=sys.stderr)
        sys.exit(2)
    run()


if __name__ == "__main__":
    main()
