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

__all__ = ["ENTRY_TAGS", "LOOSE_TEXT", "MAX_TEXT", "NAMELESS", "UNKNOWN", "Ledger", "Node", "iterate_entries"]

MAX_TEXT: Final = 200_000  # characters; the longest text of the real lists has about 3,000
UNKNOWN: Final = "unknown element"
NAMELESS: Final = "no name in it"
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
    """Every entry of the list, and at the end the attributes of its root element.

    Raises:
        ListError: The XML is broken, too deep, or not a list.
    """
    # huge_tree stays off: libxml2's own limits on depth and text length are a defence here.
    events = etree.iterparse(
        BytesIO(source.text.encode("utf-8", "surrogatepass")),
        events=("end",),
        tag=[f"{{*}}{tag}" for tag in ENTRY_TAGS],
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=False,
    )
    try:
        for _, element in events:
            outer = [_local(parent.tag) for parent in element.iterancestors()]
            if any(tag in ENTRY_TAGS for tag in outer):
                message = f"<{_local(element.tag)}> inside another entry: the file is damaged"
                raise ListError(message, source=source.name, line=element.sourceline, reason="nested entry")
            yield _node(element, "/".join([*reversed(outer), _local(element.tag)]), source, ledger)
            _forget(element, "/".join(reversed(outer)), ledger)
    except etree.XMLSyntaxError as error:
        log: Any = error.error_log
        line = next((entry.line for entry in log if entry.line), error.lineno or None)
        message = f"the XML is broken: {error.msg}"
        raise ListError(message, source=source.name, line=line, reason="broken XML") from error
    root = events.root
    _check_root(root, source)
    for sibling in (*root.itersiblings(preceding=True), *root.itersiblings()):
        _account_comment(sibling, "", ledger)
    _account_frame(root, _local(root.tag), ledger)
    yield {_local(str(name)): str(value) for name, value in root.attrib.items()}


def _node(element: Any, path: str, source: Source, ledger: Ledger) -> Node:
    line = element.sourceline
    text = element.text or ""
    children: list[Node] = []
    if len(element):
        text = "".join(element.itertext())
        _account_loose_text(element, path, ledger)
        for child in element:
            if isinstance(child.tag, str):
                children.append(_node(child, f"{path}/{_local(child.tag)}", source, ledger))
            else:
                _account_comment(child, path, ledger)
    if len(text) > MAX_TEXT and not children:
        message = f"<{_local(element.tag)}> holds {len(text)} characters, more than {MAX_TEXT}"
        raise ListError(message, source=source.name, line=line, reason="gigantic text")
    for name in element.keys():  # noqa: SIM118 - an element is no mapping
        ledger.add(f"{path}/@{_local(str(name))}", "ignored", "attribute without meaning", line)
    return Node(_local(element.tag), path, line, squeeze(text), children)


def _account_frame(element: Any, path: str, ledger: Ledger) -> None:
    """What is left once all entries have been taken out: the frame, and whatever is no entry."""
    if not isinstance(element.tag, str):
        _account_comment(element, path.rpartition("/")[0], ledger)
    elif _local(element.tag) not in ENTRY_TAGS:  # the shell of the last entry was counted when it was read
        if len(element) or _local(element.tag) in _STRUCTURE:
            _account_loose_text(element, path, ledger)
        known = _local(element.tag) in _STRUCTURE
        ledger.add(
            path, "used" if known else "ignored", "structure" if known else UNKNOWN, element.sourceline
        )
        for child in element:
            _account_frame(child, f"{path}/{_local(str(child.tag))}", ledger)


def _check_root(root: Any, source: Source) -> None:
    tag = _local(root.tag)
    if tag != "CONSOLIDATED_LIST":
        what = "a web page" if tag.casefold() == "html" else f"<{tag}>"
        message = f"this is {what}, not the UN consolidated list: its root is <CONSOLIDATED_LIST>"
        raise ListError(message, source=source.name, line=root.sourceline, reason="wrong root")


def _account_comment(node: Any, path: str, ledger: Ledger) -> None:
    kind = "comment" if node.tag is etree.Comment else "processing-instruction"
    ledger.add(f"{path}/{kind}()", "ignored", f"XML {kind}", node.sourceline)


def _account_loose_text(element: Any, path: str, ledger: Ledger) -> None:
    for text in (element.text, *(child.tail for child in element)):
        if text and not text.isspace():
            ledger.add(f"{path}/text()", "ignored", LOOSE_TEXT, element.sourceline)


def _forget(element: Any, path: str, ledger: Ledger) -> None:
    """Free an entry that has been read, so that memory stays flat; its shell goes with the next one."""
    element.clear(keep_tail=True)
    parent = element.getparent()
    previous = element.getprevious()
    if previous is not None and isinstance(previous.tag, str) and _local(previous.tag) in ENTRY_TAGS:
        if previous.tail and not previous.tail.isspace():
            ledger.add(f"{path}/text()", "ignored", LOOSE_TEXT, previous.sourceline)
        parent.remove(previous)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2] if tag[0] == "{" else tag
