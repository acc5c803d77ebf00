"""Payments with everything that may go wrong in a batch, and a command to screen them."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from screening import NameIndex, SanctionsList
from screening.runs import Budget, crew

if TYPE_CHECKING:
    from pathlib import Path

LISTED = [
    ("QDi.901", "individual", "Khalid Abdul-Rahman AL-TESTI"),
    ("QDe.902", "entity", "Testi General Trading"),
]
NAMES = ["Khaled Abdulrahman Al Testi", "Jane Doe", "Testi General Trading LLC", "Otto Beispiel", "...", ""]


class Small(Budget):
    """A budget that cuts into batches of a given size."""

    rows_at_once: int = 5
    names_at_once: int = 2
    shares_of: int = 1
    parts_of: int = 0
    held_at_once: float = 0.0

    def rows(self, size: float) -> int:
        return self.rows_at_once

    @property
    def names(self) -> int:
        return self.names_at_once

    def shares(self, size: int) -> int:
        return self.shares_of

    def holds(self, size: float) -> bool:
        return self.parts_of == 0 or size <= self.held_at_once

    def parts(self, size: float) -> int:
        return self.parts_of


def small(
    rows: int, names: int, *, shares: int = 1, parts: int = 0, workers: int = 1, held: float = 0.0
) -> Budget:
    """A budget of this many rows and names at once; with parts, rules look at so many one by one.

    With `held` rules look in one piece at what takes so many bytes or less.
    """
    made = Small(memory=4 * 10**9, workers=workers)
    sizes = {
        "rows_at_once": rows, "names_at_once": names, "shares_of": shares, "parts_of": parts,
        "held_at_once": held,
    }  # fmt: skip
    for name, value in sizes.items():
        object.__setattr__(made, name, value)
    return made


def payments_csv(rows: int = 40) -> str:
    """Hits, flags, rejects, ids that come twice in other batches, warnings, and a payment without names."""
    header = "transaction_id,booked_at,amount,currency,channel,originator_name,originator_account,"
    lines = [header + "beneficiary_name,beneficiary_account,beneficiary_country,remittance_text"]
    for n in range(rows):
        name = NAMES[n % len(NAMES)]
        number = n - 9 if n % 17 == 16 else n  # used by an earlier row
        amount = "eighty" if n % 13 == 12 else f"{9_500 + n}.00"
        country = "Atlantis" if n % 11 == 10 else "FR"
        text = (
            '"rent\nof March"' if n % 19 == 18 else "for Khalid Abdul-Rahman Al-Testi" if n == 7 else "rent"
        )
        sender = "" if n == 5 else "Jo Example"
        lines.append(
            f"P{number:04},2026-03-0{1 + n // 20}T{9 + n % 12:02}:00:00Z,{amount},EUR,cash_dep,{sender},A1,"
            f"{name},B{n % 3},{country},{text}"
        )
    return "\n".join(lines) + "\n"


def outputs(folder: Path) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The bytes of the tables, and the manifest without its clock."""
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest.pop("clock")
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.parquet"))}, manifest


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here cuts the power, so the disk need not be waited for; and workers begin for any work."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(crew, "_WORTH_BEGINNING", 0.0)


@pytest.fixture(scope="session")
def index() -> NameIndex:
    return NameIndex(SanctionsList.from_names(LISTED))


@pytest.fixture
def payments(tmp_path: Path) -> Path:
    path = tmp_path / "payments.csv"
    path.write_text(payments_csv())
    return path
