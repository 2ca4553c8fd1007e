"""Copies of XML files in UTF-8, for parsers that read no other encoding."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from begrepp.errors import InputError
from begrepp.files import temporary_folder
from begrepp.text.encodings import wide_encoding

_HEAD = 1024
_XML = re.compile(r"\s*<(?:\?xml\b|!--|!DOCTYPE\b|[\w.-]+:[\w.-]+[\s>])")
_DECLARED = re.compile(r"""(\s*<\?xml\b[^>]{0,200}?\bencoding\s{0,8}=\s{0,8}["'])([\w.:-]+)(?=["'])""")
_UTF_8 = re.compile(r"utf-?8", re.IGNORECASE)
_KNOWN = re.compile(
    r"iso-8859-\d{1,2}|latin-?\d|(?:windows-|cp)\d{3,4}|us-ascii|koi8-[ru]|macintosh|utf-(?:16|32)(?:-?[lb]e)?",
    re.IGNORECASE,
)


@contextmanager
def utf8_xml(path: Path, name: str = "") -> Iterator[Path]:
    """Yield a file with the same content in UTF-8: a temporary copy of XML in another encoding, or the file itself.

    The encoding is that of the first bytes, or the declared one (XML 1.0, 4.3.3 and appendix F). Raises `InputError`
    if it is not known, or if the file is in another; `name` is the name of the file in messages.
    """
    where = name or path
    with path.open("rb") as file:
        head = file.read(_HEAD)
    wide = wide_encoding(head)
    start = head.decode(wide or "latin-1", errors="ignore").removeprefix("\ufeff")
    declared = _DECLARED.match(start)
    encoding = wide or (declared[2] if declared else "")
    if not encoding or _UTF_8.fullmatch(encoding) or not _XML.match(start):
        yield path
        return
    if not _KNOWN.fullmatch(encoding):
        raise InputError(where, f"the XML is declared to be in '{encoding}', which is not read.", "Save it as UTF-8.")
    with temporary_folder() as folder:
        copy = folder / path.name
        try:
            with (
                path.open(encoding=encoding, newline="") as source,
                copy.open("w", encoding="utf-8", newline="") as target,
            ):
                target.write(_DECLARED.sub(r"\1UTF-8", source.read(_HEAD).removeprefix("\ufeff"), count=1))
                shutil.copyfileobj(source, target)
        except (UnicodeError, LookupError) as error:
            raise InputError(where, f"the XML is not in {encoding} ({error}).", "Save it as UTF-8.") from None
        yield copy
