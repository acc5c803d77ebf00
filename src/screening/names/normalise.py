"""From text to tokens: the only place where a name is altered.

A name is cut at white space, and every word is analysed on its own, so that the result never depends on
what stands around it. This is what lets the index analyse each distinct word of a million names once.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from anyascii import anyascii

from screening.names.lexicon import (
    equivalents,
    homoglyphs,
    legal_forms,
    particles,
    rarity,
    romanisation,
    titles,
)

__all__ = ["KINDS", "MAX_CHARACTERS", "MAX_TOKENS", "Token", "WORD", "Word", "analyse", "tokenise", "words"]

KINDS: Final = ("individual", "entity")
MAX_CHARACTERS: Final = 500
"""A longer text is not a name; it is unscreenable, never a clear."""
MAX_TOKENS: Final = 50

_PARTICLE_CEILING: Final = 0.25
_TITLE_WEIGHT: Final = 0.1
_LEGAL_WEIGHT: Final = 0.05
_LENGTH_WEIGHT: Final = {1: 0.25, 2: 0.6, 3: 0.85}
_ABJADS: Final = ("arabic", "hebrew", "syriac")
_BY_SYLLABLE: Final = ("han", "hangul")


@dataclass(frozen=True, slots=True)
class Token:
    """One comparable part of a name.

    Attributes:
        form: Plain lower-case Latin letters and digits.
        native: The same part as it was written, folded, where it is not Latin; otherwise empty.
        script: Script of `native`, or "latin".
        keys: Spellings of the form after the romanisation families; equal keys sound alike.
        skeleton: Consonants only, for comparison with scripts that write no vowels.
        weights: Share of a full token it carries in a person's name and in an entity's name.
        role: For a person and for an entity: "name", "particle", "title", "legal form", "initial", "number".
    """

    form: str
    native: str = ""
    script: str = "latin"
    keys: tuple[str, ...] = field(default=(), compare=False)
    skeleton: str = field(default="", compare=False)
    weights: tuple[float, float] = field(default=(1.0, 1.0), compare=False)
    roles: tuple[str, str] = field(default=("name", "name"), compare=False)


@dataclass(frozen=True, slots=True)
class Word:
    """What one white-space separated word of a name becomes."""

    tokens: tuple[Token, ...]
    signs: tuple[str, ...] = ()


WORD: Final = r"[^\s\x1c-\x1f]+"
"""A word: white space of any kind ends it. Means the same to Python and to polars."""
_WORD: Final = re.compile(WORD)


def words(name: str) -> list[str]:
    """Cut a name at white space of any kind."""
    return _WORD.findall(name)


def tokenise(name: str) -> tuple[list[Token], list[str]]:
    """All tokens of a name, in order, and the warning signs met on the way.

    Example:
        >>> [token.form for token in tokenise("Abdul-Rahman AL TESTI")[0]]
        ['abdul', 'rahman', 'al', 'testi']
        >>> tokenise("Kh\\u0430lid")[1]
        ['mixed scripts']
    """
    tokens: list[Token] = []
    signs: dict[str, None] = {}
    for raw in words(name):
        word = analyse(raw)
        tokens += word.tokens
        signs |= dict.fromkeys(word.signs)
    return tokens, list(signs)


_PLAIN = re.compile(r"[A-Za-z]+")
_DOTTED = re.compile(r"(?:[^\W\d_]\.){2,}[^\W\d_]?(?![^\W\d_])")
_APOSTROPHES = re.compile(r"['`´‘’‚‛ʻʼʽʾʿˈ′＇ʹʺ\"“”„]")
_PARTS = re.compile(
    r"[^\W_]+(?:[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff][^\W_]*)*"
)


@lru_cache(maxsize=1 << 18)
def analyse(raw: str) -> Word:
    """Tokens of one word; a word of a list or a batch is analysed once."""
    if _PLAIN.fullmatch(raw):
        return Word(tuple(_split_compound(raw.lower())))
    signs: list[str] = []
    text = unicodedata.normalize("NFKC", raw)
    visible = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cc", "Co", "Cn", "Cs"))
    if visible != text:
        signs.append("invisible characters")
    if not visible.isascii():
        folded = _fold_homoglyphs(visible)
        if folded != visible:
            signs.append("mixed scripts")
            visible = folded
    visible = _DOTTED.sub(_join_legal_form, visible)
    visible = _APOSTROPHES.sub("", visible)
    tokens: list[Token] = []
    for part in _PARTS.findall(visible):
        tokens += _tokens_of(part)
    if any(c.isdigit() for c in visible) and "letters as digits" not in signs:
        tokens, swapped = _read_digits(tokens)
        if swapped:
            signs.append("digits for letters")
    return Word(tuple(tokens), tuple(signs))


def _join_legal_form(match: re.Match[str]) -> str:
    joined = match[0].replace(".", "")
    return joined if anyascii(joined).lower() in legal_forms() else match[0]


def _script(text: str) -> str:
    for character in text:
        if character.isascii():
            if character.isalpha():
                return "latin"
            continue
        name = unicodedata.name(character, "").split(" ")[0].lower()
        if name in ("cjk", "ideographic", "kangxi"):
            return "han"
        if name not in ("digit", "combining", "modifier"):
            return name
    return "latin"


def _fold_homoglyphs(text: str) -> str:
    """Replace look-alikes, but only in a word that mixes Latin with a look-alike script."""
    scripts = {_script(c) for c in text if c.isalpha()}
    lookalike = scripts & {"cyrillic", "greek", "armenian"}
    if not lookalike or (scripts == lookalike and len(scripts) == 1):
        return text
    return text.translate(homoglyphs())


def _tokens_of(part: str) -> list[Token]:
    script = _script(part)
    if script == "latin":
        return _split_compound(_plain(part))
    known = equivalents("both").get(part)
    if known:
        return [make_token(known, native=part, script=script)]
    if script in _BY_SYLLABLE:
        return [make_token(_plain(c), native=c, script=script) for c in part if _plain(c)]
    if script == "arabic":
        if part.startswith("عبد") and len(part) > 4:
            return [make_token("abd", native="عبد", script=script), *_tokens_of(part[3:])]
        if part.startswith("ال") and len(part) > 3:
            rest = part[2:]
            return [
                make_token("al", native="ال", script=script),
                make_token(_plain(rest), native=rest, script=script),
            ]
    form = _plain(part)
    return [make_token(form, native=part.casefold(), script=script)] if form else []


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", anyascii(text).lower())


_ABD = re.compile(r"^(abd)([aeiou]?)(?:l|ll|([rsnztd])(?=\3)|(?=[^aeioul]))(.{3,})$")
_DIN = re.compile(r"^(.{3,}?)[aeiou]?dd?(?:in|een|ine|ene|yn)$")
_ALLAH = re.compile(r"^(.{3,}?)[auo]?ll?ah?$")


def _split_compound(form: str) -> list[Token]:
    """Cut what is written as one word in one spelling and as two in another."""
    if not form:
        return []
    if len(form) > 6:
        if form in ("abdullah", "abdallah", "abdellah", "abdollah", "abdoullah", "abdalla", "abdulla"):
            return [make_token("abd"), make_token("allah")]
        found = _ABD.match(form)
        if found:
            return [make_token("abd"), *_split_compound(found[4])]
        found = _DIN.match(form)
        if found and form[-4:] not in ("adin", "idin", "odin"):
            return [make_token(found[1]), make_token("din")]
    return [make_token(form)]


_MIXED = re.compile(r"^(?=.*[a-z].*[a-z])(?=.*\d)[a-z0-9]{4,}$")
_TRAILING = re.compile(r"^([a-z]{2,})(\d{4,})$|^(\d{4,})([a-z]{2,})$")
_DIGITS = str.maketrans("0134578", "oieastb")


def _read_digits(tokens: list[Token]) -> tuple[list[Token], bool]:
    """Cut a date off a word, and read digits inside a word as the letters they imitate."""
    result: list[Token] = []
    swapped = False
    for token in tokens:
        glued = _TRAILING.match(token.form)
        if glued:
            result += [t for piece in glued.groups() if piece for t in _split_compound(piece)]
        elif _MIXED.match(token.form) and sum(c.isdigit() for c in token.form) * 2 < len(token.form):
            result += _split_compound(token.form.translate(_DIGITS))
            swapped = True
        else:
            result.append(token)
    return result, swapped


@lru_cache(maxsize=1 << 18)
def make_token(form: str, native: str = "", script: str = "latin") -> Token:
    """A token with all that is derived from its form."""
    keys = tuple(sorted({key for word in (form, *_meanings(form)) for key in _keys(word)}))
    weights, roles = zip(*(_weigh(form, keys, kind, script) for kind in KINDS), strict=True)
    return Token(
        form=form,
        native=native,
        script=script,
        keys=keys,
        skeleton=_skeleton(_keys(form)[0], form),
        weights=weights,
        roles=roles,
    )


def _meanings(form: str) -> list[str]:
    return [equivalents(kind)[form] for kind in KINDS if form in equivalents(kind)]


_DOUBLES = re.compile(r"(.)\1+")


def _keys(form: str) -> tuple[str, ...]:
    """Spelling families applied; `e` is read both as `a` and as `i`, because systems differ on it."""
    if form.isdigit():
        return (form.lstrip("0") or "0",)
    pattern, replacement = romanisation()
    sound = _DOUBLES.sub(r"\1", pattern.sub(lambda m: replacement[m[0]], form))
    readings = {sound.replace("e", "i"), sound.replace("e", "a")} if "e" in sound else {sound}
    return tuple(sorted(_DOUBLES.sub(r"\1", reading) for reading in readings))


_VOWELS = str.maketrans("pgc", "bjk", "aeiouvwy")


def _skeleton(key: str, form: str) -> str:
    skeleton = key.translate(_VOWELS)
    if len(skeleton) > 2 and skeleton.endswith("h"):
        skeleton = skeleton[:-1]
    return _DOUBLES.sub(r"\1", skeleton) or form


def _weigh(form: str, keys: tuple[str, ...], kind: str, script: str) -> tuple[float, str]:
    """Evidence that a token carries: what is common, short or incidental carries little."""
    if form.isdigit():
        return (1.0, "number") if kind == "entity" else (0.1, "number")
    if len(form) == 1 and script not in _BY_SYLLABLE:
        return _LENGTH_WEIGHT[1], "initial"
    if form in particles():
        return particles()[form], "particle"
    if kind == "individual" and form in titles():
        return _TITLE_WEIGHT, "title"
    if kind == "entity" and form in legal_forms():
        return _LEGAL_WEIGHT, "legal form"
    weight = min(rarity(kind).get(key, 1.0) for key in keys)
    return min(weight, _LENGTH_WEIGHT.get(len(form), 1.0)), "name"
