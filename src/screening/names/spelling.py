"""A run of letters as tokens: its words romanised as their script asks, and compounds cut."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Final

from anyascii import anyascii

from screening.names.characters import BY_SYLLABLE, SYLLABIC, script_of, script_of_text
from screening.names.lexicon import (
    affixes_cjk,
    compounds,
    declensions,
    equivalents,
    han_variants,
    homoglyphs,
    initials,
    legal_forms,
    readings,
)
from screening.names.scripts import ABJADS, GUESSED, SYLLABARIES, UNVOWELLED, usual_spelling
from screening.names.tokens import NAMELESS, Token, as_initials, make_token

__all__ = ["LOOKALIKES", "cut_compound", "plain", "romanised", "tokens_of", "two_initials"]

LOOKALIKES: Final = ("cyrillic", "greek", "armenian", "cherokee", "lisu", "coptic")
_TWO_WAYS: Final = ("cyrillic",)
"""Scripts whose letters `scripts.csv` reads in one more way each."""
_RUNS = re.compile(rf"[{SYLLABIC}]+|[^{SYLLABIC}]+")
_ACCENTS = re.compile("[\u0300\u0301\u0313\u0314\u0342]")


def tokens_of(part: str, *, stopped: bool = False) -> list[list[Token]]:
    """Written pieces of one run of letters, each as its parts; `stopped` if a full stop ends it."""
    runs = [part] if part.isascii() else _RUNS.findall(part)
    if len(runs) > 1:
        return [piece for run in runs for piece in tokens_of(run)]
    script = script_of_text(part)
    part = _with_own_marks(part, script)
    if script == "latin":
        return _latin(part)
    if script in BY_SYLLABLE:
        return _syllables(part, script)
    native = part.casefold()
    if script == "greek":
        native = _ACCENTS.sub("", unicodedata.normalize("NFD", native))
    written, spoken = (native, native) if script in _TWO_WAYS else _read_together(native, script)
    form = romanised(spoken, script)
    if not form:
        return []
    cut = _cut_written(written, script)
    known = equivalents("both")
    read = [(piece, known.get(piece) or (romanised(piece, script) if cut[1:] else form)) for piece in cut]
    pieces = [(piece, its_form) for piece, its_form in read if its_form]
    if script not in UNVOWELLED and native not in known and len(_parts_of_compound(form)) > 1:
        return [cut_compound(form, *_transliterated(native, script))]
    initial = _is_initial(part, script, stopped=stopped)
    imitated = part.translate(homoglyphs()).lower() if script in LOOKALIKES and not initial else part
    otherwise = (*([imitated] if imitated.isascii() else ()), *_transliterated(native, script))
    return [
        [
            make_token(
                its_form,
                native=piece,
                script=script,
                surface="" if place else written if script in GUESSED else form,
                part=len(pieces) > 1,
                initial=initial and piece not in known,
                readings=otherwise,
            )
            for place, (piece, its_form) in enumerate(pieces)
        ]
    ]


def _is_initial(part: str, script: str, *, stopped: bool) -> bool:
    """Whether letters that are not Latin are an initial: a small one without a full stop is a word."""
    if script in SYLLABARIES:
        return False
    if len(part) == 1:
        return stopped or part.isupper()
    return stopped and (script, part.casefold()) in initials()


def _latin(part: str) -> list[list[Token]]:
    """Latin letters without their marks, and read as others write them without marks."""
    form = plain(part)
    if not form:
        return []
    _, spelled = (part, form) if part.isascii() else _read_together(part.lower(), "latin")
    return [cut_compound(form, plain(spelled))]


def _read_together(written: str, script: str) -> tuple[str, str]:
    """Letters as their script writes them in the end, and as they are spoken where not one by one."""
    written = spoken = f"^{written}"
    for letters, read in readings().get(script, ()):
        spoken = spoken.replace(letters, read)
        if not read.isascii() or script in ABJADS:
            written = written.replace(letters, read)
    return written[1:], spoken[1:]


def _transliterated(native: str, script: str) -> list[str]:
    """How else others write a word in Latin letters, where that is not told by the word."""
    if script not in _TWO_WAYS:
        return []
    others = [
        plain(native.replace(letters, read)) for letters, read in readings()[script] if letters in native
    ]
    return others + [romanised(word, script) for word in _nominatives(native)]


def _nominatives(native: str) -> list[str]:
    """The names of which a word may be a case."""
    stems = (
        (native.removesuffix(end), became, before)
        for end, became, before in declensions()
        if native.endswith(end)
    )
    return [stem + became for stem, became, before in stems if len(stem) > 2 and stem[-1] in before]


def _with_own_marks(part: str, script: str) -> str:
    """Letters with the vowels that their script writes as marks; accents and marks of others say nothing."""
    if part.isalnum():
        return part
    return "".join([c for c in part if c.isalnum() or (script_of(c) == script and script not in ABJADS)])


def _syllables(part: str, script: str) -> list[list[Token]]:
    """Scripts without blanks: each syllable is a token, and a legal form or title at either end is one."""
    before: list[list[Token]] = []
    behind: list[list[Token]] = []
    while part and (found := _affix_at_an_end(part)) is not None:
        form, at_start, part = found
        (before if at_start else behind).append([make_token(form)])
    syllables = [_syllable(c, script) for c in part]
    return [*before, *([syllable] for syllable in syllables if syllable is not None), *reversed(behind)]


def _affix_at_an_end(part: str) -> tuple[str, bool, str] | None:
    """A legal form or title, whether it stands at the start, and what is left of the word."""
    for written, form in affixes_cjk().items():
        if part.startswith(written):
            return form, True, part[len(written) :]
        if part.endswith(written):
            return form, False, part[: -len(written)]
    return None


@cache
def _affixed() -> re.Pattern[str]:
    any_of_them = "|".join(map(re.escape, affixes_cjk()))
    return re.compile(f"^(?:{any_of_them})|(?:{any_of_them})$")


@lru_cache(maxsize=1 << 16)
def _syllable(character: str, script: str) -> Token | None:
    form = plain(character)
    return make_token(form, native=han_variants().get(character, character), script=script) if form else None


def romanised(native: str, script: str) -> str:
    """A word in plain Latin letters, by the usual spelling of each of its letters if its script has such."""
    return "".join(usual_spelling(native, script)) or plain(native)


def _cut_written(native: str, script: str) -> list[str]:
    """A word as its parts, where its script writes as one what others write as several."""
    known, parts = equivalents("both"), compounds().get(script, ())
    cut: list[str] = []
    while native not in known:
        fitting = (
            (p, place) for p, place, longer in parts if len(native) > longer and _stands(native, p, place)
        )
        part, place = next(fitting, ("", ""))
        if place == "end":
            return [*cut, native.removesuffix(part), part]
        if not part:
            break
        cut.append(part)
        native = native.removeprefix(part)
        if place == "article":
            break
    return [*cut, native]


def _stands(native: str, part: str, place: str) -> bool:
    return native.endswith(part) if place == "end" else native.startswith(part)


_NOT_PLAIN = re.compile(r"[^a-z0-9]")


def plain(text: str) -> str:
    """A text in lower-case Latin letters and digits, and nothing else."""
    if text.isascii() and text.isalnum():
        return text.lower()
    return _NOT_PLAIN.sub("", anyascii(text).lower())


_PAIR = re.compile(r"([B-DF-HJ-NP-TV-Z]{2})|([A-Za-z])\.([A-Za-z])\.?")


def two_initials(text: str) -> list[Token]:
    """Two letters that may be initials, or a word such as a legal form; nothing for other words."""
    found = _PAIR.fullmatch(text.rstrip(",;:"))
    if not found:
        return []
    letters = "".join(filter(None, found.groups())).lower()
    word = make_token(letters)
    if found[1] and (
        word.roles[0] not in ("name", "known name") or word.meanings or word.weights[0] < NAMELESS
    ):
        return []
    if not found[1] and letters not in legal_forms():
        return []
    return as_initials(word)


_ABD = re.compile(r"^(abd)([aeiou]?)(?:l|ll|([rsnztd])(?=\3)|(?=[^aeioul]))(.{3,})$")
_DIN = re.compile(r"^(.{3,}?)[aeiou]?dd?(?:in|een|ine|ene|yn)$")
_ABU = re.compile(r"^ab[aou]+l([^aeiou].{2,}|[aeiou].{4,})$")
_EL_DIN = re.compile(r"^[aeou](?:l|l?d)d(?:in|een|ine|ene|yn)$")
_ALLAH = re.compile(r"^abd[aeou]u?ll?a+h?i?$")


def cut_compound(form: str, *others: str) -> list[Token]:
    """Cut what is one word in one spelling and two in another; `others` are how else it is read."""
    parts = _parts_of_compound(form)
    if len(parts) == 1 and not others:
        return [make_token(form)]
    read = [other for other in map(_parts_of_compound, others) if len(other) == len(parts)]
    if len(parts) == 1:
        return [make_token(form, readings=_unlike(form, read, 0))]
    return [
        make_token(part, surface="" if place else form, part=True, readings=_unlike(part, read, place))
        for place, part in enumerate(parts)
    ]


def _unlike(part: str, read: list[list[str]], place: int) -> tuple[str, ...]:
    """The same part in other readings."""
    return tuple(dict.fromkeys([parts[place] for parts in read if parts[place] not in ("", part)]))


def _parts_of_compound(form: str) -> list[str]:
    if _EL_DIN.match(form):
        return ["al", "din"]
    found = _ABU.match(form)
    if found:
        return ["abu", *_parts_of_compound(found[1])]
    cut: list[str] = []
    while len(form) > 6:
        if _ALLAH.match(form):
            return [*cut, "abd", "allah"]
        found = _ABD.match(form)
        if not found:
            break
        cut.append("abd")
        form = found[4]
    found = _DIN.match(form) if len(form) > 6 else None
    if found and form[-4:] not in ("adin", "idin", "odin"):
        return [*cut, found[1], "din"]
    return [*cut, form]
