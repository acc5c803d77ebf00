"""What can befall a name, one function each: a name and a random source in, the distorted name or None out.

None means that it does not apply, or that a human reader would no longer know the name. Nothing here uses
the matcher's own normalisation or spellings: a matcher must not mark its own homework.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

from screening.validation.people import rows_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

__all__ = [
    "abbreviation",
    "accents",
    "acronym",
    "case",
    "comma_form",
    "company_order",
    "company_suffix",
    "company_word",
    "date_merged",
    "deletion",
    "digit_for_letter",
    "double_barrel",
    "exact",
    "first_letter",
    "fullwidth",
    "glued",
    "homoglyph",
    "honorific",
    "initials",
    "insertion",
    "is_particle",
    "letter_count",
    "missing_kunya",
    "missing_middle",
    "missing_particle",
    "noise",
    "noise_in_field",
    "punctuation",
    "repeated",
    "romanisation",
    "split",
    "split_fields",
    "substantial",
    "substitution",
    "token_order",
    "transposition",
    "truncation",
    "truncation_35",
    "two_edits",
    "wrong_field",
    "zero_width",
]

_PARTICLES: Final = frozenset(
    ("al", "el", "bin", "ibn", "ben", "bint", "binti", "abd", "ul", "ud", "de", "del", "della", "da", "dos",
     "la", "van", "von", "der", "den", "di", "عبد", "بن", "ابن", "آل", "ال")
)  # fmt: skip
_KUNYAS: Final = frozenset(("abu", "abou", "umm", "oum", "um", "أبو", "ابو", "أم"))
_TITLES: Final = (
    "Mr", "Mr.", "Sheikh", "Dr.", "Haji", "Prof.", "Eng.", "Sayyid", "Mullah", "Ustad", "M.", "Herr", "Sr.",
)  # fmt: skip
_ARTICLE: Final = re.compile(r"^(?:al|el|ul|ar|as|ad|an|az)[-'](?=\w{3})", re.IGNORECASE)
_LEGAL_FORM: Final = re.compile(
    r"[\s,]+(?:\(?(?:pvt|private|pte|pty)\.?\)?\s+)?(?:co\.?,?\s*ltd\.?|company\s+limited|limited|ltd\.?|llc"
    r"|l\.l\.c\.?|inc\.?|corp(?:oration|\.)?|company|co\.?|gmbh|ag|s\.?a\.?(?:r\.?l\.?)?|plc|fze|b\.?v\.?|est\.?"
    r"|s\.?p\.?a\.?)$",
    re.IGNORECASE,
)
_FORMS: Final = (
    "Ltd", "LLC", "Co. Ltd", "Limited", "Inc", "GmbH", "SARL", "FZE", "Trading Est", "Pvt Ltd", "S.A.",
)  # fmt: skip
_MINOR_WORDS: Final = frozenset(
    ("of", "the", "and", "for", "in", "on", "a", "an", "de", "la", "le", "les", "et", "du", "des", "der",
     "die", "das", "und", "al", "el", "al-", "&", "-")
)  # fmt: skip
_HOMOGLYPHS: Final = dict(
    zip("aceopxyiABCEHKMOPTXYI", "асеорхуіАВСЕНКМОРТХУІ", strict=True),
)
_DIGITS: Final = dict(zip("oileasOIEAS", "01134501345", strict=True))
_SOUNDS_LIKE: Final = {
    "k": "cqg", "c": "ks", "q": "kg", "g": "jk", "j": "gdy", "d": "t", "t": "d", "s": "zc", "z": "s",
    "f": "vp", "p": "bf", "b": "pv", "v": "wb", "w": "v", "y": "ji", "i": "ey", "a": "eou", "e": "ai",
    "o": "ua", "u": "o", "h": "kg", "m": "n", "n": "m", "l": "r", "r": "l", "x": "k",
}  # fmt: skip
_ACCENTS: Final = {
    "a": "âáàä",
    "e": "éèê",
    "i": "îíï",
    "o": "ôöó",
    "u": "ûüú",
    "c": "ç",
    "n": "ñ",
    "s": "ş",
    "z": "ž",
}
_ZERO_WIDTH: Final = ("\u200b", "\u200c", "\u200d", "\ufeff", "\u00ad", "\u2060")
_NOISE: Final = (
    "PMT {name} INV {number}",
    "/RFB/{name} REF {number}",
    "Payment to {name} for goods, contract {number}",
    "INVOICE {number} ON BEHALF OF {name}",
    "virement pour {name} facture {number}",
    "Überweisung an {name}, Rechnung {number}",
    "transferencia a favor de {name} factura {number}",
    "Family support {name} tel {number}",
    "{name} salary order {number}",
)
_FIELD_NOISE: Final = (
    "C/O {name}",
    "{name} A/C {number}",
    "1/{name}",
    "ATTN {name}",
    "{name} REF {number}",
    "{name} - {number}",
)
_ADDRESSES: Final = (
    "{number} Market Street, c/o {name}",
    "Flat 4, {name}, Harbour Road {number}",
    "P.O. Box {number}, attn {name}",
    "Rue de la Gare {number}, chez {name}",
    "Block C, {name} Building {number}",
)
_DATES: Final = (
    "{name} {y}{m}{d}",
    "{name} DOB {d}.{m}.{y}",
    "{last}{d}{m}{y} {first}",
    "{name} {d}/{m}/{y}",
    "{name}{y}{m}{d}",
)


# --- small readings of a name -------------------------------------------------------------------------


def letter_count(text: str) -> int:
    """How many letters of any script."""
    return sum(character.isalpha() for character in text)


def _is_latin(text: str) -> bool:
    return any("a" <= character <= "z" for character in text.lower())


def _tokens_of(name: str, *, at_least: int) -> list[int]:
    """Places of the tokens with that many letters: shorter ones do not survive an edit recognisably."""
    return [place for place, token in enumerate(name.split()) if letter_count(token) >= at_least]


def is_particle(token: str) -> bool:
    """Whether a token only leads the next one."""
    return token.lower().strip("-.'") in _PARTICLES


def substantial(tokens: list[str]) -> list[str]:
    """The tokens that are neither particles nor single letters."""
    return [token for token in tokens if not is_particle(token) and letter_count(token) > 1]


def _is_telling(name: str) -> bool:
    """Whether a reader would know the name inside other words: more than one short word or acronym."""
    return letter_count(name) > 6 and (len(substantial(name.split())) > 1 or letter_count(name) > 8)


def _like(model: str, text: str) -> str:
    """`text` in the case of `model`."""
    if model.isupper() and len(model) > 1:
        return text.upper()
    return text[:1].upper() + text[1:] if model[:1].isupper() else text


def _replaced(tokens: list[str], place: int, token: str) -> str:
    return " ".join([*tokens[:place], token, *tokens[place + 1 :]])


def _alphabet(token: str) -> str:
    """Letters an edit may bring in: of the same script as the token."""
    return "abcdefghijklmnopqrstuvwxyz" if _is_latin(token) else token


# --- one edit ----------------------------------------------------------------------------------------


def _inserted(token: str, rng: Random) -> str | None:
    place = rng.randrange(1, len(token) + 1)
    return token[:place] + _like(token[place - 1 : place], rng.choice(_alphabet(token))) + token[place:]


def _deleted(token: str, rng: Random) -> str | None:
    places = [place for place in range(1, len(token)) if token[place].isalpha()]
    place = rng.choice(places) if places else 0
    return token[:place] + token[place + 1 :] if place else None


def _substituted(token: str, rng: Random) -> str | None:
    places = [place for place in range(1, len(token)) if token[place].isalpha()]
    if not places:
        return None
    place = rng.choice(places)
    options = [letter for letter in _alphabet(token) if letter.lower() != token[place].lower()]
    return token[:place] + _cased(token[place], rng.choice(options)) + token[place + 1 :] if options else None


def _transposed(token: str, rng: Random) -> str | None:
    places = [
        place
        for place in range(1, len(token) - 1)
        if token[place].isalpha()
        and token[place + 1].isalpha()
        and token[place].lower() != token[place + 1].lower()
    ]
    if not places:
        return None
    place = rng.choice(places)
    return token[:place] + token[place + 1] + token[place] + token[place + 2 :]


def _cased(model: str, letter: str) -> str:
    return letter.upper() if model.isupper() else letter


def _edit(
    name: str, rng: Random, edits: tuple[Callable[[str, Random], str | None], ...], count: int = 1
) -> str | None:
    tokens = name.split()
    places = _tokens_of(name, at_least=4)
    if len(places) < count or letter_count(name) < (7 if count == 1 else 10):
        return None
    for place in rng.sample(places, count):
        edited = rng.choice(edits)(tokens[place], rng)
        if edited is None or edited == tokens[place]:
            return None
        tokens[place] = edited
    return " ".join(tokens)


def insertion(name: str, rng: Random) -> str | None:
    """One letter too many."""
    return _edit(name, rng, (_inserted,))


def deletion(name: str, rng: Random) -> str | None:
    """One letter missing."""
    return _edit(name, rng, (_deleted,))


def substitution(name: str, rng: Random) -> str | None:
    """One letter wrong."""
    return _edit(name, rng, (_substituted,))


def transposition(name: str, rng: Random) -> str | None:
    """Two neighbours swapped."""
    return _edit(name, rng, (_transposed,))


def two_edits(name: str, rng: Random) -> str | None:
    """One edit in each of two tokens."""
    return _edit(name, rng, (_inserted, _deleted, _substituted, _transposed), 2)


def first_letter(name: str, rng: Random) -> str | None:
    """The first letter of one token is another."""
    tokens = name.split()
    places = [place for place in _tokens_of(name, at_least=4) if tokens[place][0].isalpha()]
    if not places or letter_count(name) < 7:
        return None
    place = rng.choice(places)
    token = tokens[place]
    letters = _SOUNDS_LIKE.get(token[0].lower(), "") if rng.random() < 0.5 else ""
    options = [letter for letter in letters or _alphabet(token) if letter.lower() != token[0].lower()]
    return _replaced(tokens, place, _cased(token[0], rng.choice(options)) + token[1:]) if options else None


def repeated(name: str, rng: Random) -> str | None:
    """A letter written twice, rather a vowel."""
    places = [place for place, letter in enumerate(name) if letter.isalpha()]
    vowels = [place for place in places if name[place].lower() in "aeiou"]
    if letter_count(name) < 4:
        return None
    place = rng.choice(vowels or places)
    letter = name[place] if name[place + 1 : place + 2].isupper() else name[place].lower()
    return name[: place + 1] + letter + name[place + 1 :]


# --- writing ------------------------------------------------------------------------------------------


def exact(name: str, rng: Random) -> str | None:  # noqa: ARG001 (one signature for all)
    """As listed."""
    return name


def case(name: str, rng: Random) -> str | None:
    """Upper, lower, title or mixed case."""
    mixed = "".join(letter.upper() if rng.random() < 0.5 else letter.lower() for letter in name)
    options = [
        form for form in (name.upper(), name.lower(), name.title(), mixed) if form.lower() == name.lower()
    ]
    return rng.choice([form for form in options if form != name] or [name])


def accents(name: str, rng: Random) -> str | None:
    """Diacritics lost, or added to one or two letters."""
    folded = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
    if folded != name:
        return folded if _is_latin(folded) else None
    places = [place for place, letter in enumerate(name) if letter.lower() in _ACCENTS]
    letters = list(name)
    for place in rng.sample(places, min(len(places), rng.choice((1, 2)))):
        letters[place] = _cased(name[place], rng.choice(_ACCENTS[name[place].lower()]))
    return "".join(letters)


def punctuation(name: str, rng: Random) -> str | None:
    """Hyphens for blanks and back, dots, apostrophes, doubled blanks, dashes of other kinds."""
    forms = [
        name.replace("-", " "),
        name.replace(" ", "-", 1),
        name.replace("-", rng.choice("‐–_")),
        name.replace("'", "’"),
        name.replace("'", ""),
        re.sub(r"[.,]", "", name),
        name.replace(" ", "  "),
        f"{name}.",
        name.replace(" ", "\u00a0"),
    ]
    return rng.choice([form for form in forms if form.strip() and form != name])


def homoglyph(name: str, rng: Random) -> str | None:
    """One to three Latin letters drawn from Cyrillic."""
    return _swap(name, rng, _HOMOGLYPHS, 3)


def digit_for_letter(name: str, rng: Random) -> str | None:
    """A digit in place of one or two letters."""
    return _swap(name, rng, _DIGITS, 2) if letter_count(name) > 4 else None


def _swap(name: str, rng: Random, table: dict[str, str], at_most: int) -> str | None:
    places = [place for place, letter in enumerate(name) if letter in table]
    letters = list(name)
    for place in rng.sample(places, min(len(places), rng.randint(1, at_most))):
        letters[place] = table[name[place]]
    return "".join(letters)


def zero_width(name: str, rng: Random) -> str | None:
    """Characters that are not seen, inside the name."""
    if len(name) < 2:
        return None
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(1, len(name))
        name = name[:place] + rng.choice(_ZERO_WIDTH) + name[place:]
    return name


def fullwidth(name: str, rng: Random) -> str | None:  # noqa: ARG001
    """Latin letters in the wide form of East Asian keyboards."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name)


# --- order, parts, joints -------------------------------------------------------------------------------


def token_order(name: str, rng: Random) -> str | None:
    """The tokens in another order; a particle stays with the token it leads."""
    parts = _phrases(name)
    if len(parts) < 2:
        return None
    return " ".join(rng.choice([parts[1:] + parts[:1], parts[-1:] + parts[:-1], parts[::-1]]))


def comma_form(name: str, rng: Random) -> str | None:  # noqa: ARG001
    """FAMILY, GIVEN."""
    parts = _phrases(name)
    return f"{parts[-1]}, {' '.join(parts[:-1])}" if len(parts) > 1 else None


def _phrases(name: str) -> list[str]:
    """Tokens, each with the particles that lead it; none for a name that is already inverted."""
    if "," in name or ";" in name:
        return []
    phrases: list[str] = []
    led = False
    for token in name.split():
        if led:
            phrases[-1] += f" {token}"
        else:
            phrases.append(token)
        led = is_particle(token) or token.lower() in _KUNYAS
    return phrases


def glued(name: str, rng: Random) -> str | None:
    """Two neighbouring tokens without the blank between them."""
    tokens = name.split()
    if len(tokens) < 2 or letter_count(name) < 6:
        return None
    place = rng.randrange(len(tokens) - 1)
    return " ".join([*tokens[:place], tokens[place] + tokens[place + 1], *tokens[place + 2 :]])


def split(name: str, rng: Random) -> str | None:
    """A blank inside a token."""
    places = _tokens_of(name, at_least=5)
    if not places:
        return None
    tokens = name.split()
    place = rng.choice(places)
    cut = rng.randrange(2, len(tokens[place]) - 1)
    return _replaced(tokens, place, f"{tokens[place][:cut]} {tokens[place][cut:]}")


def missing_middle(name: str, rng: Random) -> str | None:
    """One part between the first and the last is left out."""
    parts = _phrases(name)
    if len(parts) < 3 or not all(substantial(parts[end].split()) for end in (0, -1)):
        return None
    place = rng.randrange(1, len(parts) - 1)
    return " ".join(parts[:place] + parts[place + 1 :])


def missing_particle(name: str, rng: Random) -> str | None:  # noqa: ARG001
    """Al-, bin, de and their like are left out."""
    kept: list[str] = []
    servant = False  # after Abd the article is part of the name
    for token in name.split():
        bare = token if servant else _ARTICLE.sub("", token)
        if servant or not is_particle(bare) or "abd" in bare.lower():
            kept.append(bare)
        servant = token.lower().strip("-.'’‘`") == "abd"
    return " ".join(kept) if len(substantial(kept)) > 1 else None


def missing_kunya(name: str, rng: Random) -> str | None:  # noqa: ARG001
    """Abu X or Umm X is left out where enough remains."""
    parts = _phrases(name)
    kept = [part for part in parts if part.split()[0].lower() not in _KUNYAS]
    telling = [token for token in substantial(" ".join(kept).split()) if letter_count(token) > 3]
    return " ".join(kept) if len(kept) < len(parts) and len(telling) > 1 else None


def initials(name: str, rng: Random) -> str | None:
    """The given names as initials."""
    parts = _phrases(name)
    if len(parts) < 2 or letter_count(parts[-1]) < 4 or not _is_latin(name):
        return None
    count = rng.randint(1, len(parts) - 1)
    dot = rng.choice((".", ""))
    short = [f"{part[0].upper()}{dot}" for part in parts[:count]]
    return " ".join(short + parts[count:])


def honorific(name: str, rng: Random) -> str | None:
    """A title in front."""
    title = rng.choice(_TITLES) if _is_latin(name) else None
    return f"{_like(name, title)} {name}" if title else None


def abbreviation(name: str, rng: Random) -> str | None:
    """A common word in its short form."""
    tokens = name.split()
    short = _short_words()
    places = [place for place, token in enumerate(tokens) if token.lower().strip(".,") in short]
    if not places or len(tokens) < 2:
        return None
    place = rng.choice(places)
    token = tokens[place]
    return _replaced(tokens, place, _like(token, rng.choice(short[token.lower().strip(".,")])))


# --- spelling --------------------------------------------------------------------------------------------


@cache
def _short_words() -> dict[str, tuple[str, ...]]:
    return {row["word"]: tuple(row["short"].split("|")) for row in rows_of("short_words.csv")}


@cache
def _spellings() -> tuple[tuple[re.Pattern[str], tuple[str, ...], bool], ...]:
    """Pattern, spellings of one sound or name, whether it is a whole name."""
    frames = {
        "word": r"(?<!\w){}(?!\w)",
        "start": r"(?<!\w){}(?=\w{{2}})",
        "end": r"(?<=\w\w){}(?!\w)",
        "any": r"(?<=\w){}(?=\w)",
    }
    rows = []
    for row in rows_of("spellings.csv"):
        forms = tuple(row["spellings"].split("|"))
        sought = forms if row["scope"] in ("word", "start") and len(forms) > 2 else forms[:1]
        body = "(?:" + "|".join(sorted(map(re.escape, sought), key=len, reverse=True)) + ")"
        rows.append(
            (re.compile(frames[row["scope"]].format(body), re.IGNORECASE), forms, row["scope"] == "word")
        )
    return tuple(rows)


def romanisation(name: str, rng: Random) -> str | None:
    """Another romanisation of one or two sounds or given names."""
    result = name
    for _ in range(rng.choice((1, 1, 2))):
        found = [
            (match, forms, whole)
            for pattern, forms, whole in _spellings()
            for match in pattern.finditer(result)
        ]
        names = [entry for entry in found if entry[2]]
        pool = names if names and rng.random() < 0.6 else found
        if not pool or letter_count(name) < 5:
            break
        match, forms, _whole = rng.choice(pool)
        form = _like(match.group(), rng.choice([form for form in forms if form != match.group().lower()]))
        form = form.upper() if result.isupper() else form
        result = result[: match.start()] + form + result[match.end() :]
    return " ".join(result.split())


# --- length, noise, place -----------------------------------------------------------------------------


def truncation_35(name: str, rng: Random) -> str | None:  # noqa: ARG001
    """Cut at 35 characters, the length of a line in MT messages."""
    return name[:35].rstrip() if len(name) > 37 else None


def truncation(name: str, rng: Random) -> str | None:
    """The last token loses its last two or three letters."""
    tokens = name.split()
    if len(tokens) < 2 or len(tokens[-1]) < 7 or not name[-3:].isalpha():
        return None
    return name[: -(2 if len(tokens[-1]) < 9 else rng.choice((2, 3)))]


def noise(name: str, rng: Random) -> str | None:
    """The name inside a remittance text."""
    if not _is_telling(name):
        return None
    return rng.choice(_NOISE).format(name=name, number=rng.randint(10, 99_999))


def noise_in_field(name: str, rng: Random) -> str | None:
    """Care-of, references and account numbers in the name field."""
    if not _is_telling(name):
        return None
    return rng.choice(_FIELD_NOISE).format(name=name, number=rng.randint(1_000, 99_999))


def wrong_field(name: str, rng: Random) -> str | None:
    """The name in an address line."""
    if not _is_telling(name):
        return None
    return rng.choice(_ADDRESSES).format(name=name, number=rng.randint(1, 250))


def split_fields(name: str, rng: Random) -> str | None:
    """The name broken over two lines."""
    tokens = name.split()
    if len(tokens) < 2:
        return None
    cut = rng.randrange(1, len(tokens))
    return f"{' '.join(tokens[:cut])}\n{' '.join(tokens[cut:])}"


def date_merged(name: str, rng: Random) -> str | None:
    """A birth date run into the name."""
    first, _, last = name.rpartition(" ")
    templates = _DATES if first else tuple(form for form in _DATES if "{last}" not in form)
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1940, 1999)
    return rng.choice(templates).format(
        name=name, first=first, last=last, d=f"{day:02}", m=f"{month:02}", y=year
    )


# --- companies -------------------------------------------------------------------------------------------


def company_suffix(name: str, rng: Random) -> str | None:
    """Another legal form, or none."""
    core = _LEGAL_FORM.sub("", name)
    if not _is_latin(name) or letter_count(core) < 5:
        return None
    others = [form for form in _FORMS if f"{core} {form}" != name]
    return core if core != name and rng.random() < 0.4 else f"{core} {rng.choice(others)}"


def company_word(name: str, rng: Random) -> str | None:
    """A general company word more."""
    core = _LEGAL_FORM.sub("", name)
    word = rng.choice(("General", "International", "Group", "Global", "Services", "Holding"))
    if not _is_latin(name) or len(substantial(core.split())) < 2 or word.lower() in name.lower():
        return None
    return f"{core} {word}{name[len(core) :]}"


def company_order(name: str, rng: Random) -> str | None:
    """Two neighbouring words of the company swapped; the legal form stays."""
    core = _LEGAL_FORM.sub("", name)
    words = core.split()
    plain = [word.lower() not in _MINOR_WORDS for word in words]
    places = [place for place in range(len(words) - 1) if plain[place] and plain[place + 1]]
    if not places or not _is_latin(name) or "(" in core:
        return None
    place = rng.choice(places)
    words[place], words[place + 1] = words[place + 1], words[place]
    return " ".join(words) + name[len(core) :]


def acronym(name: str, rng: Random) -> str | None:
    """The first letters of at least three words."""
    words = [word for word in _LEGAL_FORM.sub("", name).split() if word.lower() not in _MINOR_WORDS]
    letters = [word[0].upper() for word in words if word[0].isalpha()]
    if not 3 <= len(letters) <= 7 or not _is_latin(name) or len(letters) < len(words):
        return None
    return rng.choice(("", ".")).join([*letters, ""])


def double_barrel(name: str, rng: Random) -> str | None:
    """List notation "A (B) C": one of its readings; a name without brackets gets them around its middle."""
    match = re.fullmatch(r"(.*?)\s*\(([^()]+)\)\s*(.*)", name)
    if match:
        before, inside, after = match.groups()
        if not after:
            return before if letter_count(before) > 3 else None
        return f"{rng.choice((before, inside))} {after}".strip()
    parts = _phrases(name)
    return " ".join([parts[0], f"({' '.join(parts[1:-1])})", parts[-1]]) if len(parts) > 2 else None
