"""Every name of an entry: its own, its scripts, its aliases, and those in remarks and documents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from screening.designations import AliasQuality
from screening.lists.cells import CellName, read_cell
from screening.lists.dates import births_in, read_interval
from screening.lists.remarks import names_in_document, names_in_remark
from screening.lists.tree import NAMELESS
from screening.lists.words import is_acronym, is_latin, is_placeholder
from screening.reference.countries import country_code

if TYPE_CHECKING:
    from collections.abc import Iterable

    from screening.lists.entry import Entry
    from screening.lists.tree import Node

__all__ = ["read_names"]

_PARTS: Final = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_DAMAGED: Final = re.compile("[\ufffd\u0080-\u009f]")


def read_names(entry: Entry) -> tuple[str, str | None]:
    """Add all names of an entry; give back its primary name and its name in the original script.

    Raises:
        ListError: There is no usable name.
    """
    reader = _Names(entry)
    reader.read_primary()
    scripts = reader.read_scripts()
    for number, alias in enumerate(entry.node.nodes(f"{entry.node.tag}_ALIAS", "names"), start=1):
        if alias.text:
            reader.read_alias(alias, number)
    reader.read_documents()
    return reader.finish(), "; ".join(scripts) or None


class _Names:
    def __init__(self, entry: Entry) -> None:
        self._entry = entry
        self._rows: list[dict[str, Any]] = []

    def read_primary(self) -> None:
        values = [self._part(tag) for tag in _PARTS]
        text = " ".join(found[0] for found in values if found)
        names = read_cell(text, kind=self._entry.kind).names
        self._add([n._replace(name_type="primary") if i == 0 else n for i, n in enumerate(names)], text=text)
        for place, found in enumerate(values):
            for other in found[1:]:  # a part given twice: each of its values makes a name
                self._entry.warn("repeated_element", f"{_PARTS[place]} is given more than once")
                text = " ".join([other if i == place else v[0] for i, v in enumerate(values) if v])
                self._add(read_cell(text, kind=self._entry.kind).names, text=text)

    def _part(self, tag: str) -> list[str]:
        found = []
        for node in self._entry.node.nodes(tag, "names"):
            if is_placeholder(node.text):
                node.use = ("ignored", "placeholder")
            elif node.text:
                found.append(node.text)
        return list(dict.fromkeys(found))

    def read_scripts(self) -> list[str]:
        scripts = self._entry.node.take("NAME_ORIGINAL_SCRIPT", "names")
        for text in scripts:
            cell = read_cell(text, kind=self._entry.kind)
            self._add(cell.names, text=text, note="; ".join(cell.remarks))
        return scripts

    def read_alias(self, alias: Node, number: int) -> None:
        quality = self._quality(alias)
        notes = alias.take("NOTE", "names.note")
        note = "; ".join(notes)
        cells = alias.nodes("ALIAS_NAME", "names") if alias.children else [alias]
        before = len(self._rows)
        for cell_node in cells:
            self._read_cell(cell_node, number, quality, note)
        text = "; ".join(node.text for node in cells)
        extra = [CellName(*pair, "") for remark in notes for pair in names_in_remark(remark, alias=text)]
        self._add(extra, alias=number, quality=quality, text=note, note=note)
        self._entry.add_births([b for remark in notes for b in births_in(remark)], "alias_text", alias=number)
        self._entry.scan(f"{text} {note}", "alias")
        self._read_birth(alias, number)
        if len(self._rows) == before:
            alias.use = ("ignored", NAMELESS)
            if note:
                self._entry.add("comments", comment=note, origin="alias")

    def _read_cell(self, node: Node, number: int, quality: str, note: str) -> None:
        if not node.text:
            return
        cell = read_cell(node.text, kind=self._entry.kind)
        names = [self._former(name, quality) for name in cell.names]
        remarks = "; ".join(part for part in (*cell.remarks, note) if part)
        self._add(names, alias=number, quality=quality, text=node.text, note=remarks)
        self._entry.add_births(births_in(node.text), "alias_text", alias=number)
        if not names:
            node.use = ("ignored", "placeholder" if is_placeholder(node.text) else NAMELESS)
            if not is_placeholder(node.text):
                self._entry.warn(
                    "no_name_in_alias", f"alias text kept as a comment: {node.text!r}", node.line
                )
                self._entry.add("comments", comment=node.text, origin="alias")

    @staticmethod
    def _former(name: CellName, quality: str) -> CellName:
        former = AliasQuality.read(quality) is AliasQuality.FKA and name.name_type == "alias"
        return name._replace(name_type="former") if former else name

    def _quality(self, alias: Node) -> str:
        words = alias.take("QUALITY", "names.quality")
        quality = words[0] if words else ""
        if AliasQuality.read(quality) is None:
            self._entry.warn(
                "unknown_quality", f"unknown alias quality {quality!r}, treated as strong", alias.line
            )
        if len(set(words)) > 1:
            self._entry.warn(
                "repeated_element", f"an alias has the qualities {words}; the first counts", alias.line
            )
        return quality

    def _read_birth(self, alias: Node, number: int) -> None:
        dates = [read_interval(text) for text in alias.take("DATE_OF_BIRTH", "births")]
        self._entry.add_births(dates, "alias", alias=number)
        cities = alias.take("CITY_OF_BIRTH", "places")
        countries = alias.take("COUNTRY_OF_BIRTH", "places")
        for place in range(max(len(cities), len(countries))):
            country = countries[place] if place < len(countries) else None
            self._entry.add(
                "places",
                city=cities[place] if place < len(cities) else None,
                country=country,
                country_code=country_code(country),
                origin="alias",
                alias=number,
            )

    def read_documents(self) -> None:
        for document in self._entry.node.children:
            notes = [child.text for child in document.children if child.tag == "NOTE"]
            if document.tag == "INDIVIDUAL_DOCUMENT":
                for note in notes:
                    names = [CellName(*pair, "") for pair in names_in_document(note)]
                    self._add(names, text=note, note=f"on a document: {note}")

    def _add(
        self, names: Iterable[CellName], *, text: str, alias: int = 0, quality: str = "", note: str = ""
    ) -> None:
        known = AliasQuality.read(quality)
        for name in dict.fromkeys(names):
            if _DAMAGED.search(name.name):
                self._entry.warn(
                    "damaged_character", f"a character of {name.name!r} was unreadable at its source"
                )
            row = {
                "kind": self._entry.kind,
                "name": name.name,
                "name_type": name.name_type,
                "quality": quality,
                "weak": known is not None and known.weak,
                "note": "; ".join(dict.fromkeys(part for part in (name.note, note) if part)),
                "alias": alias,
                "source_text": text,
            }
            if row not in self._rows:
                self._rows.append(row)

    def _mark_acronyms(self) -> None:
        """An alias of one word that abbreviates another name of the same entity is an acronym, too."""
        if self._entry.kind != "entity":
            return
        long = [row["name"] for row in self._rows if " " in row["name"] and is_latin(row["name"])]
        for row in self._rows:
            short = row["name_type"] == "alias" and row["name"].isupper() and " " not in row["name"]
            if short and any(is_acronym(row["name"], name) for name in long):
                row["name_type"] = "acronym"

    def finish(self) -> str:
        """Write the rows; without a name of its own the entry goes by its first alias."""
        if not self._rows:
            raise self._entry.error(f"{self._entry.reference} has no usable name", reason="no usable name")
        if not any(row["name_type"] == "primary" for row in self._rows):
            latin = [row for row in self._rows if is_latin(row["name"])]
            chosen = (latin or self._rows)[0]
            chosen["name_type"] = "primary"
            self._entry.warn("no_primary_name", f"no name of its own; {chosen['name']!r} stands in")
        self._mark_acronyms()
        for row in self._rows:
            self._entry.add("names", **row)
        return str(next(row["name"] for row in self._rows if row["name_type"] == "primary"))
