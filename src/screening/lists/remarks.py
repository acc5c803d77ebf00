"""Names that stand in a remark: beside an alias, or on a document.

A note such as `original script: Ардо Белван` or, beside an alias in another script, `Ardo Belvane; Ardu
Belvan` holds names a payment may carry. Only what is plainly a name is taken; the remark itself is
always kept whole as the note of the alias.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Final

from screening.lists.words import is_latin, is_name_like, is_usable, squeeze

__all__ = ["names_in_document", "names_in_remark"]

_GROUP: Final = re.compile(r"\(([^()]*)\)?")
_OPENING: Final = re.compile(r"^\s*transliterations?\s*:\s*", re.IGNORECASE)
_UNDER_NAME: Final = re.compile(r"\b(?:under|in) (?:the )?name(?: of)?:? (?!in\b)")
_WORD: Final = re.compile(r"[^\s,;:.()]+")


def names_in_remark(remark: str, *, alias: str) -> list[tuple[str, str]]:
    """(name, name_type) pairs in the remark beside an alias.

    Example:
        >>> names_in_remark("original script: Ардо Белван", alias="Ardo Belvane")
        [('Ардо Белван', 'original_script')]
        >>> names_in_remark("Ardo Belvane; Ardu Belvan", alias="Ардо Белван")
        [('Ardo Belvane', 'alias'), ('Ardu Belvan', 'alias')]
        >>> names_in_remark("Mother's name: Sela Belvane. Address: Tarsis", alias="Ardo Belvane")
        []
    """
    names = [(name, "original_script") for name in _scripts(remark)]
    foreign = is_usable(alias) and not is_latin(alias)
    transliterated = "translitera" in remark.casefold()
    groups = [squeeze(group) for group in _GROUP.findall(remark)]
    for text in (squeeze(_OPENING.sub("", _GROUP.sub(" ", remark))), *groups):
        parts = [squeeze(part).strip(" )(") for part in re.split("[;,]" if transliterated else ";", text)]
        parts = [part for part in parts if is_usable(part)]
        several = len(parts) > 1 and (foreign or transliterated or all(" " in part for part in parts))
        alone = foreign and text != remark and transliterated
        if (several or alone) and all(is_name_like(part) and is_latin(part) for part in parts):
            names += [(part, "alias") for part in parts]
    return list(dict.fromkeys(names))


def names_in_document(remark: str) -> list[tuple[str, str]]:
    """Names that a document was made out in: its holder's, whatever the list says elsewhere.

    Example:
        >>> names_in_document("number 17979 issued under name Ardo al-Belvane (expired)")
        [('Ardo al-Belvane', 'alias')]
    """
    names = [(name, "original_script") for name in _scripts(remark)]
    for start in _UNDER_NAME.finditer(remark):
        name: list[str] = []
        position = start.end()
        while (word := _WORD.match(remark, position)) and is_name_like(" ".join([*name, word[0]])):
            name.append(word[0])
            position = word.end() + 1
            if remark[word.end() : position] != " ":
                break
        if len(name) > 1 and is_latin(" ".join(name)):
            names.append((" ".join(name), "alias"))
    return list(dict.fromkeys(names))


def _scripts(text: str) -> list[str]:
    """Runs of words in another script; separators end a run."""
    found = []
    for part in re.split(r"[;,،؛()]", text):
        words = part.split()
        for foreign, run in groupby(words, key=lambda word: not is_latin(word)):
            name = " ".join(run).strip(" :.")
            if foreign and sum(c.isalpha() for c in name) > 1:
                found.append(name)
    return found
