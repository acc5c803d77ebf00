"""Writes names/data/legal_forms.csv from cleanco's tables (MIT licence) and the full words behind them.

Run by hand when cleanco changes: `python scripts/export_legal_forms.py` (needs `pip install cleanco`).
"""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

from anyascii import anyascii
from cleanco.termdata import terms_by_type

TARGET = Path(__file__).parents[1] / "src/screening/names/data/legal_forms.csv"

# The words behind the abbreviations, by language; cleanco holds mostly the short forms.
WORDS = (Path(__file__).parent / "legal_words.txt").read_text()


def legal_tokens() -> set[str]:
    """Every word of every legal form, folded to plain lower-case letters."""
    forms = {form for group in terms_by_type.values() for form in group} | set(WORDS.split())
    tokens: set[str] = set()
    for form in forms:
        folded = anyascii(form).lower()
        joined = re.sub(r"[^a-z]", "", folded)
        words = re.findall(r"[a-z]+", folded.replace(".", ""))
        tokens |= {word for word in words if len(word) > 1}
        if len(joined) <= 6 and len(joined) > 1:
            tokens.add(joined)
    # Ordinary words that happen to stand in a legal form are left to the table of common words.
    return tokens - {"bank", "trust", "national", "union", "group", "general", "professional", "ohne", "to"}


if __name__ == "__main__":
    lines = [
        f"# Words of company legal forms; cleanco {version('cleanco')} (MIT) and full words, 2026-11-23.",
        "form",
        *sorted(legal_tokens()),
    ]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines) - 2} words -> {TARGET.name}")
