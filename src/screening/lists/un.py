"""The UN Security Council consolidated list (XML) as a `SanctionsList`.

All of the file or an error: every element is used or stands in the ledger with the reason why not, and
a file that cannot be trusted as a whole gives no list at all.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from screening.designations import Provenance, SanctionsList
from screening.errors import ListError
from screening.lists.entry import Entry
from screening.lists.facts import read_facts
from screening.lists.names import read_names
from screening.lists.source import read_source
from screening.lists.tables import Tables
from screening.lists.tree import LOOSE_TEXT, NAMELESS, UNKNOWN, Ledger, Node, iterate_entries

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from screening.lists.source import Source

__all__ = ["READER", "read_un_list"]

READER: Final = "un-1"  # raised whenever the same bytes would give other tables


def read_un_list(source: str | Path | bytes | BinaryIO) -> SanctionsList:
    """Read the UN consolidated list: all of it, or an error.

    Args:
        source: A path, the bytes of the file, or an open binary file.

    Raises:
        ListError: The list is broken, hostile or incomplete; names the file, the line and the reason.

    Example:
        >>> read_un_list(b"<html/>")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        screening.errors.ListError: <bytes>:1: this is a web page, not the UN consolidated list...
    """
    clean = read_source(source)
    ledger, tables = Ledger(), Tables()
    for character, line, offset in clean.removed:
        reason = f"character forbidden in XML, removed at byte {offset}"
        ledger.add(f"char({character})", "ignored", reason, line)
        tables.warn(None, line, "illegal_character", f"{character} removed at byte {offset}")
    seen: dict[str, int] = {}
    generated: str | None = None
    counts = {"INDIVIDUAL": 0, "ENTITY": 0}
    for item in iterate_entries(clean, ledger):
        if isinstance(item, Node):
            _read_entry(item, tables, clean.name, seen)
            counts[item.tag] += 1
            _account(item, ledger)
        else:
            generated = item.get("dateGenerated")
            _account_root(item, ledger, tables)
    if not any(counts.values()):
        raise ListError(
            "the list is empty; screening against it would clear everything",
            source=clean.name,
            reason="empty list",
        )
    _refuse_unknown_entries(ledger, clean.name)
    _warn_of_the_unused(ledger, tables)
    _warn_of_nameless_aliases(ledger, tables)
    _warn_of_a_missing_kind(counts, tables)
    return tables.build(_provenance(clean, generated, counts), ledger.rows())


def _read_entry(node: Node, tables: Tables, source: str, seen: dict[str, int]) -> None:
    entry = Entry(node, tables, source)
    key = entry.reference.casefold()
    if key in seen:
        message = f"{entry.reference} is listed twice, first in line {seen[key]}"
        raise entry.error(message, reason="duplicate reference")
    seen[key] = node.line
    primary_name, original_script = read_names(entry)
    read_facts(entry, primary_name=primary_name, original_script=original_script)


def _account(entry: Node, ledger: Ledger) -> None:
    for node in entry.walk():
        disposition, reason = node.use or ("ignored", UNKNOWN if node.text else "empty element")
        ledger.add(node.path, disposition, reason, node.line)


def _account_root(attributes: dict[str, str], ledger: Ledger, tables: Tables) -> None:
    for name in attributes:
        if name == "dateGenerated":
            ledger.add("CONSOLIDATED_LIST/@dateGenerated", "used", "provenance", 1)
        else:
            ledger.add(f"CONSOLIDATED_LIST/@{name}", "ignored", "attribute without meaning", 1)
    if "dateGenerated" not in attributes:
        tables.warn(None, 1, "no_date_generated", "the file does not say when it was made")


def _refuse_unknown_entries(ledger: Ledger, source: str) -> None:
    """An entry under a name that the reader does not know is a part of the list that nobody would screen."""
    for path, _, reason, count, line in ledger.rows():
        *_, parent, tag = ("", *path.split("/"))
        if reason == UNKNOWN and parent in ("INDIVIDUALS", "ENTITIES"):
            raise ListError(
                f"<{tag}> stands {count} times where entries stand, and this reader does not know it",
                source=source,
                line=line,
                reason="unknown entry",
            )


def _warn_of_the_unused(ledger: Ledger, tables: Tables) -> None:
    for path, _, reason, count, line in ledger.rows():
        if reason in (UNKNOWN, LOOSE_TEXT):
            code = reason.replace(" ", "_")
            tables.warn(None, line, code, f"{path}: {reason}, {count} times; nothing of it is screened")


def _warn_of_nameless_aliases(ledger: Ledger, tables: Tables) -> None:
    """One alias may hold no name; most of them do only if the file is spelled otherwise than the UN's."""
    used = Counter({path: count for path, disposition, _, count, _ in ledger.rows() if disposition == "used"})
    for path, _, reason, count, line in ledger.rows():
        if reason == NAMELESS and count > used[path]:
            message = f"{path}: {reason}, {count} times of {count + used[path]}; nobody is found by them"
            tables.warn(None, line, "nameless_aliases", message)


def _warn_of_a_missing_kind(counts: dict[str, int], tables: Tables) -> None:
    for tag, count in counts.items():
        if not count:
            kind = tag.lower()
            message = f"no {kind} is in the list; the UN's has always held both kinds: is the file whole?"
            tables.warn(None, None, f"no_{kind}", message)


def _provenance(source: Source, generated: str | None, counts: dict[str, int]) -> Provenance:
    return Provenance(
        source=source.name,
        generated=generated,
        sha256=source.sha256,
        size=source.size,
        individuals=counts["INDIVIDUAL"],
        entities=counts["ENTITY"],
        encoding=source.encoding,
        reader=READER,
    )
