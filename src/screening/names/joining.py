"""Several tokens that may be one: written together, in another script, or as an acronym."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from screening.names.scripts import JOINT, UNVOWELLED, consonants_written, may_be
from screening.names.tokens import sounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from screening.names.normalise import Name
    from screening.names.tokens import Kind, Token

__all__ = [
    "may_be_several",
    "read_as_one",
    "read_as_several",
    "spans",
    "unvowelled_together",
    "written_together",
]

GLUED: Final = 0.98  # the same letters, cut elsewhere
GLUED_SOUND: Final = 0.95  # the same sound, cut elsewhere
FEWEST_SOUNDS: Final = 7  # letters of such a sound: short ones are shared by many names
GLUED_READ: Final = 0.93  # may be the same in another script, cut elsewhere
ACRONYM: Final = 0.85
REORDERED: Final = 0.99  # the words in another order

Places = tuple[int, ...]


def spans(
    name: Name, kind: Kind, joined: Iterable[tuple[int, int, str, str]]
) -> dict[str, tuple[Places, float]]:
    """Tokens of a listed name as one word may spell them: their positions, and how alike that word is.

    Args:
        name: The listed name.
        kind: Its kind; only an entity has acronyms.
        joined: `written_together` of its tokens.
    """
    found: dict[str, tuple[Places, float]] = {}
    for start, end, text, _ in joined:
        if text not in found:
            found[text] = tuple(range(start, end)), GLUED
    everything = tuple(range(len(name.tokens)))
    words = [token.surface for token in name.tokens if token.surface]
    together = "".join(words)
    cut = 0
    for word in words[:-1]:
        cut += len(word)
        found.setdefault(together[cut:] + together[:cut], (everything, GLUED * REORDERED))
    if kind == "entity":
        for choice in _acronyms(name):
            if len(choice) > 2:
                found.setdefault("".join([token.form[0] for token in choice]), (everything, ACRONYM))
    return found


def written_together(tokens: Sequence[Token]) -> Iterator[tuple[int, int, str, str]]:
    """Neighbouring words, two and more: first token, end, and their letters and sound if they were one word.

    A word with a digit has no sound, and nothing that holds it.
    """
    for start, first in enumerate(tokens):
        if not first.surface:
            continue
        text, sound, several = first.surface, first.spoken, False
        for place in range(start + 1, len(tokens)):
            word = tokens[place]
            if word.surface:
                if several:
                    yield start, place, text, sound
                several = True
                text += word.surface
                sound = sounded(sound, word.spoken) if sound and word.spoken else ""
        if several:
            yield start, len(tokens), text, sound


def unvowelled_together(tokens: Sequence[Token]) -> Iterator[tuple[int, int, str, str]]:
    """Two neighbouring words of a script without vowels: first token, end, letters as one word, script."""
    if all(token.script not in UNVOWELLED for token in tokens):
        return
    begins = [place for place, token in enumerate(tokens) if token.surface]
    for start, second, end in zip(begins, begins[1:], [*begins[2:], len(tokens)], strict=False):
        script = tokens[start].script
        if script in UNVOWELLED and script == tokens[second].script:
            words = ["".join([t.native for t in tokens[b:e]]) for b, e in ((start, second), (second, end))]
            yield start, end, JOINT.join(words), script


def _acronyms(name: Name) -> Iterable[list[Token]]:
    """The tokens whose first letters may stand for an entity: with and without particles and legal forms."""
    tokens = name.tokens
    ends = (*name.words[1:], len(tokens))
    heads = [
        (tokens[start], tokens[start:end]) for start, end in zip(name.words, ends, strict=bool(name.words))
    ]
    spoken = [head for head, word in heads if any(token.roles[1] != "particle" for token in word)]
    for choice in (
        [token for token in tokens if token.roles[1] not in ("particle", "legal form")],
        [token for token in tokens if token.roles[1] != "legal form"],
        [head for head, _ in heads],
        spoken,
    ):
        yield choice
        yield [token for token in choice if token.roles[1] != "legal form"]
        if choice and choice[-1].roles[1] == "legal form":
            yield choice[:-1]


def may_be_several(token: Token) -> bool:
    """Whether a word may be several that are written without vowels; the parts of a compound are there."""
    long = len(token.own_surface) >= FEWEST_SOUNDS
    return long and not token.compound and token.script not in UNVOWELLED


def several_in_another_script(token: Token) -> Iterable[str]:
    """The consonants of the words that one without vowels may be; parts of a compound are there already."""
    alone = token.guessed and not token.compound and token.own_surface
    return consonants_written(token.native, token.script) if alone else ()


def read_as_several(token: Token, joined: str) -> bool:
    """Whether such a word may be words of these letters, of which it has the consonants."""
    return len(joined) >= FEWEST_SOUNDS and may_be(token.native, token.script, joined)


def read_as_one(native: str, script: str, token: Token) -> bool:
    """Whether words without vowels, as one, may be a word of another script."""
    return may_be_several(token) and may_be(native, script, token.form)
