"""Names written together on one side and apart on the other: where a batch may hold what the list holds.

What is found here may be too much, never too little: `names.comparison` decides.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from screening.names.joining import (
    FEWEST_SOUNDS,
    GLUED,
    GLUED_READ,
    GLUED_SOUND,
    may_be_several,
    read_as_one,
    read_as_several,
    several_in_another_script,
)
from screening.names.normalise import MAX_TOKENS
from screening.names.scripts import (
    JOINT,
    UNVOWELLED,
    consonants_beside,
    consonants_left,
    consonants_written,
    joined,
)
from screening.names.tokens import sounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from screening.names.comparison import Listed
    from screening.names.tokens import Token

__all__ = ["NOTHING", "Glued", "Spelled", "Split"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Span = tuple[int, int, float, float, float]
Spelled = tuple[str, str, int]
NOTHING: Final[Spelled] = ("", "", 0)
"""Letters and sound of some words as one, and how many of them have letters of their own."""


class Glued:
    """Neighbouring tokens of listed names, for words that may be all of them written as one.

    Attributes:
        letters: As they would be written together -> the listed name, the first of the tokens, their weight
            and cost, and how alike a word is that is written so.
    """

    def __init__(self) -> None:
        self.letters: dict[str, list[Span]] = defaultdict(list)
        self._sounds: dict[str, list[Span]] = defaultdict(list)
        self._consonants: dict[str, list[tuple[str, str, Span]]] = defaultdict(list)
        self._joined: dict[str, list[tuple[str, Span]]] = defaultdict(list)

    def add(self, place: int, name: Listed) -> None:
        """The tokens of a listed name."""
        for text, (span, alike) in name.spans.items():
            self.letters[text].append((place, span[0], *name.worth(span), alike))
        for sound, span in name.sounds.items():
            self._sounds[sound].append((place, span[0], *name.worth(span), GLUED_SOUND))
        for span, text in name.joined:
            self._joined[consonants_left(text)].append(
                (text, (place, span[0], *name.worth(span), GLUED_READ))
            )
        for start, end, native, script in name.unvowelled:
            worth = (place, start, *name.worth(tuple(range(start, end))), GLUED_READ)
            for consonants in consonants_written(native, script):
                self._consonants[consonants].append((native, script, worth))

    def of(self, token: Token) -> Iterator[Span]:
        """What a word may be."""
        if not token.own_surface:
            return
        yield from self.letters.get(token.surface, ())
        for way in token.heard:
            yield from self._sounds.get(way, ())
        if self._consonants and may_be_several(token):
            for native, script, worth in self._consonants.get(consonants_left(token.form), ()):
                if read_as_one(native, script, token):
                    yield worth
        for consonants in several_in_another_script(token):
            for text, worth in self._joined.get(consonants, ()):
                if read_as_several(token, text):
                    yield worth


class Split:
    """Tokens of the list, for neighbouring words that may be one of them written apart.

    Args:
        tokens: Tokens of the list; they are told by their positions.
    """

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._letters: dict[str, list[int]] = defaultdict(list)
        self._sounds: dict[str, list[int]] = defaultdict(list)
        self._consonants: dict[str, list[int]] = defaultdict(list)
        for u, token in enumerate(tokens):
            if len(token.own_surface) > 1:
                self._letters[token.surface].append(u)
                for way in token.heard:
                    if len(way) >= FEWEST_SOUNDS:
                        self._sounds[way].append(u)
            if may_be_several(token):
                self._consonants[consonants_left(token.form)].append(u)
        self._begin_letters = _beginnings(self._letters)
        # all of a sound too: a letter that doubles its last one adds nothing
        self._begin_sounds = {*_beginnings(self._sounds), *self._sounds}
        self._begin_consonants = {*_beginnings(self._consonants), *self._consonants}

    def may_join(self, tokens: Sequence[Token], first: Ints, second: Ints) -> Flags:
        """Whether pairs of some tokens, by position, may be one token of the list or the beginning of one."""
        found = np.zeros(len(first), dtype=bool)
        # one by one: a text has few, and columns cost more than they save
        for place, (a, b) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
            word, more = tokens[a], tokens[b]
            letters = word.surface + more.surface
            if letters in self._begin_letters or letters in self._letters:
                found[place] = True
            elif not more.surface or (word.spoken and more.spoken):
                found[place] = sounded(word.spoken, more.spoken) in self._begin_sounds
        return found

    def begins(self, token: Token) -> bool:
        """Whether a word may be the first of several."""
        return token.surface in self._begin_letters or token.spoken in self._begin_sounds

    def over(self, words: Iterable[Token]) -> Iterator[tuple[int, dict[int, float], bool]]:
        """How the first of some words may be one token of the list, by letters or sound.

        Returns:
            For two words, three, and so on, as many as a name may have: how many they are, each token and how
            alike it is, and whether more words may be one.
        """
        spelled = NOTHING
        for count, word in enumerate(islice(words, MAX_TOKENS), 1):
            spelled = self.spelled(spelled, word)
            more = self.goes_on(spelled, word)
            if count > 1:
                yield count, self.met(spelled), more
            if not more:
                return

    def spelled(self, before: Spelled, word: Token) -> Spelled:
        """What some words spell, with one more."""
        letters, sound, several = before
        sound = sounded(sound, word.spoken) if word.spoken or not word.surface else "-"
        return letters + word.surface, sound, several + bool(word.surface)

    def met(self, spelled: Spelled) -> dict[int, float]:
        """Tokens of the list that several words spell, and how alike they are."""
        letters, sound, several = spelled
        if several < 2:
            return {}
        met = dict.fromkeys(self._sounds.get(sound, ()), GLUED_SOUND)
        return met | dict.fromkeys(self._letters.get(letters, ()), GLUED)

    def goes_on(self, spelled: Spelled, last: Token) -> bool:
        """Whether words may be a token of the list together with more behind them."""
        letters, sound, _ = spelled
        # behind all letters of a token too: what follows a part of a compound may add none
        all_there = last.part and letters in self._letters
        return all_there or letters in self._begin_letters or sound in self._begin_sounds

    def begins_unvowelled(self, token: Token) -> bool:
        """Whether a word without vowels may be the first of two that are one with vowels."""
        return bool(self._begun(token))

    def in_another_script(self, first: Token, second: Token) -> dict[int, float]:
        """Tokens of the list that two words without vowels may be, read as one, and how alike they are."""
        begun = self._begun(first)
        more = consonants_beside(second.native, second.script, first=False) if begun else ()
        native = first.native + JOINT + second.native
        return {
            u: GLUED_READ
            for consonants in dict.fromkeys([joined(one, other) for one in begun for other in more])
            for u in self._consonants.get(consonants, ())
            if read_as_one(native, first.script, self._tokens[u])
        }

    def _begun(self, token: Token) -> list[str]:
        """The consonants that a first word may be, with which a token of the list begins."""
        if token.script not in UNVOWELLED:
            return []
        ways = consonants_beside(token.native, token.script, first=True)
        return [way for way in ways if way in self._begin_consonants]


def _beginnings(words: Iterable[str]) -> set[str]:
    return {word[:cut] for word in words for cut in range(1, len(word))}
