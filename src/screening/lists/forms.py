"""The final forms of one name, once everything around it has been taken away."""

from __future__ import annotations

import re
from typing import Final

from screening.lists.words import is_acronym, is_latin, is_usable, squeeze, unspaced

__all__ = ["BRACKETS", "forms_of", "type_of"]

_KINSHIP: Final = re.compile(r"\s(?:son|daughter|wife|widow|brother|sister) of\s", re.IGNORECASE)
_SUFFIX: Final = re.compile(r"(?:jr|sr|ii|iii|iv|phd|md|esq)\.?", re.IGNORECASE)
BRACKETS: Final = str.maketrans(dict.fromkeys('([（【{⟨)]）】}⟩;"“”„‟«»＂', " "))
_EDGES: Final = " ,;:/|–—-\u00ad\u200e\u200f\u202a\u202b\u202c"


def forms_of(text: str, kind: str) -> list[tuple[str, str, bool]]:
    """Final forms of one bare text: name, a note of its own, and whether it is an acronym."""
    forms: list[tuple[str, str, bool]] = []
    for piece in _by_script(text, kind):
        if kind == "individual":
            forms += [(name, "", False) for name in _by_comma(piece)]
            if (kin := _KINSHIP.search(piece)) and len(piece[: kin.start()].split()) > 1:
                forms.append((piece[: kin.start()], piece[kin.start() :].strip(_EDGES), False))
        else:
            left, slash, right = piece.rpartition(" / ")
            two = bool(slash) and is_acronym(right, left)
            forms += [(left, "", False), (right, "", True)] if two else [(piece, "", False)]
    stripped = [(squeeze(name.translate(BRACKETS)).strip(_EDGES), note, short) for name, note, short in forms]
    return [form for form in stripped if is_usable(form[0])]


def _by_script(text: str, kind: str) -> list[str]:
    """A name followed by its script without brackets, split where the script changes."""
    if text.isascii():
        return [text]
    words = text.split()
    latin = [is_latin(word) for word in words]
    turns = [i for i in range(1, len(words)) if latin[i] != latin[i - 1]]
    if len(turns) != 1:
        return [text]
    halves = words[: turns[0]], words[turns[0] :]
    letters = [sum(c.isalpha() for c in "".join(half)) for half in halves]
    enough = 2 if kind == "individual" else 4
    long_enough = all(len(h) >= 2 or unspaced(h[0][0]) for h in halves) and min(letters) >= enough
    return [" ".join(half) for half in halves] if long_enough else [text]


def _by_comma(text: str) -> list[str]:
    """One inverted name, as in "Belvane, Ardo", or several, as in "Ardo, Ardu, Ardou"."""
    parts = [part.strip() for part in text.split(",") if is_usable(part)]
    suffixes = [part for part in parts[1:] if _SUFFIX.fullmatch(part)]
    parts = [part for i, part in enumerate(parts) if i == 0 or not _SUFFIX.fullmatch(part)]
    if len(parts) < 2:
        return [" ".join([*parts, *suffixes])]
    lengths = [len(part.split()) for part in parts]
    several = len(parts) > 2 and (max(lengths) == 1 or min(lengths) > 1)
    alike = min(lengths) > 1 and len({part.split()[0].casefold() for part in parts}) == 1
    if (several or alike) and not suffixes:
        return parts
    return [" ".join([*parts[1:], parts[0], *suffixes])]


def type_of(name: str, *, former: bool) -> str:
    """The name_type of a name by its script, and by whether it is a former one."""
    if not is_latin(name):
        return "original_script"
    return "former" if former else "alias"
