"""From text to tokens: the only place where a name is altered.

A name is cut at white space, and every word is analysed on its own, so that the result never depends on
what stands around it. This is what lets the index analyse each distinct word of a million names once.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from screening.names.characters import (
    BY_SYLLABLE,
    FILLERS,
    GLUE,
    INVISIBLE,
    LETTER,
    LOSSES,
    MARKS,
    SIGNS,
    WORD,
    script_of,
)
from screening.names.lexicon import affixes_cjk, homoglyphs, legal_forms
from screening.names.misread import reread
from screening.names.readings import other_readings
from screening.names.scripts import SYLLABARIES
from screening.names.spelling import LOOKALIKES, cut_compound, plain, romanised, tokens_of, two_initials
from screening.names.tokens import Token, make_token, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "FULL_LINE",
    "MAX_CHARACTERS",
    "MAX_TOKENS",
    "REVERSED",
    "Name",
    "Word",
    "analyse",
    "prepare",
    "prepare_readings",
]

MAX_CHARACTERS: Final = 500
"""A longer text is not a name; it is unscreenable, never a clear."""
MAX_TOKENS: Final = 32
"""More tokens are a text rather than a name; the longest name on the UN list has 13."""
FULL_LINE: Final = (33, 34, 35, 140)
"""Characters of a name that fills a line of 35, less a hyphen or blank at the cut, or a field of 140."""


Compound = tuple[int, int, Token]


class Word(NamedTuple):
    """What one white-space separated word of a name becomes.

    Attributes:
        tokens: Its parts, in order.
        compounds: Parts that were written as one: position of the first, how many, and the whole.
        signs: Warning signs: "invisible characters", "mixed scripts", "digits for letters", "lost letters".
    """

    tokens: tuple[Token, ...]
    compounds: tuple[Compound, ...] = ()
    signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Name:
    """A name made ready for comparison: all its words, in order.

    Attributes:
        words: Positions of the first token of each word.
        signs: Those of its words, "misread letters", and what makes it unscreenable.
        ends: Whether the text ends where the name ends; it does not where the name is part of a longer text.
        altered: Whether the text is one of `other_readings` of what stands in the payment.
    """

    text: str
    tokens: tuple[Token, ...]
    compounds: tuple[Compound, ...] = ()
    words: tuple[int, ...] = ()
    signs: tuple[str, ...] = ()
    ends: bool = True
    altered: bool = False

    @property
    def full_line(self) -> bool:
        """Whether it is as long as the lines of payment messages, so that its end may have been cut off."""
        return self.ends and len(self.text) in FULL_LINE

    @property
    def screenable(self) -> bool:
        """Whether there is anything to compare, and not too much of it."""
        return 0 < len(self.tokens) <= MAX_TOKENS


_WORD = re.compile(WORD)
REVERSED: Final = re.compile("[\u202d\u202e]")
"""A text in which this is found shows another name than it holds: it is unscreenable, never a clear."""


def prepare(text: str, *, ends: bool = True) -> Name:
    r"""Analyse a name once for many comparisons.

    Example:
        >>> [token.form for token in prepare("Nur-uddin AL TESTI").tokens]
        ['nur', 'al', 'din', 'al', 'testi']
        >>> prepare("Kh\u0430lid").signs
        ('mixed scripts',)
    """
    if len(text) > MAX_CHARACTERS:
        return Name(text, (), signs=("too long to judge",))
    if REVERSED.search(text):
        return Name(text, (), signs=("shown in another order than written",))
    tokens: list[Token] = []
    compounds: list[Compound] = []
    starts: list[int] = []
    signs: dict[str, None] = {}
    for raw in _WORD.findall(text):
        word = analyse(raw)
        if word.compounds:
            compounds += [(len(tokens) + start, count, token) for start, count, token in word.compounds]
        if word.signs:
            signs |= dict.fromkeys(word.signs)
        if word.tokens:
            starts.append(len(tokens))
            tokens += word.tokens
        if len(tokens) > MAX_TOKENS:
            break  # not to be judged, however it goes on
    return Name(text, tuple(tokens), tuple(compounds), tuple(starts), tuple(signs), ends)


def prepare_readings(text: str, parts: Callable[[str], Iterable[str]] | None = None) -> list[Name]:
    """A name in all ways that it may be read, as it stands first.

    Args:
        text: The name.
        parts: What each of these is read as, if it stands inside a text; otherwise it is a name as a whole.

    Example:
        >>> [name.text for name in prepare_readings("JÃ©rÃ´me")]
        ['JÃ©rÃ´me', 'Jérôme']
    """
    others = other_readings(text, name=parts is None)
    signs = ("misread letters",) if others and reread(text) != text else ()
    names = []
    for reading in (text, *others):
        for way in (reading,) if parts is None else parts(reading):
            name = prepare(way, ends=parts is None)
            if reading != text:
                name = replace(name, signs=(*signs, *name.signs), altered=True)
            names.append(name)
    return names


_PLAIN = re.compile(r"[A-Za-z,;:&()-]+|[0-9]+")
_PLAIN_PART = re.compile(r"[a-z]+|[0-9]+")
_LONGEST_PAIR: Final = 5  # "S.A.,"
_LINE_CODE = re.compile(r"^\d/(?=\S)")
_DOTTED = re.compile(rf"(?:[^\W\d_]\.){{2,}}[^\W\d_]?(?![^\W\d_]|[{MARKS}])")
_DATE_GLUED = re.compile(r"(?<=[^\W\d_])(?=\d{4})|(?<=\d{4})(?=[^\W\d_])")
_SLASHED = re.compile(r"(?i)\b([acsdwfb])/([aocb]o?)\b")
_APOSTROPHES = re.compile(f"[{GLUE}]")
_LOST = re.compile(rf"(?<={LETTER})[{LOSSES}](?={LETTER})")
_PARTS = re.compile(rf"[^\W_]+(?:[{MARKS}]+[^\W_]*)*")
_IMITATING = re.compile(rf"(?<={LETTER})[{SIGNS}](?={LETTER})")
_IMITATED: Final = str.maketrans(SIGNS, "as")
_MAIL = re.compile(r".@[^@]+\.[A-Za-z]{2,}")
_FILLED = re.compile(f"(?<={LETTER})[{FILLERS}]+")


@lru_cache(maxsize=1 << 18)
def analyse(raw: str) -> Word:
    """Tokens of one word; a word of a list or a batch is analysed once."""
    initials = two_initials(raw) if len(raw) <= _LONGEST_PAIR else []
    if initials:
        return _word([initials])
    if _PLAIN.fullmatch(raw):  # most words: nothing to fold
        return _word([cut_compound(part) for part in _PLAIN_PART.findall(raw.lower())])
    return _folded(raw)


def _folded(raw: str) -> Word:
    """The same of a word that holds more than plain letters or digits."""
    pieces: list[list[Token]] = []
    signs: list[str] = []
    text = raw if raw.isascii() else unicodedata.normalize("NFKC", raw)
    visible = _visible(text)
    if visible != _JOINERS.sub("", text):
        signs.append("invisible characters")
    folded = visible if visible.isascii() else _PARTS.sub(lambda part: _fold_homoglyphs(part[0]), visible)
    if folded != visible:
        signs.append("mixed scripts")
    whole_again = _LOST.sub("", folded)
    if whole_again != folded:
        signs.append("lost letters")
    read = _imitating(whole_again)
    folded, parts = _parted(read)
    swapped = read != whole_again
    for part, stopped in parts:
        found, digits = _read(part, stopped=stopped)
        if stopped and len(part) == 2 and len(parts) > 1:  # "Kh.A."
            found = [[replace(token, abbreviated=True) for token in piece] for piece in found]
        pieces += found
        swapped |= digits
    if swapped:
        signs.append("digits for letters")
    if folded.endswith(".") and len(parts) == 1 and [len(piece) for piece in pieces] == [1]:
        token = pieces[0][0]
        if token.roles[0] != "initial" and token.script not in (*BY_SYLLABLE, *SYLLABARIES):
            pieces = [[replace(token, abbreviated=True)]]
    return _word(pieces, tuple(dict.fromkeys(signs)))


def _read(part: str, *, stopped: bool) -> tuple[list[list[Token]], bool]:
    """Written pieces of a run of letters and digits, each as its parts; whether digits stand for letters."""
    if part.isascii() and any(c.isdigit() for c in part) and not part.isdigit():
        return _read_digits(part.lower())
    return tokens_of(part, stopped=stopped), False


def _imitating(text: str) -> str:
    """Signs between letters, read as the letters that they imitate; not in the address of a mail."""
    if _IMITATING.search(text) and not _MAIL.search(text):
        return _IMITATING.sub(lambda sign: sign[0].translate(_IMITATED), text)
    return text


def _visible(text: str) -> str:
    text = _FILLED.sub("", text)
    if text.isprintable():  # then nothing else is invisible
        return text
    return "".join(c for c in text if unicodedata.category(c) not in INVISIBLE)


_JOINERS = re.compile("(?<=[\u0600-\u0dff])[\u200c\u200d]")
"""What Persian, Kurdish and Indian spelling puts between two letters."""


def _parted(text: str) -> tuple[str, list[tuple[str, bool]]]:
    """A word without what stands between its letters; its runs, and whether a full stop ends each."""
    if text.isalpha():  # then some apostrophes are all there may be to leave out
        text = _APOSTROPHES.sub("", text)
        return text, [(text, False)] if text else []
    text = _LINE_CODE.sub("", text)
    if not text.isascii():
        text = _bracketed_forms().sub(lambda form: f" {affixes_cjk()[form[0]]} ", text)
    text = _DOTTED.sub(_join_letters, text)
    text = _SLASHED.sub(r"\1\2", text)
    text = _APOSTROPHES.sub("", text)
    text = _DATE_GLUED.sub(" ", text)
    return text, [(part[0], text.startswith(".", part.end())) for part in _PARTS.finditer(text)]


@cache
def _bracketed_forms() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(form) for form in affixes_cjk() if form.startswith("(")))


def _word(pieces: list[list[Token]], signs: tuple[str, ...] = ()) -> Word:
    """A word of written pieces, each as its parts; one that was cut is remembered whole."""
    if len(pieces) == 1 and len(pieces[0]) == 1:
        return Word((pieces[0][0],), signs=signs)
    tokens: list[Token] = []
    compounds: list[Compound] = []
    for parts in pieces:
        if len(parts) > 1:
            native, script = "".join(part.native for part in parts), parts[0].script
            form = romanised(native, script) if native else parts[0].surface.translate(_DIGITS)
            one = make_token(form, native=native, script=script, surface=parts[0].surface)
            compounds.append((len(tokens), len(parts), whole(one, parts)))
        tokens += parts
    return Word(tuple(tokens), tuple(compounds), signs)


def _join_letters(match: re.Match[str]) -> str:
    """Three dotted letters and more are one word; two are one if they are a legal form, else initials."""
    joined = match[0].replace(".", "")
    return joined if len(joined) > 2 or plain(joined) in legal_forms() else match[0]


def _fold_homoglyphs(text: str) -> str:
    """Replace look-alikes, but only in one run of letters that mixes Latin with a look-alike script."""
    if text.isascii():
        return text
    scripts = {script_of(c) or "latin" for c in text if c.isalpha()}
    if len(scripts) > 1 and not scripts.isdisjoint(LOOKALIKES):
        return text.translate(homoglyphs())
    return text


_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)|\d+[a-z]")
_BESIDE_A_NUMBER = re.compile(r"(\d*)([a-z]{2,}|[a-z].*[a-z])(\d*)")
_DIGITS = str.maketrans("0134578", "oieastb")


def _read_digits(part: str) -> tuple[list[list[Token]], bool]:
    """Read digits inside a word as the letters they imitate."""
    if sum(c.isdigit() for c in part) * 2 <= len(part) and not _ORDINAL.fullmatch(part):
        read = part.translate(_DIGITS)
        beside = _BESIDE_A_NUMBER.fullmatch(part)
        if beside and (beside[1] or beside[3]):
            before, word, behind = beside[1], beside[2].translate(_DIGITS), beside[3]
            pieces = filter(None, (before, word, behind))
            cut = [make_token(p, surface="" if place else part, part=True) for place, p in enumerate(pieces)]
            return [cut], word != beside[2] or max(len(before), len(behind)) == 1
        parts = cut_compound(read)
        if len(parts) == 1 and "1" in part:
            parts = [make_token(read, readings=(part.replace("1", "l").translate(_DIGITS),))]
        return [parts], True
    number = _ORDINAL.fullmatch(part)
    return [[make_token(part, readings=(number[1],) if number and number[1] else ())]], False
