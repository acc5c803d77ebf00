"""`python -m screening` is the command `screening`."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; whoever interrupts it while it is still loading sees no trace."""
    try:
        from screening.cli import main as command  # noqa: PLC0415  # loading takes a moment

        command()
    except KeyboardInterrupt:
        if sys.stderr is not None:
            sys.stderr.write("screening: interrupted\n")
        sys.exit(130)
    except Exception as error:  # noqa: BLE001  # Python would end with 1, which is the code of alerts
        if sys.stderr is not None:
            sys.stderr.write(f"screening: cannot be loaded: {type(error).__name__}: {error}\n")
        sys.exit(4)


if __name__ == "__main__":
    main()
