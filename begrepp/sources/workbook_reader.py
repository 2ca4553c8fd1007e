"""Opens workbooks for openpyxl: their strings as stored, superscripts in them kept, and Strict Open XML too.

openpyxl removes the escapes of strings in part and the formats of characters, and knows the namespaces of Transitional
Open XML only (ISO/IEC 29500-4). Excel saves the strict form as "Strict Open XML Spreadsheet" (29500-1, annex A).
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any, cast

from openpyxl import Workbook
from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.constants import SHARED_STRINGS

from begrepp.errors import Origin
from begrepp.sources.archives import iterate_xml, local_name
from begrepp.text.plain_text import PlainText, script_named

_STRICT = b"http://purl.oclc.org/ooxml/"
_TRANSITIONAL = b"http://schemas.openxmlformats.org/"
_NAMESPACES = {
    _STRICT + b"spreadsheetml/main": _TRANSITIONAL + b"spreadsheetml/2006/main",
    _STRICT + b"officeDocument/relationships": _TRANSITIONAL + b"officeDocument/2006/relationships",
    _STRICT + b"drawingml/main": _TRANSITIONAL + b"drawingml/2006/main",
}
_HEAD = 1 << 16
"""Bytes at the beginning of a part in which its namespaces are declared."""
_MAX_IN_MEMORY = 1 << 25


class _StoredStringsReader(ExcelReader):
    """Reader of a workbook whose shared strings keep their escapes; `read_cell` decodes those of all strings."""

    def read_strings(self) -> None:
        """Read the shared strings; superscripts and subscripts in them become Unicode characters."""
        part = cast(Any, self.package).find(SHARED_STRINGS)
        if part is None:
            return
        with self.archive.open(part.PartName[1:]) as stream:
            self.shared_strings = [_string(item) for item in iterate_xml(stream, "si", Origin(part.PartName))]


def _string(item: Any) -> str:
    """Return the text of a shared string: of itself or of its runs, without phonetic hints (18.4.8 "si")."""
    plain = PlainText()
    for each in item:
        if local_name(each) == "t":
            plain.add(each.text or "")
        elif local_name(each) == "r":
            marks = [mark.get("val", "") for mark in each.iter() if local_name(mark) == "vertAlign"]
            text = "".join(run.text or "" for run in each if local_name(run) == "t")
            if script := script_named(" ".join(marks)):
                plain.begin_script(script)
                plain.add(text)
                plain.end_script()
            else:
                plain.add(text)
    return plain.text()


@contextmanager
def load_rows(path: Path, *, results: bool) -> Iterator[Workbook]:
    """Open a workbook for reading row by row, with formulas or with their stored `results`.

    Raises arbitrary exceptions of openpyxl for damaged parts.
    """
    with _transitional(path) as source:
        reader = _StoredStringsReader(source, read_only=True, data_only=results)
        with closing(reader.archive):
            reader.read()
            yield reader.wb


@contextmanager
def _transitional(path: Path) -> Iterator[Path | IO[bytes]]:
    """Yield the workbook itself, or a copy of a strict one with the namespaces of a transitional one."""
    with zipfile.ZipFile(path) as archive:
        if not _is_strict(archive):
            yield path
            return
        with tempfile.SpooledTemporaryFile(max_size=_MAX_IN_MEMORY) as copy:
            with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
                for member in archive.infolist():
                    with archive.open(member) as part, target.open(member.filename, "w", force_zip64=True) as written:
                        written.write(_renamed(part.read(_HEAD)))
                        shutil.copyfileobj(part, written)
            yield copy


def _is_strict(archive: zipfile.ZipFile) -> bool:
    try:
        return _STRICT in archive.read("_rels/.rels")
    except KeyError:
        return False


def _renamed(head: bytes) -> bytes:
    for strict, transitional in _NAMESPACES.items():
        head = head.replace(strict, transitional)
    return head
