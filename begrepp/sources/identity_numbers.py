r"""Swedish identity numbers in text: personnummer, samordningsnummer and the interim numbers of care and schools.

A number is a date of birth (with day + 60 in a samordningsnummer), a birth number other than 000 and a check digit
(Skatteverket, SKV 704 and SKV 707). Interim numbers have a letter in place of the first digit after the date.

There are two classes. A number *in running text* or with a hyphen is recognised wherever it stands. A cell, a
JSON value or an attribute that consists of 10 or 12 digits *alone* (`BareNumbers`) may as well be an identifier or a
timestamp, of which one in ten or fewer pass for an identity number: a column or file of them is refused if more pass
than chance explains.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from begrepp.errors import Origin, PersonalDataError
from begrepp.sources.candidate_lines import CandidateLines
from begrepp.sources.text_escapes import INLINE_MARKUP, find_escapes

# Month, day and last four characters of every place that may be a number; the lookahead lets places overlap.
_TAIL = re.compile(
    r"[01](?<!\d{5}.)(?<=\d[-./ \d].)"
    r"(?=\d(?P<gap>[-./ ]?)(?P<day>[0-36-9]\d)(?P<link>[-+./_ ]{0,7})(?P<serial>[\dTRSUWXJKLMN][\dF]\d\d)"
    r"(?!\d|\.(?!0{1,6}(?!\d))\d|-[\da-fA-F]{4}-))"
)
# The year before it. A digit, a plus sign or an arc of an OID before the year make it part of another number.
_HEAD = re.compile(r"(?<![\d+])(?<!\d\.)(?P<century>1[89]|20)?(?P<year>\d\d)(?P<gap>[-./ ]?)$")
# Digits in groups of three, as spreadsheet programs show large numbers, or in pairs.
_GROUPS = re.compile(r"(?P<mark>[ .'])(?<=\d.)(?:\d{3}(?P=mark)\d{3}(?P=mark)\d{3}|\d\d(?: \d\d){3,4})(?!\d|[.,' ]\d)")
_FIRST_GROUP = re.compile(r"(?<![\d.,])(?<!\d )(?:[1-9]\d?|19\d|20\d)$")
_LINK = re.compile(r" {0,3}[-+/]? {0,3}|_")
_TIME = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d")  # as in the timestamp 20240131_1405
# Single digits with a space between, and a sign before the last four.
_SPACED = re.compile(r"(?<![\d\w,.])(?<!\d )\d(?: \d){5}(?: \d \d)? {0,2}[-+] {0,2}\d(?: \d){3}(?! ?\d|[.,]\d)")
_EXPONENTS = ("E+09", "E+9", "E09", "E9", "E+11", "E11", "e+09", "e+9", "e+11")
_SCIENTIFIC = re.compile(r"(?<![\w.,])(\d)[.,](\d{6,11})(?:E\+?|e\+)(0?9|11)(?!\d)")
_DECIMAL_ZEROS = re.compile(r"[.,]0{1,6}$")
_PERSON_OID_STEM = "1.2.752.129.2.1.3."
# The OIDs of personnummer and samordningsnummer: what follows is such a number.
_PERSON_OID = re.compile(r"1\.2\.752\.129\.2\.1\.3\.[13]\.(?=\d)")
_EIGHT_DIGITS = re.compile(r"[0-9](?:[^0-9\n]*[0-9]){7}")  # every form has as many or more on a line: a fast first test
_PLAIN_CHARACTERS = frozenset(map(chr, range(128))) | frozenset("åäöÅÄÖéÉüÜ")  # the most common ones, tested at once
_MAX_LENGTH = 120  # characters that a number with escapes and markup has at most
_UNICODE_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
BARE_TOKEN = re.compile(r"(?<!\d)\d{6}(?:\d\d)?_?\d{4}(?!\d)")
"""Ten or twelve digits, or a date and four digits as in a timestamp: 20240131_1405."""
_BARE = re.compile(r"(?:1[89]|20)?\d{10}")
# A short word may be glued to the number: pnr811218-9876, SE8112189876, nr.811218-9876.
_GLUED_WORD = re.compile(r"(?:^|[\W_])[^\W\d_]{1,12}[._]?$|[\W_]$|^$")
# A word before it, a DOI, and decimals behind a comma (in a table with commas the cells are compared besides).
_OTHER_NUMBER = re.compile(
    r"(?:isbn|issn|tel|telefon|telephone|phone|mobil|mobile|fax)\W{0,8}$"
    r"|(?<![\d.])10\.\d{4,9}(?:\.\d+)*/[^\s,;|\"']{0,60}$"
    r"|(?:^|[\s;|\"'>=])[-+]?\d{1,3}(?: \d{3})*,$",
    re.IGNORECASE,
)
_UUID = re.compile(r"(?i)(?<![\da-z])[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}(?![\da-z])")
"""A UUID with a version and a variant (RFC 9562, section 4); one made of a number has neither."""
_EDGE = frozenset("\n\r\t;,|\"'>=</_#:")
_PASS_BY_CHANCE = 0.1


class IdentityNumber(NamedTuple):
    """An identity number as it is written, with plain digits and spaces.

    `bare` is set for digits that are a cell or value of their own; `line` is the number of line breaks before it.
    """

    text: str
    bare: bool
    line: int


class BareNumbers:
    """Values of 10 or 12 digits of one column or one file, and how many of them pass for identity numbers."""

    def __init__(self) -> None:
        self._values, self._valid = set[str](), set[str]()
        self._first: Origin | None = None

    def __bool__(self) -> bool:
        return bool(self._valid)

    def search(self, text: str, origin: Origin) -> None:
        """Count the values in a line or a cell. Raises `PersonalDataError` for a number that is no value of its own."""
        for number in identity_numbers(text):
            if not number.bare:
                raise identity_number_error(origin)
            self.add(number.text, origin)
        for token in BARE_TOKEN.findall(text):
            self.count(token, False, origin)

    def add(self, value: str, origin: Origin) -> None:
        """Count a value, if it consists of 10 or 12 digits."""
        plain = value if value.isdigit() and value.isascii() else _DECIMAL_ZEROS.sub("", _plain_text(value))
        plain = plain.replace("_", "")
        if _BARE.fullmatch(plain):
            self.count(plain, find_identity_number(plain) is not None, origin)

    def count(self, digits: str, is_valid: bool, origin: Origin) -> None:
        """Count digits that are known to pass or not."""
        digits = digits.replace("_", "")
        self._values.add(digits)
        if is_valid:
            self._valid.add(digits)
            self._first = self._first or origin

    def refuse(self) -> None:
        """Raise `PersonalDataError` if more of the distinct values pass than chance explains.

        One in ten timestamps of 12 digits and dates with a counter has a fitting check digit, fewer identifiers and
        telephone numbers do: more than four standard deviations above that, or all values, are no chance.
        """
        count = len(self._values)
        by_chance = _PASS_BY_CHANCE * count
        limit = by_chance + 4 * (by_chance * (1 - _PASS_BY_CHANCE)) ** 0.5
        if self._first is not None and (len(self._valid) == count or len(self._valid) > limit):
            raise identity_number_error(self._first)


def identity_number_error(origin: Origin) -> PersonalDataError:
    """Return the error for an identity number; its message does not repeat the number."""
    return PersonalDataError(
        origin,
        "a cell holds a Swedish personal identity number; begrepp accepts metadata only, never personal data.",
        "Remove the personal data at its source and add the file again.",
    )


def find_identity_number(text: str) -> str | None:
    """Return the first Swedish identity number in the text, or None."""
    return next((number.text for number in identity_numbers(text)), None)


def identity_numbers(text: str) -> Iterator[IdentityNumber]:
    """Yield the identity numbers in a text, also those divided by markup, escapes or invisible characters."""
    plain = _plain_text(text)
    yield from _find_in(plain) if _EIGHT_DIGITS.search(plain) else ()
    end = 0
    for escape in find_escapes(plain):
        if escape.end() + _MAX_LENGTH <= end:
            continue  # it stands in the text that was read last
        start, end = max(0, escape.start() - _MAX_LENGTH), escape.end() + 10 * _MAX_LENGTH
        for number in _find_in(INLINE_MARKUP.sub("", _unescape(plain[start:end]))):
            yield number._replace(line=plain.count("\n", 0, start) + number.line)


def is_identity_number(digits: str) -> bool:
    """Return whether 10 or 12 digits are an identity number: a date of birth, a birth number and a check digit."""
    century, year, month, day = digits[:-10], digits[-10:-8], int(digits[-8:-6]), int(digits[-6:-4])
    from stdnum import luhn  # noqa: PLC0415  # imports HTTP and TLS; few texts have such digits

    return digits[-4:-1] != "000" and _is_birth_date(century, year, month, day) and bool(luhn.is_valid(digits[-10:]))


def _find_in(text: str) -> Iterator[IdentityNumber]:
    lines = CandidateLines(text)
    for tail in lines.matches(_TAIL):
        head = _HEAD.search(text[max(0, tail.start() - 7) : tail.start()])
        if head is None or not _is_written_as_number(head, tail):
            continue
        start, end = tail.start() - len(head[0]), tail.end("serial")
        number = text[start:end]
        if not _may_be_glued(text, start, number) or _is_within_uuid(text, start, end):
            continue
        if not number.replace("_", "").isdigit():
            yield IdentityNumber(number, False, text.count("\n", 0, start))
        elif not _is_other_identifier(text, start, number):
            yield IdentityNumber(number, _is_cell(text, start, end), text.count("\n", 0, start))
    for spaced in lines.matches(_SPACED):
        if is_identity_number(re.sub(r"\D", "", spaced[0])):
            yield IdentityNumber(spaced[0], False, text.count("\n", 0, spaced.start()))
    for groups in lines.matches(_GROUPS):
        first = _FIRST_GROUP.search(text[max(0, groups.start() - 6) : groups.start()])
        if first and is_identity_number(re.sub(r"\D", "", first[0] + groups[0])):
            yield IdentityNumber(first[0] + groups[0], False, text.count("\n", 0, groups.start()))


def _is_written_as_number(head: re.Match[str], tail: re.Match[str]) -> bool:
    """Return whether year (`head`) and the rest (`tail`) are written as identity numbers are, and are valid.

    A date of one piece may be followed by spaces and a sign. A divided date is followed by a sign, or, with the
    century, by what divides it or a space, unless a year follows.
    Interim numbers (a letter, no check digit) have the century or a sign before the letter.
    """
    century, gap, link, serial = head["century"] or "", tail["gap"], tail["link"], tail["serial"]
    if head["gap"] != gap or (link == "_" and _TIME.fullmatch(serial)):
        return False
    if not gap:
        well_written = _LINK.fullmatch(link) is not None
    elif link.strip() in ("-", "+", "/") and link != gap:
        well_written = gap != "-" or link == link.strip()
    else:
        is_followed_by_year = gap != " " and link == " " and serial[:2] in ("19", "20")
        well_written = (link == gap and bool(century or gap == "-")) or (
            link == " " and bool(century) and not is_followed_by_year
        )
    if not well_written:
        return False
    month_and_day = tail.string[tail.start() : tail.start() + 2] + tail["day"]
    if serial.isdigit():
        return is_identity_number(century + head["year"] + month_and_day + serial)
    if not (century or link == "-") or not (serial[1:].isdigit() or serial.startswith("TF")):
        return False
    return _is_birth_date(century, head["year"], int(month_and_day[:2]), int(month_and_day[2:]))


def _may_be_glued(text: str, start: int, number: str) -> bool:
    """Return whether the characters before and after leave it a number, and not a part of a longer token.

    A short word may precede it without a space. A letter may follow only a number with a hyphen or spaces, so that
    digits within checksums and other hexadecimal identifiers are none.
    """
    if not _GLUED_WORD.search(text[max(0, start - 14) : start]):
        return False
    following = text[start + len(number) : start + len(number) + 1]
    return not (following.isalpha() and number.isalnum())


def _is_within_uuid(text: str, start: int, end: int) -> bool:
    around = text[max(0, end - 36 - 1) : start + 36 + 1]
    offset = max(0, end - 36 - 1)
    return any(offset + uuid.start() <= start and end <= offset + uuid.end() for uuid in _UUID.finditer(around))


def _is_cell(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return (not before or before in _EDGE) and (not after or after in _EDGE)


def _is_birth_date(century: str, year: str, month: int, day: int) -> bool:
    """Return whether a date is one of birth; in a samordningsnummer month and day may be unknown, 00 and 60."""
    if day >= 60:
        month, day = month or 1, (day - 60) or 1
    try:
        born = date(int((century or "20") + year), month, day)
    except ValueError:
        return False
    return not century or born <= date.today()


def _is_other_identifier(text: str, start: int, number: str) -> bool:
    """Return whether digits are a Snomed CT identifier, or by what is before an ISBN, phone number, DOI or decimals."""
    if len(number) == 10 and number[-3] in "01":
        from stdnum import verhoeff  # noqa: PLC0415

        if verhoeff.is_valid(number):
            return True
    return bool(_OTHER_NUMBER.search(text[max(0, start - 90) : start]))


@lru_cache(maxsize=1024)
def _plain_character(character: str) -> str:
    """Return the plain form of a character: digits of any script, spaces, dashes; nothing for invisible ones."""
    match unicodedata.category(character):
        case "Nd":
            return str(unicodedata.digit(character))
        case "Zs" | "So":
            return " "
        case "Pd":
            return "-"
        case "Cf" | "Mn":
            return ""
        case "Sm" if character == "\u2212":
            return "-"
        case "Ll" | "Lu" | "Lo":
            return character
        case _:
            return unicodedata.normalize("NFKC", character)


def _plain_text(text: str) -> str:
    """Return the text with plain digits, spaces and dashes, and without decimals and exponents of large numbers."""
    if not text.isascii():
        for character in set(text) - _PLAIN_CHARACTERS:
            if (plain := _plain_character(character)) != character:
                text = text.replace(character, plain)
    if ("E" in text or "e+" in text) and any(exponent in text for exponent in _EXPONENTS):
        text = _SCIENTIFIC.sub(lambda match: (match[1] + match[2]).ljust(int(match[3]) + 1, "0"), text)
    return _PERSON_OID.sub(" ", text) if _PERSON_OID_STEM in text else text


def _unescape(text: str) -> str:
    text = _UNICODE_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return _plain_text(unquote(html.unescape(text)))
