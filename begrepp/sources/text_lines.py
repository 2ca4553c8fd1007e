"""Lines of a text file: decoded, NFC-normalised, without a byte order mark, and of at most `MAX_LINE` bytes."""

from __future__ import annotations

import codecs
import io
import re
import unicodedata
from collections.abc import Generator, Iterator
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.sources.characters import decode_controls
from begrepp.sources.file_kinds import content_advice, describe_content
from begrepp.sources.meter import Meter
from begrepp.sources.row_faults import add_remark

MAX_LINE = 1_000_000
OPEN_END = "the last line has no line break; if it ends too early, the file is truncated."
"""Remark about a file: from the file alone, a truncated last line cannot be distinguished from a whole one."""
_CHUNK = 1 << 16
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_WIDE_ENCODING = re.compile(r"utf[-_]?(16|32)", re.IGNORECASE)


def read_lines(path: Path, encoding: str = "utf-8") -> Iterator[str]:
    """Yield the lines of a text file, decoded and NFC-normalised. Raises `InputError` beyond `MAX_LINE`."""
    return decode_lines(path, encoding, Meter())


def decode_lines(path: Path, encoding: str, counter: Meter) -> Generator[str, None, None]:
    """Yield decoded, NFC-normalised lines without a byte order mark; close it if it is not read to its end."""
    start = counter.bytes
    if _WIDE_ENCODING.match(encoding):
        yield from _wide_lines(path, encoding)
        return
    if kind := describe_content(path):
        raise InputError(path, f"it is {kind}, not a table in text.", _advice_for(kind))
    with path.open("rb") as raw:
        bom = raw.read(4)
        if bom.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise InputError(
                path,
                "the file is encoded in UTF-16.",
                'Save it as UTF-8, or name its encoding in source.toml: encoding = "utf-16".',
            )
        raw.seek(3 if bom.startswith(codecs.BOM_UTF8) else 0)
        codec = codecs.lookup(encoding).name
        is_multibyte = codec == "utf-8"
        is_iso = codec.startswith("iso8859")
        for number, line in enumerate(_bounded_lines(raw, path), start=1):
            counter.bytes = start + raw.tell()
            try:
                text = line.decode(encoding)
            except UnicodeDecodeError as error:
                if _BINARY.search(line):
                    raise _not_text(Origin(path.name, number), "bytes that no text has") from None
                cut = error.reason == "unexpected end of data" and error.end == len(line)
                # One last byte from 0xE0 is as well a letter of windows-1252, such as å, ä or ö.
                if cut and (line[error.start] < 0xE0 or error.end - error.start > 1):
                    raise InputError(
                        Origin(path.name, number),
                        "the file ends in the middle of a letter: it is truncated.",
                        "Download the file again from its publisher, and compare its size.",
                    ) from None
                byte = f"byte 0x{line[error.start]:02X} is not {encoding.upper()}"
                if not is_multibyte:
                    next_step = "Correct `encoding` in source.toml, or save the file as UTF-8."
                    raise InputError(Origin(path.name, number), f"{byte}.", next_step) from None
                raise InputError(
                    Origin(path.name, number),
                    f"{byte}; the file looks like windows-1252 or ISO-8859-1.",
                    'Save it as UTF-8, or name its encoding in source.toml: encoding = "windows-1252".',
                ) from None
            if not is_multibyte and not line.isascii() and _is_utf8(line):
                raise InputError(
                    Origin(path.name, number),
                    f"the text is UTF-8, not {encoding.upper()} ({text.strip()[:40]}).",
                    'Write in source.toml, beside the file and below its name ([[file]] and name): encoding = "utf-8".',
                )
            if "\0" in text:
                raise _not_text(Origin(path.name, number), "a NUL character")
            if is_iso and (decoded := decode_controls(text)) != text:
                reason = f"bytes that are no characters of {encoding.upper()} are read as windows-1252."
                add_remark(Origin(path.name, number), reason)
                text = decoded
            yield (
                text if text.isascii() or unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
            )


def _advice_for(kind: str) -> str:
    if "workbook" in kind and ".xlsx" in kind:
        return "Give it a name that ends in .xlsx, and add it again."
    return content_advice(kind, "Add the table that it contains, saved as CSV or .xlsx.")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _wide_lines(path: Path, encoding: str) -> Iterator[str]:
    """Yield the lines of a file in UTF-16 or UTF-32, in which a line break is not a single byte."""
    with path.open(encoding=encoding, newline="") as text:
        try:
            for number, line in enumerate(iter(lambda: text.readline(MAX_LINE + 1), ""), start=1):
                if len(line) > MAX_LINE:
                    raise InputError(
                        Origin(path.name, number), "a line is too long for a table.", "Check the file's encoding."
                    )
                yield unicodedata.normalize("NFC", line).removeprefix("\ufeff")
        except UnicodeError as error:
            raise InputError(
                path, f"the text is not {encoding.upper()} ({error}).", "Correct `encoding` in source.toml."
            ) from None


def _not_text(origin: Origin, what: str) -> InputError:
    return InputError(origin, f"{what}: this is not a text file.", "Check that you added the right file.")


def _bounded_lines(raw: io.BufferedReader, path: Path) -> Iterator[bytes]:
    """Yield lines of at most `MAX_LINE` bytes; in a file with CR only, as of old Mac programs, lines end in CR."""
    start = raw.tell()
    head = raw.read(_CHUNK)
    raw.seek(start)
    lines = _lines_by_cr(raw) if b"\r" in head and b"\n" not in head else iter(lambda: raw.readline(MAX_LINE + 1), b"")
    number, line = 0, b""
    for number, line in enumerate(lines, start=1):
        if len(line) > MAX_LINE:
            raise InputError(
                Origin(path.name, number),
                f"a line is longer than {MAX_LINE:,} bytes: this is not a table with line breaks.",
                "Check that you added the right file and that it was not converted.",
            )
        yield line
    if line and not line.endswith((b"\n", b"\r")):
        add_remark(Origin(path.name, number), OPEN_END)


def _lines_by_cr(raw: io.BufferedReader) -> Iterator[bytes]:
    rest = b""
    while chunk := raw.read(_CHUNK):
        *lines, rest = (rest + chunk).split(b"\r")
        yield from (line + b"\n" for line in lines)
        if len(rest) > MAX_LINE:
            break
    if rest:
        yield rest
