"""How alike two tokens are, and in which way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rapidfuzz.distance import OSA

from screening.names.scripts import UNVOWELLED, may_be
from screening.names.tokens import KINDS, Kind

if TYPE_CHECKING:
    from screening.names.tokens import Token

__all__ = ["INCIDENTAL", "OF_THEIR_OWN", "in_kind", "likeness", "may_be_one", "similarity"]

ROMANISED: Final = 0.97  # same sound, other spelling
SHORT: Final = 3  # letters of a token up to which many different names sound alike
SHORT_ROMANISED: Final = 0.75
TYPO_FLOOR: Final = 0.70  # less alike than this is another token
SOUND: Final = 0.96  # typo measured on the sound instead of the letters
OTHER_NAME: Final = 0.55  # a common name is that name, and seldom another one with a typo
OTHER_SPELLING: Final = 0.05  # the many who bear a common name spell it in many ways
READ: Final = 0.95  # may be the same word, one side written without vowels
CONSONANTS: Final = 0.92  # near by their consonants, one side written without vowels
FEWEST_CONSONANTS: Final = 3
FEW_CONSONANTS: Final = 0.85  # with no more than that: they are shared by more names
INITIAL: Final = 0.9


def similarity(a: Token, b: Token, kind: Kind) -> tuple[float, str]:
    """How alike two tokens are, and in which way; 0 below the floor."""
    return in_kind(a, b, likeness(a, b), KINDS.index(kind))


def in_kind(a: Token, b: Token, found: tuple[float, str], k: int) -> tuple[float, str]:
    """How alike two tokens are in a kind of name, given their likeness."""
    alike, how = found
    if KINDS[k] == "entity" and (a.initial_of_two or b.initial_of_two):
        return 0.0, ""
    if not alike or how == "same":
        return found
    if how == "initial" and KINDS[k] == "entity":
        return 0.0, ""
    if "typo" in how and _two_known(a.roles[k], b.roles[k]):
        return 0.0, ""
    if a.roles[k] == "known name" and how != "initial":
        # The commoner the name in the query is, the likelier is it another name, or that of another bearer.
        alike -= (OTHER_SPELLING if how in ("romanisation", "script") else OTHER_NAME) * (1 - a.weights[k])
    return alike, how


def likeness(a: Token, b: Token) -> tuple[float, str]:
    """How alike two tokens are as written and spoken, whatever the kind of name they stand in."""
    # The innermost call: plain comparisons, since a tuple or a set made here costs as much as a distance.
    if a.script == "han" or b.script == "han":
        # A syllable of Chinese is read in one way, and many sound alike: only the same counts.
        same = a.native == b.native if a.script == b.script else a.form == b.form
        return (1.0, "same") if same else (0.0, "")
    if a.native == b.native if a.guessed or b.guessed else a.form == b.form:
        return 1.0, "same"
    role, other = a.roles[0], b.roles[0]
    if role == "initial" or other == "initial":
        return (INITIAL, "initial") if _begin_alike(a, b) else (0.0, "")
    across = (a.script in UNVOWELLED) != (b.script in UNVOWELLED)
    # Of a word without vowels its letters say what it may be; guessed vowels say nothing.
    found = (0.0, "") if across and (a.guessed or b.guessed) else _by_sound(a, b)
    if not across:
        return found
    read = _across(a, b)
    return read if read[1] == "script" else max(found, read)  # one word is no other with a typo


def _begin_alike(a: Token, b: Token) -> bool:
    """Whether one is an initial that may stand for the other."""
    if a.roles[0] == "number" or b.roles[0] == "number":
        return False
    if a.roles[0] != "initial":
        a, b = b, a
    if a.script == b.script != "latin":
        return b.native.startswith(a.native)
    either = b.roles[0] == "initial"
    for letter in a.begins:
        for word in b.begins:
            if word.startswith(letter) or (either and letter.startswith(word)):
                return True
    return False


def _by_sound(a: Token, b: Token) -> tuple[float, str]:
    if not a.sounds.isdisjoint(b.keys):
        surely = max(len(a.form), len(b.form)) > SHORT or _mean_one(a, b)
        return (ROMANISED if surely else SHORT_ROMANISED), "romanisation"
    if a.numeral or b.numeral:
        return 0.0, ""  # a number is that number or another
    return _nearness(a, b)


def _mean_one(a: Token, b: Token) -> bool:
    return not ({a.form} | a.meanings).isdisjoint({b.form} | b.meanings)


def _nearness(a: Token, b: Token) -> tuple[float, str]:
    """How near two different words are: by their letters, their sounds, or their consonants."""
    best, how = _typo(a.form, b.form, _LETTER_EDITS), "typo"
    for x in a.keys:
        for y in b.keys:
            sound = SOUND * _typo(x, y, _SOUND_EDITS)
            if sound > best:
                best, how = sound, "romanisation and typo"
    if a.script == b.script:
        return (max(best, _typo(a.native, b.native, _LETTER_EDITS)) if a.native else best), how
    return best, how


def may_be_one(a: Token, b: Token) -> bool:
    """Whether two words may be one, of which one is written without vowels."""
    spoken = _spoken(a, b)
    written = a if spoken is b else b
    return may_be(written.native, written.script, spoken.form)


def _spoken(a: Token, b: Token) -> Token:
    return b if a.script in UNVOWELLED else a


def _across(a: Token, b: Token) -> tuple[float, str]:
    """How near two words are if one of them is written without vowels."""
    if may_be_one(a, b):
        return (READ if len(_spoken(a, b).form) > SHORT else SHORT_ROMANISED), "script"
    fewest = min(len(a.skeleton), len(b.skeleton))
    if fewest < FEWEST_CONSONANTS:
        return 0.0, ""
    worth = FEW_CONSONANTS if fewest == FEWEST_CONSONANTS else CONSONANTS
    consonants = worth * _typo(a.skeleton, b.skeleton, _CONSONANT_EDITS)
    return (consonants, "consonants") if consonants > TYPO_FLOOR else (0.0, "")


INCIDENTAL: Final = frozenset({"particle", "title", "legal form", "clerical"})
OF_THEIR_OWN: Final = INCIDENTAL | {"known name"}


def _two_known(a: str, b: str) -> bool:
    """Whether both are words of their own and one is incidental: then neither is a typo of the other."""
    return (a in INCIDENTAL and b in OF_THEIR_OWN) or (b in INCIDENTAL and a in OF_THEIR_OWN)


class _Edits(dict[int, int]):
    """Length of the longer of two words -> edits between them down to a similarity."""

    def __init__(self, floor: float) -> None:
        super().__init__()
        self.floor = floor

    def __missing__(self, length: int) -> int:
        return self.setdefault(length, int((1 - self.floor) * length + 1e-9))


_LETTER_EDITS: Final = _Edits(TYPO_FLOOR)
_SOUND_EDITS: Final = _Edits(TYPO_FLOOR / SOUND)
_CONSONANT_EDITS: Final = _Edits(TYPO_FLOOR / CONSONANTS)


def _typo(a: str, b: str, edits: _Edits) -> float:
    longest, shortest = len(a), len(b)
    if longest < shortest:
        longest, shortest = shortest, longest
    allowed = edits[longest]
    if longest - shortest > allowed:
        return 0.0
    if not allowed:
        return 1.0 if a == b else 0.0
    distance = OSA.distance(a, b, score_cutoff=allowed)
    return 0.0 if distance > allowed else 1 - distance / longest
