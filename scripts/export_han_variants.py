"""Writes names/data/han_variants.csv: Chinese characters that are written in several ways, and one of them.

    python -m pip download --no-deps opencc-python-reimplemented && unzip opencc_python_reimplemented-*.whl
    python scripts/export_han_variants.py opencc/dictionary

Run by hand. The tables are OpenCC's (Apache License 2.0): traditional characters and their simplified forms,
the forms of Taiwan and Hong Kong, and those of Japan. A Japanese form that in China is a character of its own
is left out.
"""

from __future__ import annotations

import sys
from pathlib import Path

OTHERS = (
    *("髙高", "﨑崎", "斉斎", "嶋島", "冨富", "邉邊", "靑青", "淸清"),
    *("濵濱", "桒桑", "德徳", "栁柳", "眞真", "瀨瀬", "黑黒"),
)
"""What OpenCC lacks: a character that Japanese and Korean names are written with, and the usual one."""
TARGET = Path(__file__).parents[1] / "src/screening/names/data/han_variants.csv"


def pairs(folder: Path, table: str) -> list[tuple[str, str]]:
    """A character, and the first of those that stand for it."""
    lines = (folder / f"{table}.txt").read_text(encoding="utf-8").splitlines()
    found = [line.split() for line in lines if line.strip()]
    return [(row[0], row[1]) for row in found if len(row[0]) == len(row[1]) == 1]


def folded(folder: Path) -> dict[str, str]:
    """Variant -> the simplified character that stands for it and all others of its kind."""
    simplified = dict(pairs(folder, "TSCharacters"))
    of_their_own = {*simplified, *simplified.values(), *dict(pairs(folder, "STCharacters"))}
    found = dict(simplified)
    for table in ("TWVariants", "HKVariants", "JPVariants"):
        found |= {variant: usual for usual, variant in pairs(folder, table) if variant not in of_their_own}
    found |= {variant: usual for variant, usual in OTHERS if variant not in found}
    return {variant: character for variant in found if (character := _last(found, variant)) != variant}


def _last(found: dict[str, str], character: str) -> str:
    """Where a character leads, step by step; one that comes back to itself stands for itself."""
    seen: list[str] = []
    while character in found and character not in seen:
        seen.append(character)
        character = found[character]
    return min(seen[seen.index(character) :]) if character in seen else character


if __name__ == "__main__":
    lines = [
        "# Chinese characters that are written in several ways -> the one that stands for all. Written by",
        "# scripts/export_han_variants.py from OpenCC (Apache License 2.0: LICENSE-opencc.txt), 2026-11-28.",
        "character,simplified",
        *(f"{variant},{character}" for variant, character in sorted(folded(Path(sys.argv[1])).items())),
    ]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
