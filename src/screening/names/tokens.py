"""Tokens: the comparable parts of a name, with all that is derived from how they are written."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from anyascii import anyascii

from screening.names.lexicon import (
    clerical,
    equivalents,
    legal_forms,
    particles,
    rarity,
    romanisation,
    titles,
)

__all__ = ["ABJADS", "KINDS", "Token", "make_token", "whole"]

KINDS: Final = ("individual", "entity")
ABJADS: Final = ("arabic", "hebrew", "syriac")
"""Scripts that do not write their vowels."""

_TITLE_WEIGHT: Final = 0.1
_LEGAL_WEIGHT: Final = 0.05
_NUMBER_WEIGHT: Final = 0.1
_LENGTH_WEIGHT: Final = {1: 0.2, 2: 0.6, 3: 0.8}
_PERSON_IN_ENTITY: Final = 0.7
_INCIDENTAL: Final = frozenset({"particle", "title", "legal form", "initial"})
_BESIDE: Final = frozenset({"clerical", "number"})


@dataclass(frozen=True, slots=True)
class Token:
    """One comparable part of a name.

    Attributes:
        form: Plain lower-case Latin letters and digits.
        native: The same part as it was written, folded, where it is not Latin; otherwise empty.
        script: Script of `native`, or "latin".
        surface: The letters it was written with: the whole compound for the first part of one, nothing for
            the others. Joined surfaces are the name as it would be written together.
        part: Whether it is part of a compound: its surface is then not its own.
        abbreviated: Whether a full stop ends it.
        reading: A second way to read its digits as letters.
        meanings: Words that it stands for: an abbreviation, a number in words, another spelling of one name.
        keys: Spellings of the form after the romanisation families; equal keys sound alike.
        sounds: The same as a set.
        skeleton: Consonants only, for comparison with scripts that write no vowels.
        weights: Evidence that it carries in a person's name and in an entity's name, of 1 for a rare token.
        costs: What it costs there if nothing meets it. That a name lacks a part or has one more is not much
            less telling where the part is common, so this is the root of the weight, except for what is
            incidental or stands beside the name.
        roles: For a person and for an entity: "name", "known name", "particle", "title", "legal form",
            "clerical", "initial" or "number". A known name is one that several parties share.
    """

    form: str
    native: str = ""
    script: str = "latin"
    surface: str = ""
    part: bool = False
    abbreviated: bool = False
    reading: str = ""
    meanings: frozenset[str] = field(default=frozenset(), compare=False)
    keys: tuple[str, ...] = field(default=(), compare=False)
    sounds: frozenset[str] = field(default=frozenset(), compare=False)
    skeleton: str = field(default="", compare=False)
    weights: tuple[float, float] = field(default=(1.0, 1.0), compare=False)
    costs: tuple[float, float] = field(default=(1.0, 1.0), compare=False)
    roles: tuple[str, str] = field(default=("name", "name"), compare=False)

    def __hash__(self) -> int:
        return hash(self.form)  # few tokens share it, and it is known already

    @property
    def own_surface(self) -> str:
        """The letters it is written with, if it stands by itself."""
        return "" if self.part else self.surface


@lru_cache(maxsize=1 << 18)
def make_token(
    form: str,
    *,
    native: str = "",
    script: str = "latin",
    surface: str | None = None,
    part: bool = False,
    abbreviated: bool = False,
    reading: str = "",
) -> Token:
    """A token with all that is derived from how it is written."""
    own = _keys(form)
    meanings = {reading, titles().get(form, ""), *(equivalents(kind).get(form, "") for kind in KINDS)} - {
        "",
        form,
    }
    keys = tuple(sorted({*own, *(key for meaning in meanings for key in _keys(meaning))}))
    keys = tuple(key for key in keys if key.isdigit()) or keys  # a number in words sounds like nothing else
    person, entity = (_weigh(form, keys, kind, script) for kind in KINDS)
    return Token(
        form=form,
        native=native,
        script=script,
        surface=form if surface is None else surface,
        part=part,
        abbreviated=abbreviated,
        reading=reading,
        meanings=frozenset(meanings),
        keys=keys,
        sounds=frozenset(keys),
        skeleton=_skeleton(own[0], form) if script not in ABJADS else _skeleton(_letters(native), form),
        weights=(person[0], entity[0]),
        costs=(_cost(*person), _cost(*entity)),
        roles=(person[1], entity[1]),
    )


def whole(token: Token, parts: list[Token]) -> Token:
    """A compound as one token; it weighs and costs what its parts do."""
    person, entity = (sum(part.weights[k] for part in parts) for k in (0, 1))
    costs = (sum(part.costs[0] for part in parts), sum(part.costs[1] for part in parts))
    return replace(token, weights=(person, entity), costs=costs)


_DOUBLES = re.compile(r"(.)\1+")


def _keys(form: str) -> tuple[str, ...]:
    """Spelling families applied, in every way that systems differ on.

    `e` is read both as `a` and as `i`; the Arabic qaf is spoken, and so written, both as `k` and as `g`. The
    usual reading comes first.
    """
    if not form or form.isdigit():
        return (form.lstrip("0") or form,)
    sounds = [_sound(form), _sound(form.replace("q", "g"))] if "q" in form else [_sound(form)]
    readings = [
        reading
        for sound in sounds
        for reading in ((sound.replace("e", "a"), sound.replace("e", "i")) if "e" in sound else (sound,))
    ]
    return tuple(dict.fromkeys([_DOUBLES.sub(r"\1", reading) or form for reading in readings]))


def _sound(form: str) -> str:
    sound = f"^{form}$"
    for spelling, replacement in romanisation():
        sound = sound.replace(spelling, replacement)
    return sound[1:-1]


_CONSONANTS: Final = str.maketrans("pgc", "bjk", "aeiouvwy")


def _letters(native: str) -> str:
    """Sounds of a script that writes one letter for one consonant, letter by letter."""
    return "".join(_keys(anyascii(letter).lower())[0] for letter in native)


_NO_CONSONANT = re.compile(r"[^a-zS0-9]")


def _skeleton(sound: str, form: str) -> str:
    """The consonants of a sound."""
    skeleton = _NO_CONSONANT.sub("", sound).translate(_CONSONANTS)
    if len(skeleton) > 2 and skeleton.endswith("h"):
        skeleton = skeleton[:-1]
    return _DOUBLES.sub(r"\1", skeleton) or form


def _weigh(form: str, keys: tuple[str, ...], kind: str, script: str) -> tuple[float, str]:
    """Evidence that a token carries: what is common, short or incidental carries little."""
    if form.isdigit():
        return (1.0 if kind == "entity" else _NUMBER_WEIGHT), "number"
    if len(form) == 1 and script == "latin":
        return _LENGTH_WEIGHT[1], "initial"
    return _incidental(form, kind) or _telling(form, keys, kind)


def _cost(weight: float, role: str) -> float:
    if role in _BESIDE:  # a date or an account number beside the name of a person is no part of it
        return weight**2
    return weight if role in _INCIDENTAL else math.sqrt(weight)


def _incidental(form: str, kind: str) -> tuple[float, str] | None:
    if form in particles():
        return particles()[form], "particle"
    if kind == "individual" and form in titles():
        return _TITLE_WEIGHT, "title"
    if kind == "entity" and form in legal_forms():
        return _LEGAL_WEIGHT, "legal form"
    return (_LEGAL_WEIGHT, "clerical") if form in clerical() else None


def _telling(form: str, keys: tuple[str, ...], kind: str) -> tuple[float, str]:
    rarities = rarity(kind)
    weight = min([rarities.get(key, 1.0) for key in keys])
    role = "known name" if weight < 1 else "name"
    if kind == "entity" and weight == 1:
        # A common person's name says more in a company's name than in a person's, but not everything.
        weight = max(_PERSON_IN_ENTITY, min(rarity("individual").get(key, 1.0) for key in keys))
    return min(weight, _LENGTH_WEIGHT.get(len(form), 1.0)), role
