"""``python -m textrepair`` is the command ``textrepair``."""

import signal


def main() -> None:
    """The entry point of the program.

    While it is loaded Ctrl-C ends it as it ends any program: nothing is begun, and Python loses an interrupt that comes in the
    middle of an import.  The command line changes that while it runs.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from textrepair.cli import main as run

    run()


if __name__ == "__main__":
    main()
