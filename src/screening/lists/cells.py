"""Alias cells: one text that may hold several names, remarks, brackets and numbering.

A list is written by people. One cell may hold `A; B; C`, `A b) B`, a name with its original script in
brackets, a script with its Latin spellings in brackets, `(combat name)`, or `born 1 Jan. 1953 (...)`.
`read_cell` turns it into clean names, each with what stood around it as its note. Nothing vanishes:
every letter and digit of a cell ends up in a name or in a note.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from screening.lists.forms import BRACKETS, forms_of, type_of
from screening.lists.words import (
    is_acronym,
    is_description,
    is_geographic,
    is_latin,
    is_name_like,
    is_placeholder,
    is_usable,
    languages,
    resembles,
    squeeze,
    unspaced,
)

__all__ = ["Cell", "CellName", "read_cell"]


class CellName(NamedTuple):
    """One clean name of a cell; `name_type` is "alias", "former", "acronym" or "original_script"."""

    name: str
    name_type: str
    note: str


class Cell(NamedTuple):
    """The names of one cell, and remarks that belong to none of them."""

    names: tuple[CellName, ...]
    remarks: tuple[str, ...]


@dataclass(slots=True)
class _Segment:
    """Text between separators: `parts` alternates plain text and ("(", inner) groups."""

    parts: list[str | tuple[str]] = field(default_factory=list)
    former: bool = False
    note: str = ""


_OPEN: Final = "([（【{⟨"
_CLOSE: Final = ")]）】}⟩"
_SPECIAL: Final = re.compile(
    r"(?P<marker>(?<!\w)(?:\(\s?(?:[a-z]|[0-9]{1,2}|i{1,3}|iv|vi{0,3})\s?\)|(?:[a-z]|[0-9]{1,2})\))(?=\s))"
    r"|(?P<former>(?<=\s)(?:f\.?\s?k\.?\s?a\.?:?|formerly known as:?|formerly:)(?=\s))"
    r"|(?P<known>(?<=\s)(?:a\.?\s?k\.?\s?a\.?:?|also known as:?|alias:?)(?=\s))"
    rf"|(?P<open>[{re.escape(_OPEN)}])"
    rf"|(?P<noise>[{re.escape(_CLOSE)}\"“”„‟«»＂])"
    "|(?P<separator>[;；؛、،|•\u200b\ufeff])",
    re.IGNORECASE,
)
_LABEL: Final = re.compile(
    rf"(?:(?:name )?in (?:{languages})(?: script)?|original script|(?:{languages})(?: script)?(?=\s?:)|"
    r"previously listed as|formerly listed as|"
    r"(?:transliterations?|nickname|nom de guerre|(?:true|real|birth|full) name|aliases)(?=\s?:))"
    r"\s?[:.,]?\s+",
    re.IGNORECASE,
)
_TAIL: Final = re.compile(
    r"[\s,.–-]+(?:born\b|d\.?o\.?b\b|dpob\b|pob\b|date of birth\b|(?:previously|formerly) listed\b|"
    r"(?=\S*\s?passport\b.*\d)|passport\b(?=.*\d)|nationality\s?:)",
    re.IGNORECASE,
)
_DASHED: Final = re.compile(r"\s[-–—]\s")


def read_cell(text: str, *, kind: str) -> Cell:
    """Split one cell into clean names and remarks.

    Args:
        text: The cell as it stands in the list.
        kind: "individual" or "entity": people have inverted commas and kin, entities have acronyms.

    Example:
        >>> [n.name for n in read_cell("Ardo Belvane; Ardu Belvan b) A. Belvane", kind="individual").names]
        ['Ardo Belvane', 'Ardu Belvan', 'A. Belvane']
        >>> read_cell("Grey River Company (GRC)", kind="entity").names[1]
        CellName(name='GRC', name_type='acronym', note='')
        >>> read_cell("Belvane, Ardo (combat name)", kind="individual").names
        (CellName(name='Ardo Belvane', name_type='alias', note='combat name'),)
    """
    clean = squeeze(text)
    if is_placeholder(clean):
        return Cell((), (clean,))
    names: list[CellName] = []
    remarks: list[str] = []
    for segment in _segments(clean):
        found, loose = _read_segment(segment, kind)
        names.extend(found)
        remarks.extend(loose)
    if remarks and names:  # a remark after a separator speaks about the name before it
        last = names[-1]
        names[-1] = last._replace(note=_join(last.note, *remarks))
        remarks = []
    return Cell(tuple(dict.fromkeys(names)), tuple(remarks))


def _segments(text: str) -> list[_Segment]:
    segments = [_Segment()]
    run: list[str] = []
    position = 0
    while special := _SPECIAL.search(text, position):
        run.append(text[position : special.start()])
        position = special.end()
        use = special.lastgroup
        if use == "marker" and not _numbered(text, special):
            use = "open" if special[0][0] == "(" else "noise"
            run.append(special[0][:-1] if use == "noise" else "")
        if use == "noise":
            run.append(" ")
            continue
        _flush(run, segments)
        if use == "open":
            start = special.start() + 1
            end = _closing(text, start)
            segments[-1].parts.append((text[start:end],))
            position = end + 1
        else:
            note = special[0].rstrip(":") if use in ("former", "known") else ""
            segments.append(_Segment(former=use == "former", note=note))
    run.append(text[position:])
    _flush(run, segments)
    return [segment for segment in segments if segment.parts]


def _flush(run: list[str], segments: list[_Segment]) -> None:
    if text := "".join(run):
        segments[-1].parts.append(text)
    run.clear()


def _numbered(text: str, marker: re.Match[str]) -> bool:
    """Whether a marker numbers names, as in "X b) Y" or "(a) X (b) Y"; a lone "(a)" or "A)" does not."""
    plain = marker[0][0] != "(" and marker[0] == marker[0].lower()
    return plain or marker.start() == 0 or sum(m.lastgroup == "marker" for m in _SPECIAL.finditer(text)) > 1


def _closing(text: str, position: int) -> int:
    """Where the group that begins here ends; one that is never closed runs to the end."""
    depth = 1
    for place in range(position, len(text)):
        depth += (text[place] in _OPEN) - (text[place] in _CLOSE)
        if depth == 0:
            return place
    return len(text)


@dataclass(slots=True)
class _Reading:
    """What has been understood of one segment so far."""

    kind: str
    former: bool
    core: list[str] = field(default_factory=list)  # the name with every optional part
    bare: list[str] = field(default_factory=list)  # the name without them
    own: list[CellName] = field(default_factory=list)  # names that stood in brackets
    notes: list[str] = field(default_factory=list)
    variant: str = ""  # another spelling of the last word

    def add_group(self, inner: str, after: str) -> None:
        before = squeeze("".join(self.bare))
        use = _use_of(inner, before, after, self.kind)
        if use == "names":
            cell = read_cell(inner, kind=self.kind)
            self.own.extend(cell.names)
            self.notes.extend(cell.remarks)
        elif use == "acronym":
            self.own.extend(CellName(piece, "acronym", "") for piece in _pieces(inner))
        elif use in ("note", "variant"):
            self.notes.append(inner)
            self.variant = inner if use == "variant" else self.variant
        else:  # part of the name, perhaps left out by those who write it
            glue = "" if before and unspaced(before[-1]) else " "
            self.core.append(f"{glue}{inner}{glue}")
            # The middle of a company's name is no option: what is left would name somebody else.
            self.bare.append(self.core[-1] if self.kind == "entity" and after else glue)
            if use == "apart":
                self.own += [CellName(p, type_of(p, former=self.former), "") for p in _pieces(inner)]

    def names(self) -> list[CellName]:
        """Every form of the name, then the names from brackets, all with the notes of the segment."""
        whole, short = squeeze("".join(self.core)), squeeze("".join(self.bare))
        forms = forms_of(whole, self.kind)
        if short != whole and len(short.split()) > 1:
            forms += forms_of(short, self.kind)
        if self.variant:
            forms += forms_of(" ".join([*short.split()[:-1], self.variant]), self.kind)
        note = _join(*self.notes)
        found = [
            CellName(name, "acronym" if acronym else type_of(name, former=self.former), _join(extra, note))
            for name, extra, acronym in forms
        ]
        return found + [name._replace(note=_join(name.note, note)) for name in self.own]


def _read_segment(segment: _Segment, kind: str) -> tuple[list[CellName], list[str]]:
    reading = _Reading(kind, segment.former, notes=[segment.note])
    for place, part in enumerate(segment.parts):
        rest = segment.parts[place + 1 :]
        if isinstance(part, tuple):
            after = squeeze("".join(p for p in rest if isinstance(p, str)))
            reading.add_group(squeeze(part[0]), after if is_usable(after) else "")
            continue
        name, note = _cut_tail(part, has_name=bool(reading.core))
        reading.core.append(name)
        reading.bare.append(name)
        if note:
            reading.notes.append(squeeze(note + _render(rest)))
            break
    names = reading.names()
    remarks = [] if names else [_join(squeeze("".join(reading.core)), *reading.notes)]
    return names, [remark for remark in remarks if remark]


def _use_of(inner: str, before: str, after: str, kind: str) -> str:
    """What a group in brackets is: names, acronym, variant, note, part (of the name) or apart."""
    described = is_description(inner)
    if not is_usable(inner):
        return "note"
    if ";" in inner or "；" in inner or _LABEL.match(inner):
        return "names"
    if before and is_latin(before) != is_latin(inner):
        return "note" if described and not _named_description(inner) else "names"
    if kind == "entity" and before and is_acronym(_pieces(inner)[0], before):
        return "acronym"
    if described:
        return "note"
    return "part" if after or not before else _use_at_end(inner, before, kind)


def _use_at_end(inner: str, before: str, kind: str) -> str:
    several = len(inner.split()) > 1 and is_name_like(inner)
    if kind == "entity":
        return "apart" if several and not is_geographic(inner) else "part"
    if resembles(inner, before.rsplit(maxsplit=1)[-1]):
        return "variant"
    return "names" if several else "part"


def _named_description(inner: str) -> bool:
    """A name before the remark: "Grey River Network - sub-unit name"."""
    head, _, tail = inner.partition(" - ")
    return bool(tail) and not is_description(head)


def _pieces(inner: str) -> list[str]:
    plain = re.sub(r"-\s+", "-", inner.translate(BRACKETS))
    return [squeeze(piece) for piece in plain.split(",") if is_usable(piece)]


def _cut_tail(text: str, *, has_name: bool) -> tuple[str, str]:
    """A text without the remark at its start or end, and that remark."""
    if not has_name and (label := _LABEL.match(text.lstrip())):
        rest, note = _cut_tail(text.lstrip()[label.end() :], has_name=True)
        return (rest, _join(label[0].rstrip(" :.,"), note)) if is_usable(rest) else ("", squeeze(text))
    if (tail := _TAIL.search(text)) and (has_name or is_usable(text[: tail.start()])):
        return text[: tail.start()], text[tail.start() :].strip(" ,")
    dashes = list(_DASHED.finditer(text))
    if dashes and is_usable(text[: dashes[-1].start()]) and is_description(text[dashes[-1].end() :]):
        return text[: dashes[-1].start()], text[dashes[-1].end() :]
    return text, ""


def _render(parts: list[str | tuple[str]]) -> str:
    return "".join(part if isinstance(part, str) else f" ({part[0]})" for part in parts)


def _join(*notes: str) -> str:
    return "; ".join(dict.fromkeys(note.strip() for note in notes if note and is_usable(note)))
