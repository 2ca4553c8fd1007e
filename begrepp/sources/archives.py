"""Safe reading of untrusted ZIP archives and XML streams.

Rejects members with paths outside the folder, zip bombs, and XML with entities, external DTDs or XIncludes.
There is no network access.
"""

from __future__ import annotations

import re
import shutil
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from begrepp.errors import InputError, Origin
from begrepp.sources.text_encodings import find_xml_encoding_error

MAX_UNPACKED = 8 * 1024**3
MAX_RATIO = 200
_MAX_UNCHECKED_RATIO_BYTES = 10 * 1024**2
DAMAGED_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)
"""Exceptions of `zipfile` for archives that are truncated, corrupt, encrypted or compressed by an unknown method."""


def check_archive(path: Path) -> list[zipfile.ZipInfo]:
    """Return the members of a ZIP archive after checking sizes, compression ratio and paths.

    Raises `InputError` for a damaged archive, a zip bomb, or a member with a path outside the archive.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except DAMAGED_ARCHIVE as error:
        raise InputError(
            path, f"this is not a complete zip or xlsx file ({error}).", "Download the file again from its publisher."
        ) from None
    unpacked_bytes = sum(member.file_size for member in members)
    ratio = unpacked_bytes // max(path.stat().st_size, 1)
    if unpacked_bytes > MAX_UNPACKED or (unpacked_bytes > _MAX_UNCHECKED_RATIO_BYTES and ratio > MAX_RATIO):
        raise InputError(
            path,
            f"the archive would expand to {unpacked_bytes:,} bytes, {ratio:,} times its size: "
            "it looks like a zip bomb.",
            "Check where the file comes from.",
        )
    for member in members:
        # Some publishers' archives have backslashes as separators: codesystems\atc-code.xml.
        parts = PurePosixPath(member.filename.replace("\\", "/")).parts
        if ".." in parts or (parts and (parts[0] == "/" or ":" in parts[0])):
            raise InputError(
                path,
                f"the member '{member.filename}' points outside the archive.",
                "Check where the file comes from.",
            )
    return members


def copy_unpacked(unpacked: IO[bytes], target: IO[bytes], name: str, packed: IO[bytes]) -> None:
    """Copy the content of a compressed file; raises `InputError` if it grows as a bomb does.

    `packed` is the compressed file that is being read, whose position tells how much of it was used.
    """
    size = 0
    while block := unpacked.read(1 << 20):
        size += len(block)
        ratio = size // max(packed.tell(), 1)
        if size > MAX_UNPACKED or (size > _MAX_UNCHECKED_RATIO_BYTES and ratio > MAX_RATIO):
            raise InputError(
                name,
                f"the file expands to more than {size:,} bytes, {ratio:,} times its size: it looks like a zip bomb.",
                "Check where the file comes from.",
            )
        target.write(block)


def refuse_doctypes(path: Path) -> None:
    """Raise `InputError` if an XML member of a workbook declares a DTD; spreadsheet programs never write one."""
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if not member.filename.endswith((".xml", ".rels")):
                continue
            try:
                with archive.open(member) as stream:
                    head = stream.read(1 << 16)
            except DAMAGED_ARCHIVE as error:
                raise InputError(
                    path,
                    f"the part '{member.filename}' is damaged ({error}).",
                    "Download the file again from its publisher.",
                ) from None
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                raise InputError(
                    path,
                    f"the part '{member.filename}' declares a DTD or entities, which are refused: "
                    "they can read files or exhaust memory.",
                    "Check where the file comes from.",
                )


def unpack_members(path: Path, folder: Path, pattern: str) -> list[Path]:
    """Extract the members whose names match a regular expression into one flat folder; return their paths."""
    written = []
    for member in check_archive(path):
        name = member.filename.replace("\\", "/")
        if member.is_dir() or not re.search(pattern, name):
            continue
        target = folder / PurePosixPath(name).name
        if target in written:
            raise InputError(path, f"two members are called '{target.name}'.", "Add only one of them.")
        try:
            with zipfile.ZipFile(path) as archive, archive.open(member) as stream, target.open("wb") as out:
                shutil.copyfileobj(stream, out)
        except DAMAGED_ARCHIVE as error:
            raise InputError(
                path, f"the member '{member.filename}' is damaged ({error}).", "Download the file again."
            ) from None
        written.append(target)
    return written


@contextmanager
def open_member(path: Path, suffix: str) -> Iterator[tuple[IO[bytes], Origin]]:
    """Open the only member whose name ends with a suffix, as a byte stream with its origin."""
    matches = [member for member in check_archive(path) if member.filename.replace("\\", "/").endswith(suffix)]
    if len(matches) != 1:
        raise InputError(
            path,
            f"{len(matches)} members end in '{suffix}', one is expected.",
            "Check that you added the right archive.",
        )
    with ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(path))
            stream = stack.enter_context(archive.open(matches[0]))
        except DAMAGED_ARCHIVE as error:
            raise InputError(
                path,
                f"the member '{matches[0].filename}' is damaged ({error}).",
                "Download the file again from its publisher.",
            ) from None
        yield stream, Origin(f"{path.name}/{matches[0].filename}")


def iterate_xml(
    stream: IO[bytes], tag: str | Collection[str], origin: Origin, *, doctype: bool = False
) -> Iterator[Element]:
    """Yield each element with one of the tags (local names) at its end tag, and free it afterwards.

    `doctype` as in `walk_xml`.
    """
    tags = {tag} if isinstance(tag, str) else set(tag)
    for path in walk_xml(stream, origin, doctype=doctype):
        if local_name(path[-1]) in tags:
            yield path[-1]
            if len(path) > 1:
                path[-2].remove(path[-1])


def walk_xml(stream: IO[bytes], origin: Origin, *, doctype: bool = False) -> Iterator[tuple[Element, ...]]:
    """Yield each element at its end tag, preceded by its ancestors, outermost first. No element is freed.

    With `doctype`, a DOCTYPE that names an external DTD is accepted, as in every ClaML file; the DTD is not
    read. Entity declarations are always rejected. Raises `InputError`.
    """
    try:
        events = iterparse(stream, events=("start", "end"), forbid_dtd=not doctype)
        open_elements: list[Element] = []
        for event, element in events:
            if event == "start":
                open_elements.append(element)
                continue
            yield tuple(open_elements)
            open_elements.pop()
    except DefusedXmlException:
        raise InputError(
            origin,
            "the XML declares a DTD or entities, which are refused: they can read files or exhaust memory.",
            "Remove the DOCTYPE in a copy, and check where the file comes from.",
        ) from None
    except (ParseError, *DAMAGED_ARCHIVE) as error:
        if isinstance(error, ParseError) and (encoding_error := find_xml_encoding_error(stream, origin)):
            raise encoding_error from None
        raise InputError(
            origin, f"the XML is not well-formed ({error}).", "Download the file again from its publisher."
        ) from None


def local_name(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return element.tag.rpartition("}")[2]
