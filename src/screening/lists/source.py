"""From a path, bytes or a file to clean XML text: what was read, in which encoding, what was taken out.

Published files have held control characters that XML forbids. A bank cannot wait for a corrected file,
so those characters, and nothing else, are removed and reported one by one. Everything that could make
a parser read more than the file itself (DTDs, entities) is refused before parsing.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from screening.errors import ListError

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["MAX_BYTES", "Removed", "Source", "read_source"]

MAX_BYTES: Final = 256 * 2**20  # a hundred times the list of today

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED: Final = ((b"<\x00?\x00", "utf-16-le"), (b"\x00<\x00?", "utf-16-be"))
_DECLARED: Final = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")
_DECLARATION: Final = re.compile(r"\s*<\?xml\s.*?\?>", re.DOTALL)
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CHARACTER_REFERENCE: Final = re.compile(r"&#(?:x([0-9A-Fa-f]+)|([0-9]+));")
_CDATA: Final = re.compile(r"<!\[CDATA\[.*?\]\]>", re.DOTALL)
_PROLOGUE: Final = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_NO_FILE_ENCODINGS: Final = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}
_MAGIC: Final = {b"PK\x03\x04": "a zip archive", b"\x1f\x8b": "a gzip file", b"%PDF": "a PDF"}


class Removed(NamedTuple):
    """One character that XML forbids, and where it stood."""

    character: str  # such as "U+0001"
    line: int
    offset: int  # byte offset in the source


@dataclass(frozen=True, slots=True)
class Source:
    """Clean XML text and what is known of the bytes it came from."""

    name: str
    text: str
    encoding: str
    size: int
    sha256: str
    removed: tuple[Removed, ...]


def read_source(source: str | Path | bytes | BinaryIO) -> Source:
    """Read, decode and clean an XML file.

    Raises:
        ListError: It cannot be read or decoded, is empty or too large, or carries a document type.
    """
    name, raw = _bytes_of(source)
    if not raw.strip():
        raise ListError("the file is empty", source=name, reason="empty file")
    if len(raw) > MAX_BYTES:
        raise ListError(
            f"the file has {len(raw)} bytes, more than {MAX_BYTES}", source=name, reason="too large"
        )
    for magic, what in _MAGIC.items():
        if raw.startswith(magic):
            raise ListError(f"this is {what}, not an XML file", source=name, line=1, reason="not XML")
    encoding, start = _encoding_of(raw, name)
    try:
        text = raw[start:].decode(encoding)
    except UnicodeError as error:
        offset = start + getattr(error, "start", 0)
        line = raw.count(b"\n", 0, offset) + 1
        message = f"byte {offset} is not valid {encoding}; ask for an undamaged copy of the file"
        raise ListError(message, source=name, line=line, reason="wrong encoding") from error
    text, removed = _clean(text, start, encoding)
    _refuse_document_type(text, name)
    # The declaration has done its work; its line breaks stay, so that line numbers hold.
    if declaration := _DECLARATION.match(text):
        text = "\n" * declaration[0].count("\n") + text[declaration.end() :]
    return Source(name, text, encoding, len(raw), hashlib.sha256(raw).hexdigest(), removed)


def _bytes_of(source: str | Path | bytes | BinaryIO) -> tuple[str, bytes]:
    if isinstance(source, bytes):
        return "<bytes>", source
    if not isinstance(source, str | Path):
        content = source.read()
        if not isinstance(content, bytes):
            raise ListError(
                "open the file in binary mode, so that its encoding can be read", reason="text file"
            )
        return Path(str(getattr(source, "name", "<file>"))).name, content
    path = Path(source)
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        hint = "; name the XML file in this folder" if isinstance(error, IsADirectoryError) else ""
        message = f"cannot read the list: {error.strerror}{hint}"
        raise ListError(message, source=str(path), reason="unreadable file") from error
    except ValueError as error:
        raise ListError(f"not a path: {error}", source=repr(source)[:80], reason="unreadable file") from error


def _encoding_of(raw: bytes, name: str) -> tuple[str, int]:
    """Encoding and the length of the mark that announces it."""
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return encoding, len(mark)
    for begin, encoding in _UNMARKED:
        if raw.startswith(begin):
            return encoding, 0
    declared = _DECLARED.match(raw)
    if not declared:
        return "utf-8", 0
    label = declared[1].decode("ascii")
    codec = _codec(label)
    if codec is None:
        raise ListError(f"unknown encoding {label!r}", source=name, line=1, reason="wrong encoding")
    # Bytes that were legible so far are no UTF-16 or UTF-32, whatever they say.
    return ("utf-8" if codec.startswith(("utf-16", "utf-32")) else codec), 0


def _codec(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
        "".encode(name)  # refuses codecs that are no text encodings
    except LookupError:
        return None
    return None if name.replace("_", "-") in _NO_FILE_ENCODINGS else name


def _clean(text: str, start: int, encoding: str) -> tuple[str, tuple[Removed, ...]]:
    places = [(m.start(), m.end(), ord(m[0])) for m in _ILLEGAL.finditer(text)]
    literal = [(m.start(), m.end()) for m in _CDATA.finditer(text)] if "<![CDATA[" in text else []
    for m in _CHARACTER_REFERENCE.finditer(text):
        digits = (m[1] or m[2]).lstrip("0")[:9]  # more could name no character, only keep int() busy
        point = int(digits or "0", 16 if m[1] else 10)
        inside = any(first <= m.start() < last for first, last in literal)
        if not inside and (point > 0x10FFFF or _ILLEGAL.match(chr(point))):
            places.append((m.start(), m.end(), point))
    if not places:
        return text, ()
    kept: list[str] = []
    removed: list[Removed] = []
    position, line, offset = 0, 1, start
    for first, last, point in sorted(places):
        before = text[position:first]
        kept.append(before)
        line += before.count("\n")
        offset += len(before.encode(encoding, "surrogatepass"))
        removed.append(Removed(f"U+{point:04X}", line, offset))
        offset += len(text[first:last].encode(encoding, "surrogatepass"))
        position = last
    kept.append(text[position:])
    return "".join(kept), tuple(removed)


def _refuse_document_type(text: str, name: str) -> None:
    prologue = _PROLOGUE.match(text)
    position = prologue.end() if prologue else 0
    line = text.count("\n", 0, position) + 1
    if text[position : position + 9].upper() == "<!DOCTYPE":
        page = text[position : position + 14].casefold() == "<!doctype html"
        reason = (
            "this is a web page, not the list"
            if page
            else "it carries a document type (DTD), which the UN's never does"
        )
        raise ListError(f"refused: {reason}", source=name, line=line, reason="document type")
    if text[position : position + 1] != "<":
        raise ListError("not an XML file", source=name, line=line, reason="not XML")
