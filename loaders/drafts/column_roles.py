"""Roles of a table's columns, guessed from their names and values: code, label, parent, language …"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from begrepp.text.swedish import fold
from loaders.drafts.table_sample import TableSample

_LANGUAGES = {
    "sv": ("sv", "swe", "sve", "svenska", "swedish", "svensk"),
    "en": ("en", "eng", "engelska", "english", "engelsk"),
    "fi": ("fi", "fin", "finska", "suomi", "finnish"),
    "nb": ("nb", "no", "nob", "norska", "norsk", "norwegian"),
    "da": ("da", "dan", "danska", "dansk", "danish"),
    "de": ("de", "deu", "ger", "tyska", "deutsch", "german"),
    "fr": ("fr", "fra", "fre", "franska", "francais", "french"),
    "la": ("la", "lat", "latin", "latinska"),
}
_LANGUAGE_WORDS = {word: language for language, words in _LANGUAGES.items() for word in words}
# Words in the names of columns, by role; the first role that matches is taken.
_ROLES = (
    (
        "valid_from",
        r"valid from|giltig(t|het)? (fr|fran|from|start)( o m| och med)?"
        r"|(fran|from|start)( ?datum| ?date)|fr o m|from|fran",
    ),
    (
        "valid_to",
        r"valid to|giltig(t|het)? (t o m|till( och med)?|tom|slut)|(till|tom|slut|end)( ?datum| ?date)|t o m|tom|till",
    ),
    (
        "replaced_by",
        r"(is ?)?replaced ?by|ersatts? ?(av|med)|successor.*|efterfoljare|ersattningskod|ersattande ?kod",
    ),
    (
        "broader",
        r"parent.*|broader|(over|hogre) ?(ordnad|niva).*|over|hor till|foralder.*|superclass.*|subclass ?of|is ?a",
    ),
    ("target", r"(target|to|mal|till)( ?(concept ?)?(kod|code|id|notation))?|object ?id"),
    ("source_code", r"(source|from|kalla|fran)( ?(kod|code|id|notation))?|subject ?id"),
    ("relation", r"relation(s)?( ?typ(e)?)?|predicate.*|equivalence|relationship|samband|match ?type"),
    ("status", r"status|aktiv|active|inaktiv|in ?use"),
    ("alt_label", r"(synonym|alt|alternativ|sokord|alias).*"),
    ("definition", r"(definition(s|er)?|def|forklaring(ar)?|definiens)( .*)?"),
    (
        "variable",
        r"variab(el|le)( ?/ ?field)?( ?(namn|name|id))?|falt( ?namn)?|field( ?name)?|kolumn(namn)?|column( ?name)?"
        r"|(data ?)?(element|item)(s)?( ?(namn|name))?",
    ),
    ("datatype", r"data ?typ(e)?|typ(e)?|format"),
    ("unit", r"enhet|unit(s)?"),
    ("values", r"varde(mangd|n|forrad)|values|kodlista|svarsalternativ|choices|allowed values|levels|permissible.*"),
    (
        "table",
        r"tabell|table|formular|form|domain|dataset|register"
        r"|((data ?)?set|form|table|tabell|profil(e)?|formular|entit(y|et)|class|klass)( ?(namn|name|title|titel))?",
    ),
    ("code", r"kod|code|notation|id|nyckel|key|varde|value|nr|nummer|number|symbol|identifier|sctid|kod ?varde"),
    (
        "label",
        r"namn|name|label|benamning|text|klartext|titel|title|term|etikett|preferred.*|display|rubrik|"
        r"(kod|code|variabel)? ?(text|namn|name|benamning|label)|pref ?label|svar|betyder|betydelse|meaning",
    ),
    ("description", r"beskrivning.*|description.*|kommentar|comment.*|anm.*|note.*"),
)
# Endings and beginnings of longer names, which count for less than the whole names above.
_PARTS = (
    ("label", r".* (text|klartext|namn|name|benamning|label|titel|title|term|rubrik)|(label|etikett) .*"),
    ("variable", r".* (variabel|variable|item|element)"),
    ("definition", r".* definition"),
    ("description", r".* (beskrivning|description|kommentar|comment)"),
    ("code", r".*(kod|code)|.* id|snomed.*|icd.*|atc.*"),
)
_PATTERNS = tuple((role, re.compile(pattern), True) for role, pattern in _ROLES) + tuple(
    (role, re.compile(pattern), False) for role, pattern in _PARTS
)
_STRONG_CODE = re.compile(r"kod|code|notation|key|nyckel|kod ?varde")
_SWEDISH = re.compile(r"[åäöÅÄÖ]|\b(och|av|med|eller|inte|ej|annan|övrig|utan|för)\b")
_ENGLISH = re.compile(r"\b(and|of|the|with|or|not|other|without|for|unspecified)\b", re.IGNORECASE)
_ENGLISH_HEADER = re.compile(r"\b(code|name|label|title|description|key|value|parent|type)\b", re.IGNORECASE)
_MAX_CODE = 40
_MAX_NAMED_CODE = 80
"""Length of the codes in a column that is called one and whose values are distinct."""


@dataclass(slots=True)
class ColumnRoles:
    """The column of each role, with the language of the role for texts (`label.sv`)."""

    by_role: dict[str, str] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    """All columns whose names are those of codes; whole names come first."""
    doubts: list[str] = field(default_factory=list)

    def columns(self, role: str) -> list[tuple[str, str]]:
        """Return language and column of a role in each language."""
        return [
            (key.partition(".")[2], column) for key, column in self.by_role.items() if key.partition(".")[0] == role
        ]

    def get(self, role: str) -> str:
        """Return the column of a role; empty if there is none."""
        return self.by_role.get(role, "")


def name_role(column: str) -> tuple[str, str, bool]:
    """Return the role and language that a column's name suggests, and whether the whole name does; empty if none."""
    words = _name_words(column)
    for role, pattern, _ in _PATTERNS[:2]:
        # Days of validity have no language; "fr" in "fr.o.m." is none.
        if pattern.fullmatch(" ".join(words)):
            return role, "", True
    language = next((_LANGUAGE_WORDS[word] for word in reversed(words) if word in _LANGUAGE_WORDS), "")
    if language and len(words) == 1 and (len(words[0]) > 3 or words[0] in ("sv", "en")):
        return "label", language, True
    kept = " ".join(word for word in words if not (language and word in _LANGUAGES[language]))
    for role, pattern, is_whole in _PATTERNS:
        if pattern.fullmatch(kept):
            return role, language, is_whole
    return "", language, False


def _name_words(column: str) -> list[str]:
    return re.findall(r"[^\s_:.()\-/]+", fold(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)))


def guess_language(sample: TableSample, columns: Sequence[str]) -> str:
    """Return the language of the texts in columns by common words; empty if neither Swedish nor English shows."""
    text = " ".join(value for column in columns for value in sample.values(column)[:2_000])
    swedish, english = len(_SWEDISH.findall(text)), len(_ENGLISH.findall(text))
    if swedish == english:
        return ""
    return "sv" if swedish > english else "en"


def find_language(sample: TableSample, column: str, doubts: list[str]) -> str:
    """Return the language of a column's texts: by its words, otherwise by those of the table, with a doubt."""
    if language := guess_language(sample, [column]):
        return language
    language = guess_language(sample, sample.columns)
    if not language:
        is_english = _ENGLISH_HEADER.search(" ".join(word for name in sample.columns for word in _name_words(name)))
        language = "en" if is_english and {*map(fold, sample.columns)} != {"key", "value"} else "sv"
    doubts.append(f"The language of '{column}' does not show; {language} was written.")
    return language


def _is_code_column(sample: TableSample, column: str) -> bool:
    """Return whether the cells of a column can be codes: present in nearly all rows, short, without sentences."""
    values = sample.values(column)
    if not values or len(values) < 0.9 * len(sample.rows):
        return False
    return all(len(value) <= _MAX_CODE for value in values) and sum(value.count(" ") > 1 for value in values) < (
        0.1 * len(values)
    )


def _can_be_named_code(sample: TableSample, column: str, least: float = 0.6) -> bool:
    """Return whether a column that is called a code can be one: most cells are filled, and none is a text."""
    values = sample.values(column)
    return len(values) >= max(1, least * len(sample.rows)) and all(len(value) <= _MAX_NAMED_CODE for value in values)


def distinct_share(sample: TableSample, column: str) -> float:
    """Return the share of the non-empty cells of a column that are distinct."""
    values = sample.values(column)
    return len({*values}) / len(values) if values else 0.0


def is_key(sample: TableSample, column: str) -> bool:
    """Return whether nearly all values of a column are distinct."""
    return distinct_share(sample, column) > 0.99


def guess_roles(sample: TableSample) -> ColumnRoles:
    """Return the roles of a table's columns. A role that only the values suggest is noted as a doubt."""
    roles = ColumnRoles()
    named = [(column, *name_role(column)) for column in sample.columns]
    for column, role, language, _ in sorted(named, key=lambda each: not each[3]):
        if role in ("label", "alt_label", "definition", "description"):
            key = f"{role}.{language or find_language(sample, column, roles.doubts)}"
        else:
            key = role
        if role == "code":
            roles.codes.append(column)
        if key:
            roles.by_role.setdefault(key, column)
    return roles


def find_code(sample: TableSample, roles: ColumnRoles) -> str:
    """Return the column of the codes, empty if none can be one.

    Of the columns that are called codes, one with distinct values is chosen, otherwise the one with the plainest name;
    without such a column, the column whose values are most distinct.
    """
    source = [roles.get("source_code")] if roles.get("source_code") else []
    named = [column for column in [*roles.codes, *source] if _can_be_named_code(sample, column)]
    if named:
        best = max(
            named,
            key=lambda column: (
                is_key(sample, column),
                _is_strong(column),
                -sample.columns.index(column),
            ),
        )
        is_plain = is_key(sample, best) and _is_strong(best)
        if others := [column for column in named if column != best and (_is_strong(column) or not is_plain)]:
            reason = "its values are distinct" if is_key(sample, best) else "of its name"
            roles.doubts.append(f"'{best}' was taken for the code, since {reason}; it can also be {_listed(others)}.")
        return best
    taken = {column for role, column in roles.by_role.items() if role != "code"}
    candidates = [column for column in sample.columns if column not in taken and _is_code_column(sample, column)]
    if not any(is_key(sample, column) for column in candidates):
        candidates = [column for column in sample.columns if _can_be_named_code(sample, column, 0.9)]
    best = max(candidates, key=lambda column: distinct_share(sample, column), default="")
    if best and is_key(sample, best):
        roles.doubts.append(f"The codes seem to be in '{best}', by its values.")
        return best
    return ""


def _is_strong(column: str) -> bool:
    return bool(_STRONG_CODE.fullmatch(" ".join(_name_words(column))))


def _listed(columns: Sequence[str]) -> str:
    return " or ".join(f"'{column}'" for column in columns)


def find_label(sample: TableSample, roles: ColumnRoles, code: str) -> list[tuple[str, str]]:
    """Return language and column of the labels: by their names, otherwise the first column of words."""
    labels = [(language, column) for language, column in roles.columns("label") if column != code]
    if not labels and (own := [each for each in roles.columns("label") if each[1] == code]):
        roles.doubts.append(f"No column holds codes beside the labels in '{code}': they are both.")
        return own
    if not labels:
        labels = [(language, column) for language, column in roles.columns("description") if column != code][:1]
    if labels:
        return labels
    taken = {code, *(column for role, column in roles.by_role.items() if role not in ("description", "code"))}
    words = [
        column
        for column in sample.columns
        if column not in taken and any(_is_word(value) for value in sample.values(column)[:50])
    ]
    if not words:
        return []
    best = max(words, key=lambda column: distinct_share(sample, column))
    language = find_language(sample, best, [])
    roles.doubts.append(f"The labels seem to be in '{best}', and their language to be {language}.")
    return [(language, best)]


def _is_word(value: str) -> bool:
    return any(c.isalpha() for c in value) and "://" not in value
