"""The UN Security Council consolidated list (XML) as a `SanctionsList`."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from screening.designations import SanctionsList

__all__ = ["read_un_list"]


def read_un_list(source: str | Path | bytes | BinaryIO) -> SanctionsList:
    """Read the UN consolidated list: all of it, or an error.

    Args:
        source: A path, the bytes of the file, or an open binary file.

    Raises:
        ListError: The list is broken, hostile or incomplete; names the file, the line and the reason.
    """
    raise NotImplementedError
