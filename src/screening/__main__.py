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


if __name__ == "__main__":
    main()
