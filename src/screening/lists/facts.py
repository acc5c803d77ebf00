"""Everything of an entry that is not a name: dates, places, documents, positions, comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from screening.lists.dates import Interval, read_day, read_interval
from screening.lists.mentions import document_kind, document_number, normalise_number
from screening.lists.words import is_placeholder, is_usable
from screening.reference.countries import country_code

if TYPE_CHECKING:
    from collections.abc import Iterable

    from screening.lists.entry import Entry
    from screening.lists.tree import Node

__all__ = ["read_facts"]


def read_facts(entry: Entry, *, primary_name: str, original_script: str | None) -> None:
    """Add all rows of an entry other than its names."""
    _read_designation(entry, primary_name, original_script)
    for node in entry.node.nodes("INDIVIDUAL_DATE_OF_BIRTH", "births"):
        _read_birth(entry, node)
    for node in entry.node.nodes("INDIVIDUAL_PLACE_OF_BIRTH", "places"):
        place = _place(node, "places", ("STREET", "CITY", "STATE_PROVINCE", "COUNTRY", "NOTE"))
        if node.text:
            entry.add("places", **place, origin="main", alias=0)
    for node in entry.node.nodes(f"{entry.node.tag}_ADDRESS", "addresses"):
        address = _place(
            node, "addresses", ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY", "NOTE")
        )
        if node.text:
            entry.add("addresses", **address)
            entry.scan(node.text, "address")
    for node in entry.node.nodes("INDIVIDUAL_DOCUMENT", "identifiers"):
        _read_document(entry, node)
    _read_nationalities(entry)
    for text in _values(entry.node, "DESIGNATION", "positions"):
        entry.add("positions", position=text)
        entry.scan(text, "position")
    for text in entry.node.take("COMMENTS1", "comments"):
        entry.add("comments", comment=text, origin="comment")
        entry.scan(text, "comment")
    for text in _values(entry.node, "LAST_DAY_UPDATED", "updates"):
        entry.add("updates", updated_on=_day(entry, text, "LAST_DAY_UPDATED"), text=text)


def _read_designation(entry: Entry, primary_name: str, original_script: str | None) -> None:
    node = entry.node
    regimes = node.take("UN_LIST_TYPE", "designations.list_type")
    for text in regimes:
        entry.add("list_types", list_type=text, origin="UN_LIST_TYPE")
    for text in _values(node, "LIST_TYPE", "list_types"):
        entry.add("list_types", list_type=text, origin="LIST_TYPE")
    listed_on = _single(entry, "LISTED_ON", "designations.listed_on")
    if listed_on is None:
        entry.warn("no_listing_date", "the entry does not say when it was listed")
    submitted_on = _single(entry, "SUBMITTED_ON", "designations.submitted_on")
    delisted_on = _single(entry, "DELISTED_ON", "designations.delisted_on")
    if delisted_on is not None:
        entry.warn("delisted", f"marked as delisted on {delisted_on}, yet on the list; it is screened")
    entry.add(
        "designations",
        kind=entry.kind,
        primary_name=primary_name,
        name_original_script=original_script,
        list_type=regimes[0] if regimes else None,
        listed_on=_day(entry, listed_on, "LISTED_ON"),
        gender=_single(entry, "GENDER", "designations.gender"),
        titles=_values(node, "TITLE", "designations.titles"),
        submitted_by=_single(entry, "SUBMITTED_BY", "designations.submitted_by"),
        submitted_on=_day(entry, submitted_on, "SUBMITTED_ON"),
        delisted_on=_day(entry, delisted_on, "DELISTED_ON"),
        data_id=_single(entry, "DATAID", "designations.data_id"),
        version_number=_single(entry, "VERSIONNUM", "designations.version_number"),
        sort_key=_single(entry, "SORT_KEY", "designations.sort_key"),
        sort_key_last_modified=_single(entry, "SORT_KEY_LAST_MOD", "designations.sort_key_last_modified"),
        line=node.line,
    )


def _read_birth(entry: Entry, node: Node) -> None:
    date_type = _joined(node, "TYPE_OF_DATE", "births.date_type") or ""
    note = _joined(node, "NOTE", "births.note") or ""
    approximate = date_type.casefold() == "approximately" or "approx" in note.casefold()
    stated = [read_interval(text, approximate=approximate) for text in node.take("DATE", "births")]
    stated += [read_interval(text, approximate=approximate) for text in node.take("YEAR", "births")]
    years = [*node.take("FROM_YEAR", "births"), *node.take("TO_YEAR", "births")]
    if years:
        text = "-".join(years) if len(years) > 1 else years[0]
        stated.append(_between([read_interval(year) for year in years], text, approximate=approximate))
    if not stated and note:  # a few dates stand in the note alone
        stated = [read_interval(note, approximate=approximate)]
    entry.add_births(stated, "main", alias=0, date_type=date_type, note=note)
    if not stated and date_type:
        entry.warn("unreadable_date", f"a birth date of type {date_type} has no date", node.line)


def _between(years: Iterable[Interval], text: str, *, approximate: bool) -> Interval:
    """From the first day of the first year to the last day of the last, whichever comes first in the file."""
    known = list(years)
    starts = [year.earliest for year in known if year.earliest]
    ends = [year.latest for year in known if year.latest]
    return Interval(min(starts, default=None), max(ends, default=None), approximate, text)


def _place(node: Node, table: str, tags: tuple[str, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {tag.lower(): _joined(node, tag, table) for tag in tags}
    values["country_code"] = country_code(values["country"])
    if node.text and not node.children:  # an address as plain text
        values["note"] = node.text
    return values


def _read_document(entry: Entry, node: Node) -> None:
    types = (
        node.take("TYPE_OF_DOCUMENT", "identifiers.type"),
        node.take("TYPE_OF_DOCUMENT2", "identifiers.type"),
    )
    words = ["; ".join(found) for found in types]
    note = _joined(node, "NOTE", "identifiers.note") or ""
    numbers = node.take("NUMBER", "identifiers.number")
    issuers = [
        *node.take("ISSUING_COUNTRY", "identifiers.country"),
        *node.take("COUNTRY_OF_ISSUE", "identifiers.country"),
    ]
    country = "; ".join(dict.fromkeys(issuers)) or None
    issued_on = _joined(node, "DATE_OF_ISSUE", "identifiers.issued_on")
    city = _joined(node, "CITY_OF_ISSUE", "identifiers.city")
    if not node.text:
        return
    # Without a NUMBER it often stands in the second type, or in the note.
    found = [(number, number) for number in numbers] or [
        (None, text) for text in (words[1], note) if document_number(text)
    ][:1] or [(None, "")]  # fmt: skip
    for number, text in found:
        entry.add(
            "identifiers",
            kind=document_kind(*words, text),
            number=number,
            normalised=document_number(text) or (normalise_number(text) if is_usable(text) else None),
            type="; ".join(word for word in words if word),
            country=country,
            country_code=country_code(issuers[0]) if issuers else country_code(text),
            issued_on=issued_on,
            city=city,
            note=note,
            origin="document",
        )
    entry.scan(note, "document")


def _read_nationalities(entry: Entry) -> None:
    for tag in ("NATIONALITY", "NATIONALITY2"):
        for text in _values(entry.node, tag, "nationalities"):
            entry.add("nationalities", nationality=text, country_code=country_code(text), origin=tag)


def _values(node: Node, tag: str, purpose: str) -> list[str]:
    """Texts of <TAG><VALUE>...</VALUE></TAG>, or of <TAG> itself."""
    found: list[str] = []
    for holder in node.nodes(tag, purpose):
        values = holder.nodes("VALUE", purpose) if holder.children else [holder]
        for value in values:
            if is_placeholder(value.text):
                value.use = ("ignored", "placeholder")
            elif value.text:
                found.append(value.text)
    return found


def _joined(node: Node, tag: str, purpose: str) -> str | None:
    return "; ".join(node.take(tag, purpose)) or None


def _single(entry: Entry, tag: str, purpose: str) -> str | None:
    found = list(dict.fromkeys(entry.node.take(tag, purpose)))
    if len(found) > 1:
        entry.warn("repeated_element", f"{tag} is given as {found}; all are kept, joined")
    return "; ".join(found) or None


def _day(entry: Entry, text: str | None, tag: str) -> Any:
    if text is None:
        return None
    day = read_day(text)
    if day is None:
        entry.warn("unreadable_date", f"{tag} is not a date: {text!r}")
    return day
