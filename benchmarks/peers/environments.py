"""Environments of peers that cannot live in ours, since they pin old versions: `.venv-peers/KEY`.

    python benchmarks/peers/environments.py

Makes those that are missing. One that cannot be made is reported, and the board then says "not installed".
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))

from machine import ROOT
from peers.contest import all_peers

if TYPE_CHECKING:
    from peers.peer import Peer

FOLDER = ROOT / ".venv-peers"


def interpreter(peer: Peer) -> Path | None:
    """The Python that runs a peer; None if its own environment is not there."""
    if not peer.requirements:
        return Path(sys.executable)
    python = FOLDER / peer.key / "bin" / "python"
    return python if (FOLDER / peer.key / "complete").exists() else None


def make(peer: Peer) -> bool:
    """Make the environment of a peer; whether that worked."""
    home = FOLDER / peer.key
    pip = [str(home / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        subprocess.run([*pip, "install", *peer.requirements], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"{peer.title}: {error}", file=sys.stderr)
        return False
    (home / "complete").touch()
    return True


def main() -> None:
    for peer in all_peers():
        if interpreter(peer) is None:
            print(f"{peer.title}: {'made' if make(peer) else 'NOT INSTALLED'}", file=sys.stderr)


if __name__ == "__main__":
    main()
