"""`python -m ner_service` and the script `ner-service` are the command line."""

import signal
import sys

from ner_service.errors import MissingExtra


def main() -> None:
    """Run the command line; one line says what to install where its libraries are missing.

    A hangup has a service reload: from here on, one waits until the service can.
    """
    if sys.argv[1:2] == ["serve"] and hasattr(signal, "pthread_sigmask"):  # not on Windows
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    try:
        from ner_service.cli import main as run
    except ModuleNotFoundError as error:
        needed = MissingExtra(f"the command line ({error})", "tag")
        print(f"ner-service: error: {needed}", file=sys.stderr)
        sys.exit(2)
    run()


if __name__ == "__main__":
    main()
