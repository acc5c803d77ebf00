"""Elements of one list entry as plain nodes that remember what became of them.

The ledger is honest because it is kept at the place of use: a reader takes the text of an element and
says what for. What nobody took is, by that alone, an unknown element.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from screening.errors import ListError
from screening.lists.words import squeeze

if TYPE_CHECKING:
    from collections.abc import Iterator

    from screening.lists.source import Source

__all__ = ["ENTRY_TAGS", "LOOSE_TEXT", "MAX_TEXT", "UNKNOWN", "Ledger", "Node", "iterate_entries"]

MAX_TEXT: Final = 200_000  # characters; the longest text of the real lists has about 3,000
UNKNOWN: Final = "unknown element"
LOOSE_TEXT: Final = "text outside a field"
ENTRY_TAGS: Final = ("INDIVIDUAL", "ENTITY")
_STRUCTURE: Final = {"CONSOLIDATED_LIST", "INDIVIDUALS", "ENTITIES"}


@dataclass(slots=True)
class Node:
    """One element: its text (that of inner elements included), and what it was used for."""

    tag: str
    path: str
    line: int
    text: str
    children: list[Node] = field(default_factory=list)
    use: tuple[str, str] | None = None  # (disposition, reason)

    def take(self, tag: str, purpose: str) -> list[str]:
        """Texts of the children of one name; empty ones are marked as such and left out."""
        return [node.text for node in self.nodes(tag, purpose) if node.text]

    def nodes(self, tag: str, purpose: str) -> list[Node]:
        """Children of one name, marked as used; those without any text as empty."""
        found = [child for child in self.children if child.tag == tag]
        for child in found:
            child.use = ("used", purpose) if child.text else ("ignored", "empty element")
        return found

    def walk(self) -> Iterator[Node]:
        """This node and everything below it."""
        yield self
        for child in self.children:
            yield from child.walk()


class Ledger:
    """Counts of elements, attributes and characters by what became of them."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._lines: dict[tuple[str, str, str], int | None] = {}

    def add(self, path: str, disposition: str, reason: str, line: int | None) -> None:
        """Count one thing."""
        key = (path, disposition, reason)
        self._counts[key] += 1
        self._lines.setdefault(key, line)

    def rows(self) -> list[tuple[str, str, str, int, int | None]]:
        """Sorted rows of the LEDGER table."""
        return sorted(
            ((*key, count, self._lines[key]) for key, count in self._counts.items()), key=lambda row: row[:3]
        )


def iterate_entries(source: Source, ledger: Ledger) -> Iterator[Node | dict[str, str]]:
    """The attributes of the root element first, then every entry of the list.

    Raises:
        ListError: The XML is broken, too deep, or not a list.
    """
    # huge_tree stays off: libxml2's own limits on depth and text length are a defence here.
    events = etree.iterparse(
        BytesIO(source.text.encode("utf-8", "surrogatepass")),
        events=("start", "end", "comment", "pi"),
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=False,
    )
    path = ""  # of the open element outside entries, or of the open entry
    inside = 0  # open elements from the entry downwards
    try:
        for event, element in events:
            if event == "start":
                tag = _local(element.tag)
                inside += bool(inside) or tag in ENTRY_TAGS
                if inside > 1 and tag in ENTRY_TAGS:
                    message = f"<{tag}> inside another entry: the file is damaged"
                    raise ListError(
                        message, source=source.name, line=element.sourceline, reason="nested entry"
                    )
                if not path:
                    _check_root(tag, element, source)
                    yield {_local(str(name)): str(value) for name, value in element.attrib.items()}
                if inside <= 1:
                    path = f"{path}/{tag}" if path else tag
            elif event == "end":
                if inside > 1:
                    inside -= 1
                    continue
                if inside:
                    yield _node(element, path, source, ledger)
                    _forget(element, path, ledger)
                    inside = 0
                else:
                    _account_outside(element, path, ledger)
                path = path.rpartition("/")[0]
            else:
                ledger.add(f"{path}/{event}()", "ignored", f"XML {event}", element.sourceline)
    except etree.XMLSyntaxError as error:
        message = f"the XML is broken: {error.msg}"
        raise ListError(message, source=source.name, line=error.lineno, reason="broken XML") from error


def _node(element: Any, path: str, source: Source, ledger: Ledger) -> Node:
    line = element.sourceline
    children = [
        _node(child, f"{path}/{_local(child.tag)}", source, ledger)
        for child in element
        if isinstance(child.tag, str)
    ]
    text = "".join(element.itertext()) if len(element) else element.text or ""
    if len(text) > MAX_TEXT and not children:
        message = f"<{_local(element.tag)}> holds {len(text)} characters, more than {MAX_TEXT}"
        raise ListError(message, source=source.name, line=line, reason="gigantic text")
    if children:
        _account_loose_text(element, path, ledger)
    for name in element.attrib:
        ledger.add(f"{path}/@{_local(str(name))}", "ignored", "attribute without meaning", line)
    return Node(_local(element.tag), path, line, squeeze(text), children)


def _account_outside(element: Any, path: str, ledger: Ledger) -> None:
    """The frame around the entries, or something that is no entry at all."""
    _account_loose_text(element, path, ledger)
    if _local(element.tag) in _STRUCTURE:
        ledger.add(path, "used", "structure", element.sourceline)
    else:
        ledger.add(path, "ignored", UNKNOWN, element.sourceline)


def _check_root(tag: str, element: Any, source: Source) -> None:
    if tag != "CONSOLIDATED_LIST":
        what = "a web page" if tag.casefold() == "html" else f"<{tag}>"
        message = f"this is {what}, not the UN consolidated list: its root is <CONSOLIDATED_LIST>"
        raise ListError(message, source=source.name, line=element.sourceline, reason="wrong root")


def _account_loose_text(element: Any, path: str, ledger: Ledger) -> None:
    loose = [element.text, *(child.tail for child in element)]
    for text in loose:
        if text and text.strip():
            ledger.add(f"{path}/text()", "ignored", LOOSE_TEXT, element.sourceline)


def _forget(element: Any, path: str, ledger: Ledger) -> None:
    """Free an entry that has been read, and those before it, so that memory stays flat."""
    parent = element.getparent()
    element.clear(keep_tail=True)
    while (previous := element.getprevious()) is not None:
        if previous.tail and previous.tail.strip():
            ledger.add(f"{path.rpartition('/')[0]}/text()", "ignored", LOOSE_TEXT, previous.sourceline)
        parent.remove(previous)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
