"""Check of publishers' and users' files for personal data, before anything else reads them.

Every file is checked whole, whatever its format: text of all kinds, workbooks with their sheet names, comments and
properties, archives and their members, and the legible parts of other binary files.
"""

from __future__ import annotations

import io
import re
import shutil
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path, PurePath
from typing import IO, Any, cast

from begrepp.errors import InputError, Origin, PersonalDataError
from begrepp.files import temporary_folder
from begrepp.sources.archives import DAMAGED_ARCHIVE, check_archive, copy_unpacked
from begrepp.sources.compressed_files import DAMAGED_COMPRESSION, Unpack, compression_of
from begrepp.sources.identity_numbers import (
    BARE_TOKEN,
    BareNumbers,
    find_identity_number,
    identity_number_error,
    identity_numbers,
)
from begrepp.sources.person_documents import JsonCheck, XmlCheck
from begrepp.sources.person_tables import PersonTable, check_delimited, is_delimited
from begrepp.sources.privacy import FHIR_PERSON_RESOURCES
from begrepp.text.encodings import wide_encoding

_DATA_SUFFIXES = frozenset(
    [".sav", ".zsav", ".por", ".dta", ".sas7bdat", ".xpt", ".parquet", ".feather", ".rds", ".rdata", ".mat"]
)
_BLOCK = 1 << 20
_MAX_DEPTH = 2
"""Depth to which archives within archives are read."""
_WORKBOOK_PART = re.compile(r"(?:docProps/|xl/(?!worksheets/|theme|styles|sharedStrings|calcChain|media/)).*\.xml")
_RUN_BOUNDARY = re.compile(r"</(?:\w+:)?t>\s*</(?:\w+:)?r>\s*<(?:\w+:)?r>.{0,400}?<(?:\w+:)?t\b[^>]*>", re.DOTALL)
_FHIR_PERSON = re.compile(rf'"resourceType"\s*:\s*"(?:{"|".join(sorted(FHIR_PERSON_RESOURCES))})"')

OpenStream = Callable[[], IO[bytes]]
"""Opens a file, or a member of an archive, for reading from its start."""

_DOCUMENT_CHECKS: dict[str, type[JsonCheck | XmlCheck]] = {
    ".json": JsonCheck,
    ".ndjson": JsonCheck,
    ".jsonld": JsonCheck,
    ".xml": XmlCheck,
}


def refuse_personal_data_files(files: Iterable[Path]) -> None:
    """Raise `PersonalDataError` for the first file that holds data about persons; see `refuse_personal_data_file`."""
    for path in files:
        refuse_personal_data_file(path)


def refuse_personal_data_file(path: Path, name: str = "") -> None:
    """Raise `PersonalDataError` if a file, called `name` in the error, holds data about persons.

    These are identity numbers in any form, tables with one row per person, and data files of statistics programs. A
    damaged archive or workbook raises no error here: its loader reports the damage.
    """
    name = name or path.name
    suffix = PurePath(name).suffix
    if suffix.lower() in _DATA_SUFFIXES:
        raise PersonalDataError(
            name,
            f"'{suffix}' is a data file from a statistics program; begrepp accepts metadata only.",
            "Add the data dictionary, not the data.",
        )
    if find_identity_number(PurePath(name).stem):
        raise PersonalDataError(
            f"*{suffix}",
            "the name of the file holds a Swedish personal identity number.",
            "Rename the file; begrepp accepts metadata only, never personal data.",
        )
    _check_stream(name, lambda: path.open("rb"), 0)


def refuse_personal_data_text(text: str, name: str) -> None:
    """Raise `PersonalDataError` if a text that came without a file, such as a form's, holds data about persons."""
    _check_stream(name, lambda: io.BytesIO(text.encode("utf-8", errors="replace")), 0)


def _check_stream(name: str, open_stream: OpenStream, depth: int) -> None:
    with open_stream() as stream:
        head = stream.read(8192)
    if head.startswith(b"PK\x03\x04"):
        _check_zip(name, open_stream, depth)
    elif unpack := compression_of(head):
        _check_compressed(name, open_stream, unpack, depth)
    elif encoding := wide_encoding(head):
        _check_text(name, lambda: _text_blocks(open_stream, encoding))
    elif b"\0" in head:
        for encoding in ("latin-1", "utf-16-le", "utf-16-be"):
            _check_binary(name, open_stream, encoding)
    else:
        _check_text(name, lambda: _text_blocks(open_stream, "utf-8-sig"))


def _check_zip(name: str, open_stream: OpenStream, depth: int) -> None:
    """Check a workbook or another archive. It is copied to a temporary file, where its size is checked first."""
    with temporary_folder() as folder:
        copy = folder / f"copy{PurePath(name).suffix}"
        with open_stream() as stream, copy.open("wb") as target:
            shutil.copyfileobj(stream, target)
        try:
            members = [member for member in check_archive(copy) if not member.is_dir()]
            with zipfile.ZipFile(copy) as archive:
                if any(member.filename == "xl/workbook.xml" for member in members):
                    for member in members:
                        if _WORKBOOK_PART.fullmatch(member.filename):
                            _check_workbook_part(name, archive.read(member).decode("utf-8", errors="replace"))
                    _check_sheets(name, copy)
                elif depth < _MAX_DEPTH:
                    for member in members:
                        _check_stream(f"{name}/{member.filename}", partial(archive.open, member), depth + 1)
        except PersonalDataError:
            raise
        except (InputError, *DAMAGED_ARCHIVE):
            return


def _check_workbook_part(name: str, xml: str) -> None:
    """Check sheet names, comments, document properties, names and drawings of a workbook."""
    joined = _RUN_BOUNDARY.sub("", xml)
    for number in identity_numbers(joined):
        if not number.bare or f">{number.text}<" in joined:
            raise identity_number_error(Origin(f"{name} (sheet names, comments or properties)"))


def _check_sheets(name: str, path: Path) -> None:
    from begrepp.sources.xlsx import read_all_sheets  # noqa: PLC0415  # takes 0.1 s; only workbooks need it

    with closing(read_all_sheets(path)) as sheets:
        for title, rows in groupby(sheets, key=itemgetter(0)):
            table = PersonTable()
            for _, origin, cells in rows:
                table.check_row(cells, Origin(f"{name}[{title}]", origin.row))
            table.finish()


def _check_compressed(name: str, open_stream: OpenStream, unpack: Unpack, depth: int) -> None:
    """Check a compressed file; of a FHIR package not its examples, which are resources about invented persons."""
    if depth > _MAX_DEPTH:
        return
    with temporary_folder() as folder:
        copy = folder / "copy"
        try:
            with open_stream() as stream, unpack(stream) as unpacked, copy.open("wb") as target:
                copy_unpacked(unpacked, target, name, stream)
        except PersonalDataError:
            raise
        except DAMAGED_COMPRESSION:
            return
        try:
            with tarfile.open(copy, mode="r:") as archive:
                for member in archive:
                    if member.isfile() and (opened := archive.extractfile(member)):
                        data = opened.read()
                        if not _FHIR_PERSON.search(data[:_BLOCK].decode("utf-8", errors="replace")):
                            _check_stream(f"{name}/{member.name}", partial(io.BytesIO, data), depth + 1)
        except tarfile.TarError:
            _check_stream(str(PurePath(name).with_suffix("")), lambda: copy.open("rb"), depth + 1)


def _check_binary(name: str, open_stream: OpenStream, encoding: str) -> None:
    for _, block in _text_blocks(open_stream, encoding):
        if any(not number.bare and not number.text.isdigit() for number in identity_numbers(block)):
            raise identity_number_error(Origin(name))


def _check_text(name: str, blocks: Callable[[], Iterator[tuple[int, str]]]) -> None:
    """Check a text: numbers in running text at once, bare numbers by column of a table or else by the whole file."""
    is_table = is_delimited(name, next((text for _, text in blocks()), ""))
    suspects = BareNumbers()
    kind = _DOCUMENT_CHECKS.get(PurePath(name).suffix.lower())
    document = kind() if kind else None
    for line, text in blocks():
        for number in identity_numbers(text):
            origin = Origin(name, line + number.line)
            if not number.bare:
                raise identity_number_error(origin)
            suspects.add(number.text, origin)
        if document:
            document.check(text, Origin(name, line))
    if is_table:
        check_delimited(name, (line for _, text in blocks() for line in text.splitlines(keepends=True)))
    elif suspects:
        for line, text in blocks():
            for token in BARE_TOKEN.findall(text):
                suspects.count(token, False, Origin(name, line))
        suspects.refuse()


def _text_blocks(open_stream: OpenStream, encoding: str) -> Iterator[tuple[int, str]]:
    """Yield blocks of about `_BLOCK` bytes that end with a line, each with the number of its first line."""
    line, rest = 1, b""
    with open_stream() as stream:
        if encoding.startswith(("utf-16", "utf-32")):
            reader = io.TextIOWrapper(cast(Any, stream), encoding, errors="replace", newline="")
            while text := reader.read(_BLOCK):
                text += reader.readline(_BLOCK)
                yield line, text
                line += text.count("\n")
            return
        while data := stream.read(_BLOCK):
            data = rest + data
            cut = data.rfind(b"\n") + 1
            if not cut and len(data) < 8 * _BLOCK:
                rest = data
                continue
            rest = data[cut or len(data) :]
            text = _decode(data[: cut or len(data)], encoding)
            yield line, text
            line += text.count("\n")
    if rest:
        yield line, _decode(rest, encoding)


def _decode(data: bytes, encoding: str) -> str:
    """Decode text; if it is not UTF-8, as windows-1252, so that its no-break spaces are seen."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return data.decode("cp1252" if encoding.startswith("utf-8") else encoding, errors="replace")
