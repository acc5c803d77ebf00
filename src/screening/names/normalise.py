"""From text to tokens: the only place where a name is altered.

A name is cut at white space, and every word is analysed on its own, so that the result never depends on
what stands around it. This is what lets the index analyse each distinct word of a million names once.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, cycle, product
from typing import TYPE_CHECKING, Final

from anyascii import anyascii

from screening.names.korean import spelled_otherwise
from screening.names.lexicon import equivalents, homoglyphs, legal_forms, legal_forms_cjk, readings
from screening.names.misread import MISREAD, reread, reread_with_places
from screening.names.numbers import NUMBER_IN_WORDS, in_digits, in_digits_with_places
from screening.names.scripts import ABJADS, SYLLABARIES, UNVOWELLED, usual_spelling
from screening.names.tokens import Token, make_token, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = [
    "BY_SYLLABLE",
    "FULL_LINE",
    "GLUE",
    "HAN",
    "HANGUL",
    "MARKS",
    "MAX_CHARACTERS",
    "MAX_TOKENS",
    "READ_OTHERWISE",
    "REVERSED",
    "SYLLABIC",
    "WITHIN",
    "WORD",
    "Name",
    "Word",
    "analyse",
    "other_readings",
    "prepare",
    "prepare_readings",
    "written_with_places",
]

MAX_CHARACTERS: Final = 500
"""A longer text is not a name; it is unscreenable, never a clear."""
MAX_TOKENS: Final = 32
"""More tokens are a text rather than a name; the longest name on the UN list has 13."""
FULL_LINE: Final = (33, 34, 35, 140)
"""Characters of a name that fills a line of 35, less a hyphen or blank at the cut, or a field of 140."""
WORD: Final = r"[^\s\x1c-\x1f]+"
"""A word: white space of any kind ends it. Means the same to Python and to polars."""

HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
HANGUL: Final = "\uac00-\ud7af"
SYLLABIC: Final = HAN + HANGUL
"""Scripts that write a syllable as one character."""

BY_SYLLABLE: Final = ("han", "hangul")
"""The same scripts by name: each syllable is a token."""
_LOOKALIKES: Final = ("cyrillic", "greek", "armenian", "cherokee", "lisu", "coptic")

Compound = tuple[int, int, Token]


@dataclass(frozen=True, slots=True)
class Word:
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
        ['nur', 'uddin', 'al', 'testi']
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


_LETTER: Final = r"[^\W\d_]"


def prepare_readings(text: str, parts: Callable[[str], Iterable[str]] | None = None) -> list[Name]:
    """A name in all ways that it may be read, as it stands first.

    Args:
        text: The name.
        parts: What each of these is read as, if it stands inside a text; otherwise it is a name as a whole.

    Example:
        >>> [name.text for name in prepare_readings("JÃ©rÃ´me")]
        ['JÃ©rÃ´me', 'Jérôme']
    """
    signs = ("misread letters",) if reread(text) != text else ()
    names = []
    for reading in (text, *other_readings(text, name=parts is None)):
        for way in (reading,) if parts is None else parts(reading):
            name = prepare(way, ends=parts is None)
            if reading != text:
                name = replace(name, signs=(*signs, *name.signs), altered=True)
            names.append(name)
    return names


_PLAIN = re.compile(r"[A-Za-z,;:&()-]+|[0-9]+")
_PLAIN_PART = re.compile(r"[a-z]+|[0-9]+")
_LINE_CODE = re.compile(r"^\d/(?=\S)")
_DOTTED = re.compile(r"(?:[^\W\d_]\.){2,}[^\W\d_]?(?![^\W\d_])")
_DATE_GLUED = re.compile(r"(?<=[^\W\d_])(?=\d{4})|(?<=\d{4})(?=[^\W\d_])")
_SLASHED = re.compile(r"(?i)\b([acsdwfb])/([aocb]o?)\b")
GLUE: Final = "'`´‘’‚‛ʻʼʽʾʿˈ′＇ʹʺ\"“”„"
"""What is left out of a word, and joins what stands around it."""
_APOSTROPHES = re.compile(f"[{GLUE}]")
_WITH_MARKS: Final = (range(0x300, 0x3100), range(0xA600, 0xAC00), range(0xFB00, 0xFE30))
MARKS: Final = "".join([c for c in map(chr, chain(*_WITH_MARKS)) if unicodedata.category(c)[0] == "M"])
"""Signs written upon, under or behind a letter, of all scripts but a few that hardly anybody writes today."""
# what stands in place of a letter that could not be written
_LOSSES: Final = "?*\ufffd"
_LOST = re.compile(rf"(?<={_LETTER})[{_LOSSES}](?={_LETTER})")
_PARTS = re.compile(rf"[^\W_]+(?:[{MARKS}]+[^\W_]*)*")
_SIGNS: Final = "@$"
_IMITATING = re.compile(rf"(?<={_LETTER})[{_SIGNS}](?={_LETTER})")
_IMITATED: Final = str.maketrans(_SIGNS, "as")
_MAIL = re.compile(r".@[^@]+\.[A-Za-z]{2,}")
WITHIN: Final = _LOSSES + _SIGNS
"""Signs that mean something between two letters of a word, and nothing beside it."""
_INVISIBLE: Final = ("Cf", "Cc", "Co", "Cn", "Cs")
_FILLERS: Final = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
)
_FILLED = re.compile(f"(?<={_LETTER})[{_FILLERS}]+")
"""Variation selectors and the like behind a letter: marks and letters that nobody sees."""

_STROKES: Final = "|!"
_IMITATES: Final = f"[013-578{WITHIN}]"
_STROKE = re.compile(
    rf"(?:(?<={_LETTER})|(?<={_LETTER}{_IMITATES}))[{_STROKES}]{{1,4}}(?={_IMITATES}?{_LETTER})"
)
_BETWEEN_STROKES: Final = str.maketrans(_LOSSES + _SIGNS, "'" * len(_LOSSES) + "as")
_TURNS: Final = 4
READ_OTHERWISE: Final = rf"{MISREAD}|{NUMBER_IN_WORDS}|\S[{_STROKES}]+\S"
"""What every text holds, to Python and to polars, that has other readings; few that hold it have none."""


def other_readings(text: str, *, name: bool = False) -> list[str]:
    """How else a text may be read: letters as they were written, a number in digits, a stroke as a letter.

    If it is a name as a whole, a Korean one may also be spelled otherwise.

    What stands there stays a reading too: a stroke may part two names, and no letters are misread for sure. A
    stroke looks like an `i` and like an `l`, as the digit 1 does, whose place it takes. Each of a few strokes
    may be a letter or not. Of more than four, all are letters in one reading, every fourth in four others.

    Example:
        >>> other_readings("JÃ©rÃ´me"), other_readings("Kha|id"), other_readings("Khalid")
        (['Jérôme'], ['Kha1id'], [])
        >>> other_readings("Ardo|Kha|id")
        ['Ardo1Kha1id', 'Ardo1Kha|id', 'Ardo|Kha1id']
    """
    written = in_digits(reread(text))
    korean = spelled_otherwise(text) if name else ()
    return [reading for reading in dict.fromkeys((written, *_stroked(written), *korean)) if reading != text]


def written_with_places(text: str) -> tuple[str, list[int]]:
    """Without misread letters and numbers in words, and where each letter, and the end, stands in it."""
    letters, of_letters = reread_with_places(text)
    written, of_written = in_digits_with_places(letters)
    return written, [of_letters[place] for place in of_written]


def _stroked(text: str) -> Iterator[str]:
    """A text with some of its strokes read as letters."""
    if "|" not in text and "!" not in text:
        return
    places = [place for place, character in enumerate(text) if _seen(character)]
    seen = "".join(text[place] for place in places)
    strokes = [place for found in _STROKE.finditer(seen) for place in range(*found.span())]
    if not strokes:
        return
    few = len(strokes) <= _TURNS
    turns = product((True, False), repeat=len(strokes) if few else _TURNS)
    for chosen in turns:
        if not any(chosen) or not (few or sum(chosen) in (1, _TURNS)):
            continue
        letters = list(text)
        for stroke, is_letter in zip(strokes, cycle(chosen), strict=False):
            if is_letter:
                letters[places[stroke]] = "1"
                for beside in (places[stroke - 1], places[stroke + 1]):  # a digit hides what these stand for
                    letters[beside] = letters[beside].translate(_BETWEEN_STROKES)
        yield "".join(letters)


def _seen(character: str) -> bool:
    """Whether a character parts those around it: an apostrophe, a mark and what is invisible do not."""
    hidden = character in GLUE or unicodedata.category(character) in (*_INVISIBLE, "Mn")
    return not hidden or character.isspace()


_RUNS = re.compile(rf"[{SYLLABIC}]+|[^{SYLLABIC}]+")


@lru_cache(maxsize=1 << 18)
def analyse(raw: str) -> Word:
    """Tokens of one word; a word of a list or a batch is analysed once."""
    if _PLAIN.fullmatch(raw):  # most words: nothing to fold
        return _word([_cut(part) for part in _PLAIN_PART.findall(raw.lower())])
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
    for part in parts:
        found, digits = _read(part)
        pieces += found
        swapped |= digits
    if swapped:
        signs.append("digits for letters")
    if folded.endswith(".") and len(parts) == 1 and [len(piece) for piece in pieces] == [1]:
        token = pieces[0][0]
        if len(token.form) > 1 and token.script == "latin":
            pieces = [[make_token(token.form, abbreviated=True)]]
    return _word(pieces, tuple(dict.fromkeys(signs)))


def _read(part: str) -> tuple[list[list[Token]], bool]:
    """Written pieces of a run of letters and digits, each as its parts; whether digits stand for letters."""
    if part.isascii() and any(c.isdigit() for c in part) and not part.isdigit():
        return _read_digits(part.lower())
    return _tokens_of(part), False


def _imitating(text: str) -> str:
    """Signs between letters, read as the letters that they imitate; not in the address of a mail."""
    if _IMITATING.search(text) and not _MAIL.search(text):
        return _IMITATING.sub(lambda sign: sign[0].translate(_IMITATED), text)
    return text


def _visible(text: str) -> str:
    text = _FILLED.sub("", text)
    if text.isprintable():  # then nothing else is invisible
        return text
    return "".join(c for c in text if unicodedata.category(c) not in _INVISIBLE)


_JOINERS = re.compile("(?<=[\u0600-\u0dff])[\u200c\u200d]")
"""What Persian, Kurdish and Indian spelling puts between two letters."""


def _parted(text: str) -> tuple[str, list[str]]:
    """A word without what stands between its letters, and its runs of letters and digits."""
    if text.isalpha():  # then some apostrophes are all there may be to leave out
        text = _APOSTROPHES.sub("", text)
        return text, [text] if text else []
    text = _LINE_CODE.sub("", text)
    text = _DOTTED.sub(_join_letters, text)
    text = _SLASHED.sub(r"\1\2", text)
    text = _APOSTROPHES.sub("", text)
    text = _DATE_GLUED.sub(" ", text)
    return text, _PARTS.findall(text)


def _word(pieces: list[list[Token]], signs: tuple[str, ...] = ()) -> Word:
    """A word of written pieces, each as its parts; one that was cut is remembered whole."""
    tokens: list[Token] = []
    compounds: list[Compound] = []
    for parts in pieces:
        if len(parts) > 1:
            native, script = "".join(part.native for part in parts), parts[0].script
            form = _romanised(native, script) if native else parts[0].surface
            one = make_token(form, native=native, script=script, surface=parts[0].surface)
            compounds.append((len(tokens), len(parts), whole(one, parts)))
        tokens += parts
    return Word(tuple(tokens), tuple(compounds), signs)


def _join_letters(match: re.Match[str]) -> str:
    """Three dotted letters and more are one word; two are one if they are a legal form, else initials."""
    joined = match[0].replace(".", "")
    return joined if len(joined) > 2 or _plain(joined) in legal_forms() else match[0]


def _script(text: str) -> str:
    for character in text:
        script = _script_of(character)
        if script is not None:
            return script
    return "latin"


@lru_cache(maxsize=1 << 16)
def _script_of(character: str) -> str | None:
    """Script of a character; None if it stands in texts of any script."""
    if character.isascii():
        return "latin" if character.isalpha() else None
    name = unicodedata.name(character, "").split(" ")[0].lower()
    if name in ("cjk", "ideographic", "kangxi"):
        return "han"
    return None if name in ("digit", "combining", "modifier") else name


def _fold_homoglyphs(text: str) -> str:
    """Replace look-alikes, but only in one run of letters that mixes Latin with a look-alike script."""
    if text.isascii():
        return text
    scripts = {_script_of(c) or "latin" for c in text if c.isalpha()}
    if len(scripts) > 1 and not scripts.isdisjoint(_LOOKALIKES):
        return text.translate(homoglyphs())
    return text


_ARABIC: Final = str.maketrans(
    {
        "ي": "ی",
        "ى": "ی",
        "ئ": "ی",
        "ك": "ک",
        "ة": "ه",
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ؤ": "و",
        "ء": None,
        "ہ": "ه",
        "ۀ": "ه",
        "ۂ": "ه",
        "ۃ": "ه",
        "ھ": "ه",
        "ے": "ی",
        "ې": "ی",
        "ۍ": "ی",
        "ں": "ن",
        "ګ": "گ",
        "ـ": None,
    }
)
"""Letters that Arabic, Persian, Urdu, Pashto and careless typing write for one another."""
_ACCENTS = re.compile("[\u0300\u0301\u0313\u0314\u0342]")
_SILENT_HAMZA = re.compile("^ئ(?=[اى])|ئ(?=[ەۇۆۈېێ])")
"""What Uyghur and Kurdish write before a vowel that no consonant is before."""


def _tokens_of(part: str) -> list[list[Token]]:
    """Written pieces of one run of letters, each as its parts."""
    runs = [part] if part.isascii() else _RUNS.findall(part)
    if len(runs) > 1:
        return [piece for run in runs for piece in _tokens_of(run)]
    script = _script(part)
    part = _with_own_marks(part, script)
    if script == "latin":
        return _latin(part)
    if script in BY_SYLLABLE:
        return _syllables(part, script)
    native = part.casefold()
    if script == "arabic":
        native = _SILENT_HAMZA.sub("", native).translate(_ARABIC)
    elif script == "greek":
        native = _ACCENTS.sub("", unicodedata.normalize("NFD", native))
    written, spoken = _read_together(native, script)
    form = _romanised(spoken, script)
    if not form:
        return []
    cut = _cut_arabic(written) if script == "arabic" else [written]
    known = equivalents("both")
    read = [(piece, known.get(piece) or (_romanised(piece, script) if cut[1:] else form)) for piece in cut]
    pieces = [(piece, its_form) for piece, its_form in read if its_form]
    vowelled = script not in UNVOWELLED or script in SYLLABARIES
    imitated = part.translate(homoglyphs()) if script in _LOOKALIKES else part
    return [
        [
            make_token(
                its_form,
                native=piece,
                script=script,
                surface="" if place else form if vowelled else written,
                part=len(pieces) > 1,
                reading=imitated.lower() if imitated.isascii() else "",
            )
            for place, (piece, its_form) in enumerate(pieces)
        ]
    ]


def _latin(part: str) -> list[list[Token]]:
    """Latin letters without their marks, and read as others write them without marks."""
    form = _plain(part)
    if not form:
        return []
    tokens = _cut(form)
    if len(tokens) == 1 and not part.isascii():
        _, spelled = _read_together(part.lower(), "latin")
        tokens = [make_token(form, reading=_plain(spelled))]
    return [tokens]


def _read_together(written: str, script: str) -> tuple[str, str]:
    """Letters as their script writes them in the end, and as they are spoken where not one by one."""
    spoken = written
    for letters, read in readings().get(script, ()):
        spoken = spoken.replace(letters, read)
        if not read.isascii():
            written = written.replace(letters, read)
    return written, spoken


def _with_own_marks(part: str, script: str) -> str:
    """Letters with the vowels that their script writes as marks; accents and marks of others say nothing."""
    if part.isalnum():
        return part
    return "".join([c for c in part if c.isalnum() or (_script_of(c) == script and script not in ABJADS)])


def _syllables(part: str, script: str) -> list[list[Token]]:
    """Scripts without blanks: each syllable is a token, and a legal form at either end is one."""
    before: list[list[Token]] = []
    behind: list[list[Token]] = []
    while (found := _legal_form_at_an_end(part)) is not None:
        form, at_start, part = found
        (before if at_start else behind).append([make_token(form)])
    syllables = [_syllable(c, script) for c in part]
    return [*before, *([syllable] for syllable in syllables if syllable is not None), *reversed(behind)]


def _legal_form_at_an_end(part: str) -> tuple[str, bool, str] | None:
    """A legal form, whether it stands at the start, and what is left of the word."""
    for written, form in legal_forms_cjk().items():
        if part != written and part.startswith(written):
            return form, True, part[len(written) :]
        if part != written and part.endswith(written):
            return form, False, part[: -len(written)]
    return None


@lru_cache(maxsize=1 << 16)
def _syllable(character: str, script: str) -> Token | None:
    form = _plain(character)
    return make_token(form, native=character, script=script) if form else None


def _romanised(native: str, script: str) -> str:
    return "".join(usual_spelling(native, script)) or _plain(native)


def _cut_arabic(native: str) -> list[str]:
    cut: list[str] = []
    while native not in equivalents("both"):
        starts = (
            start for start, longer in _ARABIC_STARTS if native.startswith(start) and len(native) > longer
        )
        start = next(starts, "")
        if not start:
            break
        cut.append(start)
        native = native[len(start) :]
        if start == _ARTICLE:
            return [*cut, native]
    if native.endswith(_GOD) and len(native) > len(_GOD) + 1:
        return [*cut, native[: -len(_GOD)], _GOD]
    return [*cut, native]


_ARTICLE: Final = "\u0627\u0644"
_GOD: Final = "\u0627\u0644\u0644\u0647"
_ARABIC_STARTS: Final = (
    *(("\u0639\u0628\u062f", 4), ("\u0627\u0628\u0648", 5), (_ARTICLE, 3)),
    *(("ابدۇل", 6), ("ابدۇ", 6), ("عەبدول", 7), ("عەبدوڵ", 7)),  # Uyghur and Kurdish
)
"""Servant of, father of, the: written as one word with what follows, if the whole is longer than that."""


_NOT_PLAIN = re.compile(r"[^a-z0-9]")


def _plain(text: str) -> str:
    if text.isascii() and text.isalnum():
        return text.lower()
    return _NOT_PLAIN.sub("", anyascii(text).lower())


_ABD = re.compile(r"^(abd)([aeiou]?)(?:l|ll|([rsnztd])(?=\3)|(?=[^aeioul]))(.{3,})$")
_DIN = re.compile(r"^(.{3,}?)[aeiou]?dd?(?:in|een|ine|ene|yn)$")
_ALLAH = re.compile(r"^abd[aeou]u?ll?a+h?i?$")


def _cut(form: str) -> list[Token]:
    """Cut what is written as one word in one spelling and as two in another."""
    parts = _parts_of_compound(form)
    if len(parts) == 1:
        return [make_token(form)]
    return [make_token(part, surface="" if place else form, part=True) for place, part in enumerate(parts)]


def _parts_of_compound(form: str) -> list[str]:
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


_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)|\d+[a-z]")
_DIGITS = str.maketrans("0134578", "oieastb")


def _read_digits(part: str) -> tuple[list[list[Token]], bool]:
    """Read digits inside a word as the letters they imitate."""
    if sum(c.isdigit() for c in part) * 2 <= len(part) and not _ORDINAL.fullmatch(part):
        read = part.translate(_DIGITS)
        parts = _cut(read)
        if len(parts) == 1 and "1" in part:
            parts = [make_token(read, reading=part.replace("1", "l").translate(_DIGITS))]
        return [parts], True
    number = _ORDINAL.fullmatch(part)
    return [[make_token(part, reading=number[1] if number and number[1] else "")]], False
