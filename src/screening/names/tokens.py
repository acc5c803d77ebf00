"""Tokens: the comparable parts of a name, with all that is derived from how they are written."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Final, Literal

from screening.names.characters import BY_SYLLABLE
from screening.names.korean import korean_in_cyrillic, korean_spellings
from screening.names.lexicon import (
    civil_titles,
    clerical,
    equivalents,
    initials,
    legal_forms,
    nicknames,
    particles,
    rarity,
    romanisation,
    titles,
)
from screening.names.scripts import (
    GUESSED,
    UNVOWELLED,
    commonest,
    spellings_of_first,
    usual_spelling,
)

__all__ = [
    "KINDS",
    "NAMELESS",
    "Kind",
    "Token",
    "alike_by_table",
    "as_initials",
    "make_token",
    "sounded",
    "whole",
]

Kind = Literal["individual", "entity"]
KINDS: Final = ("individual", "entity")
_TITLE_WEIGHT: Final = 0.1
_LEGAL_WEIGHT: Final = 0.02  # that two companies have one says nothing,
_LEGAL_COST: Final = 0.05  # that they have two says a little
_CLERICAL_WEIGHT: Final = 0.05
_NUMBER_WEIGHT: Final = 0.1
_LENGTH_WEIGHT: Final = {1: 0.2, 2: 0.6, 3: 0.8}
NAMELESS: Final = 0.6  # weight of two letters that are no name by themselves
_PERSON_IN_ENTITY: Final = 0.7
_INCIDENTAL: Final = frozenset({"particle", "title", "legal form", "initial"})
_BESIDE: Final = frozenset({"clerical", "number"})
_NONE: Final[frozenset[str]] = frozenset()


@dataclass(slots=True)  # nothing changes one; to be frozen would cost a tenth of what analysing a word does
class Token:
    """One comparable part of a name.

    Attributes:
        form: Plain lower-case Latin letters and digits.
        native: The same part as it was written, folded, where it is not Latin; otherwise empty.
        script: Script of `native`, or "latin".
        surface: The letters it was written with: the whole compound for the first part of one, nothing for
            the others. Joined surfaces are the name as it would be written together.
        heard: How the surface may sound, the usual way first; nothing where there are digits.
        part: Whether it is part of a compound: its surface is then not its own.
        compound: Whether it is several parts, which are there beside it.
        abbreviated: Whether a full stop ends it.
        readings: Other ways to read it: digits or letters as the Latin ones that they imitate, marked letters
            and Cyrillic ones as others transliterate them.
        guessed: Whether its form is one of many that a word without vowels may be: it says how the word may
            sound, and never what it means.
        meanings: Words that it stands for: an abbreviation, a number in words, another spelling of one name,
            the name that a nickname is short for, every spelling of a Korean syllable.
        begins: Latin letters with which the word, or what its initial stands for, may begin.
        keys: Spellings of the form after the romanisation families; equal keys sound alike.
        sounds: The same as a set.
        skeleton: Consonants only, for comparison with scripts that write no vowels.
        weights: Evidence that it carries in a person's name and in an entity's name, of 1 for a rare token.
        costs: What it costs there if nothing meets it. That a name lacks a part or has one more is not much
            less telling where the part is common, so this is the root of the weight, except for what is
            incidental or stands beside the name.
        extra: The same where a query has it more: a title that anybody may bear costs nothing there.
        roles: For a person and for an entity: "name", "known name", "particle", "title", "legal form",
            "clerical", "initial" or "number". A known name is one that several parties share.
    """

    form: str
    native: str = ""
    script: str = "latin"
    surface: str = ""
    heard: tuple[str, ...] = field(default=(), compare=False)
    part: bool = False
    compound: bool = field(default=False, compare=False)
    abbreviated: bool = False
    readings: tuple[str, ...] = ()
    guessed: bool = field(default=False, compare=False)
    meanings: frozenset[str] = field(default=frozenset(), compare=False)
    begins: tuple[str, ...] = field(default=(), compare=False)
    keys: tuple[str, ...] = field(default=(), compare=False)
    sounds: frozenset[str] = field(default=frozenset(), compare=False)
    skeleton: str = field(default="", compare=False)
    weights: tuple[float, float] = field(default=(1.0, 1.0), compare=False)
    costs: tuple[float, float] = field(default=(1.0, 1.0), compare=False)
    extra: tuple[float, float] = field(default=(1.0, 1.0), compare=False)
    roles: tuple[str, str] = ("name", "name")  # compared: one letter is a word here and an initial there

    def __hash__(self) -> int:
        return hash(self.form) - 2 * hash(self.surface)  # few tokens share both, and they are known already

    @property
    def numeral(self) -> bool:
        """Whether it is a number in digits, an ordinal too."""
        return self.form[0].isdigit() and self.keys[0].isdigit()

    @property
    def initial_of_two(self) -> bool:
        """Whether it is one of two letters that in an entity are a word, and meet nothing by themselves."""
        return self.roles[1] == "initials" and not self.compound

    @property
    def spoken(self) -> str:
        """How the surface usually sounds; nothing where there are digits."""
        return self.heard[0] if self.heard else ""

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
    initial: bool = False,
    readings: tuple[str, ...] = (),
) -> Token:
    """A token with all that is derived from how it is written; a Latin letter by itself is an initial."""
    guessed = script in GUESSED and native not in equivalents("both")
    own = _keys(form) if not guessed else (_by_letter(native, script) or _keys(form)[0],)
    meanings = _NONE if guessed or script in BY_SYLLABLE else _meanings().get(form, _NONE)
    if readings:
        meanings = meanings.union(readings) - {form, ""}
    if script == "hangul":
        meanings |= korean_spellings(native)
    elif script == "cyrillic":
        meanings |= _NONE if form in particles() else korean_in_cyrillic(native)
    keys = _all_keys(own, meanings)
    if initial or (len(form) == 1 and script == "latin" and not form.isdigit()):
        person = entity = _LENGTH_WEIGHT[1], "initial"
    else:
        person, entity = _weigh(form, keys, native, script, guessed=guessed)
    written = form if surface is None else surface
    return Token(
        form=form,
        native=native,
        script=script,
        surface=written,
        heard=_heard(written, form, own, readings if script == "cyrillic" else ()),
        part=part,
        abbreviated=abbreviated,
        readings=readings,
        guessed=guessed,
        meanings=meanings,
        begins=(form,) if script == "latin" else _begins(form, native, script, readings, guessed=guessed),
        keys=keys,
        sounds=frozenset(keys),
        skeleton=_skeleton((native and _by_letter(native, script)) or own[0], form),
        weights=(person[0], entity[0]),
        costs=(_cost(*person), _cost(*entity)),
        extra=(_extra(form, *person), _extra(form, *entity)),
        roles=(person[1], entity[1]),
    )


def _heard(written: str, form: str, own: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """The sounds of a surface; also as `others` read it, where it is the word itself."""
    if not written.isalpha():
        return ()
    if written != form:
        return _keys(written)
    return tuple(dict.fromkeys([*own, *[key for other in others for key in _keys(other)]])) if others else own


def _all_keys(own: tuple[str, ...], meanings: frozenset[str]) -> tuple[str, ...]:
    if not meanings:
        return tuple(sorted(own)) if len(own) > 1 else own
    keys = tuple(sorted({*own, *[key for meaning in meanings for key in _keys(meaning)]}))
    return tuple([key for key in keys if key.isdigit()]) or keys  # a number in words sounds like nothing else


@cache
def _meanings() -> dict[str, frozenset[str]]:
    """Word -> other words that it stands for, as a title, as a nickname and in each kind of name."""
    tables = (titles(), *(equivalents(kind) for kind in KINDS))
    one = {form: {table[form] for table in tables if form in table} for table in tables for form in table}
    return {
        form: (nicknames().get(form, _NONE) | one.get(form, _NONE)) - {form} for form in one | nicknames()
    }


def _begins(
    form: str, native: str, script: str, readings: tuple[str, ...], *, guessed: bool
) -> tuple[str, ...]:
    table = initials()
    spelled = table.get((script, native[:2])) or table.get((script, native[:1])) or ()
    if guessed:
        spelled = spellings_of_first(native, script)
    if (script, native) not in table:
        spelled = (*spelled, form, *readings)
    return tuple(dict.fromkeys(spelled))


def alike_by_table(form: str, other: str) -> bool:
    """Whether two words that sound alike do so only by what the tables say that they stand for."""
    tabled = form in _meanings() or other in _meanings()
    return tabled and set(_keys(form)).isdisjoint(_keys(other))


def whole(token: Token, parts: list[Token]) -> Token:
    """A compound as one token; it weighs and costs what its parts do."""
    person, entity = (sum(part.weights[k] for part in parts) for k in (0, 1))
    roles = ("initials", token.roles[1]) if parts[0].initial_of_two else token.roles
    costs = (sum(part.costs[0] for part in parts), sum(part.costs[1] for part in parts))
    extra = (sum(part.extra[0] for part in parts), sum(part.extra[1] for part in parts))
    return replace(token, compound=True, weights=(person, entity), costs=costs, extra=extra, roles=roles)


def as_initials(word: Token) -> list[Token]:
    """Two letters as the initials of a person; in an entity's name the first weighs what the word does."""
    letters = [
        make_token(letter, surface="" if place else word.form, part=True)
        for place, letter in enumerate(word.form)
    ]
    worth = ((word.weights[1], word.costs[1], word.extra[1]), (0.0, 0.0, 0.0))
    return [
        replace(
            letter,
            weights=(letter.weights[0], weight),
            roles=("initial", "initials"),
            costs=(letter.costs[0], cost),
            extra=(letter.extra[0], extra),
        )
        for letter, (weight, cost, extra) in zip(letters, worth, strict=True)
    ]


_DOUBLES = re.compile(r"(.)\1+")


def _single(text: str) -> str:
    """A text without doubled letters."""
    return _DOUBLES.sub(r"\1", text) if _DOUBLES.search(text) else text


def sounded(sound: str, word: str) -> str:
    """The sound of words as one, with one more word."""
    return sound + (word[1:] if word[:1] == sound[-1:] else word)


def _keys(form: str) -> tuple[str, ...]:
    """Spelling families applied, in every way that systems differ on.

    `e` is read both as `a` and as `i`; the Arabic qaf is spoken, and so written, both as `k` and as `g`. The
    usual reading comes first.
    """
    if not form or form.isdigit():
        return (form.lstrip("0") or form,)
    sound = _sound(form)
    if "e" not in sound and "q" not in form:  # most words sound one way
        return (_single(sound) or form,)
    sounds = [sound, _sound(form.replace("q", "g"))] if "q" in form else [sound]
    readings = [
        reading
        for sound in sounds
        for reading in ((sound.replace("e", "a"), sound.replace("e", "i")) if "e" in sound else (sound,))
    ]
    return tuple(dict.fromkeys([_single(reading) or form for reading in readings]))


def _sound(form: str) -> str:
    sound = f"^{form}$"
    for spelling, replacement in romanisation():
        sound = sound.replace(spelling, replacement)
    return sound[1:-1]


class _Consonants(dict[int, int | None]):
    """Translation table: consonants that sound much alike become one, and all else is left out."""

    def __missing__(self, character: int) -> int | None:
        return self.setdefault(character, None)


_CONSONANTS: Final = _Consonants(
    str.maketrans("bcdfghjklmnpqrstxzS0123456789", "bkdfjhjklmnbqrstxzS0123456789")
)


def _by_letter(native: str, script: str) -> str:
    """Sound of a word whose letters each write one, where two that meet are no new one; else nothing."""
    return _single("".join([_sound_of(spelling) for spelling in usual_spelling(native, script)]))


@cache
def _sound_of(spelling: str) -> str:
    return _keys(spelling)[0] if spelling else ""


def _skeleton(sound: str, form: str) -> str:
    """The consonants of a sound."""
    skeleton = sound.translate(_CONSONANTS)
    if len(skeleton) > 2 and skeleton.endswith("h"):
        skeleton = skeleton[:-1]
    return _single(skeleton) or form


Weighed = tuple[float, str]


def _weigh(
    form: str, keys: tuple[str, ...], native: str, script: str, *, guessed: bool
) -> tuple[Weighed, Weighed]:
    """Evidence that a token carries for a person and for an entity, and its role there.

    What is common, short or incidental carries little.
    """
    if form.isdigit():
        return (_NUMBER_WEIGHT, "number"), (1.0, "number")
    person, entity = _rarity(keys, native, script, KINDS[0]), _rarity(keys, native, script, KINDS[1])
    # A common person's name says more in a company's name than in a person's, but not everything.
    telling = max(_PERSON_IN_ENTITY, person) if entity == 1 else entity
    most = _LENGTH_WEIGHT.get(len(form), 1.0)
    beside = None if guessed or script in BY_SYLLABLE else _incidental().get(form)
    of_person, of_entity = beside or (None, None)
    return (
        of_person or (min(person, most), _named(person)),
        of_entity or (min(telling, most), _named(entity)),
    )


def _rarity(keys: tuple[str, ...], native: str, script: str, kind: str) -> float:
    rarities = rarity(kind)
    least = 1.0
    for key in keys:
        least = min(least, rarities.get(key, 1.0))
    return min(least, commonest(native, script, kind)) if script in UNVOWELLED else least


def _named(rarity: float) -> str:
    return "known name" if rarity < 1 else "name"


@cache
def _incidental() -> dict[str, tuple[Weighed | None, Weighed | None]]:
    """Words that stand in a person's name, or in an entity's, beside what names somebody."""
    title, legal_form = (_TITLE_WEIGHT, "title"), (_LEGAL_WEIGHT, "legal form")
    person, entity = (
        dict.fromkeys(clerical(), (_CLERICAL_WEIGHT, "clerical"))
        | of_kind
        | {form: (weight, "particle") for form, weight in particles().items()}
        for of_kind in (dict.fromkeys(titles(), title), dict.fromkeys(legal_forms(), legal_form))
    )
    return {form: (person.get(form), entity.get(form)) for form in person | entity}


def _extra(form: str, weight: float, role: str) -> float:
    return 0.0 if role == "title" and form in civil_titles() else _cost(weight, role)


def _cost(weight: float, role: str) -> float:
    if role == "legal form":
        return _LEGAL_COST
    if role in _BESIDE:  # a date or an account number beside the name of a person is no part of it
        return weight**2
    return weight if role in _INCIDENTAL else math.sqrt(weight)
