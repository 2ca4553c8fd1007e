"""Check of values against a code list: valid, retired, of another edition, spelled differently or unknown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pyoxigraph import Literal, NamedNode

from begrepp.errors import NotFound, UsageError
from begrepp.queries.page_queries import select, value
from begrepp.queries.parameters import QueryContext
from begrepp.rdf.namespaces import expand
from begrepp.records import Text, choose_label
from begrepp.search import code_key
from begrepp.text.swedish import fold

MAX_NEAR = 5
_MISSING = frozenset(("", "na", "n/a", "null", "none", "nan", "."))
_BATCH = 500


class Verdict(StrEnum):
    """Verdict on a value, the best first."""

    VALID = "valid"
    MISSING = "missing"
    """No value: empty, or a sentinel value of the list."""
    SPELLING = "written otherwise"
    RETIRED = "retired"
    OTHER_EDITION = "of another edition"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CodeListEntry:
    """A code of a list, with its status and successors."""

    notation: str
    labels: tuple[Text, ...]
    active: bool = True
    until: str = ""
    successors: tuple[tuple[str, str], ...] = ()
    missing: bool = False

    def label(self, language: str = "sv") -> str:
        """Return the label in a language, else in English, else in any."""
        return choose_label(self.labels, language)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedValue:
    """A value with its verdict."""

    value: str
    verdict: Verdict
    code: str = ""
    """The code that it matches."""
    label: str = ""
    until: str = ""
    instead: tuple[tuple[str, str], ...] = ()
    """Code and label of its successors, or of similar codes."""
    editions: tuple[str, ...] = ()
    """Other editions that contain it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedList:
    """The result of a check of values against one list."""

    list_iri: str
    title: str
    edition: str
    values: Sequence[CheckedValue]

    def count(self, verdict: Verdict) -> int:
        """Return the number of values with a verdict."""
        return sum(checked.verdict is verdict for checked in self.values)

    @property
    def passed(self) -> bool:
        """Whether every value is an active code or missing."""
        return all(checked.verdict in (Verdict.VALID, Verdict.MISSING) for checked in self.values)


def check_values(against: str, values: Iterable[str], context: QueryContext, language: str = "sv") -> CheckedList:
    """Check values against a list: `icd-10-se`, `icd-10-se@2021`, or the list of a variable, `nkbc/a_tnm_tklass`.

    Raises `NotFound` for an unknown list or edition.
    """
    name, _, edition = against.partition("@")
    lists, missing_lists, title = _find_lists(name, context)
    entries = (
        _read_edition_entries(lists[0], edition, context) if edition else _read_entries(lists, missing_lists, context)
    )
    if not entries:
        raise NotFound(f"{against} has no codes.", "See /cs for the code systems and their editions.")
    finder = _CodeFinder(entries)
    checked = [_check_value(each, finder, language) for each in values]
    unknown = [each.value.strip() for each in checked if each.verdict in (Verdict.UNKNOWN, Verdict.RETIRED)]
    elsewhere = _read_editions(lists[0], unknown, edition, context) if unknown else {}
    return CheckedList(
        list_iri=lists[0],
        title=title,
        edition=edition,
        values=[_add_editions(each, elsewhere.get(each.value.strip(), ())) for each in checked],
    )


def _check_value(raw: str, finder: _CodeFinder, language: str) -> CheckedValue:
    text = raw.strip()
    entry = finder.exact.get(text)
    if entry is None and fold(text) in _MISSING:
        return CheckedValue(value=raw, verdict=Verdict.MISSING)
    if entry is None:
        variants = finder.find_variants(text)
        if len(variants) == 1:
            entry = variants[0]
            verdict = Verdict.SPELLING if entry.active else Verdict.RETIRED
            return _checked_value(raw, entry, verdict, language)
        near = variants or finder.find_near(text)
        return CheckedValue(
            value=raw, verdict=Verdict.UNKNOWN, instead=tuple((each.notation, each.label(language)) for each in near)
        )
    if entry.missing:
        return _checked_value(raw, entry, Verdict.MISSING, language)
    verdict = Verdict.VALID if entry.active else Verdict.RETIRED
    # A code with surrounding blanks is a spelling variant.
    return _checked_value(
        raw, entry, Verdict.SPELLING if verdict is Verdict.VALID and raw != text else verdict, language
    )


def _checked_value(raw: str, entry: CodeListEntry, verdict: Verdict, language: str) -> CheckedValue:
    return CheckedValue(
        value=raw,
        verdict=verdict,
        code=entry.notation,
        label=entry.label(language),
        until=entry.until,
        instead=entry.successors if verdict is Verdict.RETIRED else (),
    )


def _add_editions(checked: CheckedValue, editions: Sequence[str]) -> CheckedValue:
    if not editions:
        return checked
    verdict = Verdict.OTHER_EDITION if checked.verdict is Verdict.UNKNOWN else checked.verdict
    return CheckedValue(
        value=checked.value,
        verdict=verdict,
        code=checked.code or checked.value.strip(),
        label=checked.label,
        until=checked.until,
        instead=checked.instead if verdict is not Verdict.OTHER_EDITION else (),
        editions=tuple(editions),
    )


class _CodeFinder:
    """Index of the codes of a list by notation, spelling variants and labels."""

    def __init__(self, entries: Sequence[CodeListEntry]) -> None:
        self.exact = {entry.notation: entry for entry in entries}
        self._keys: dict[str, list[CodeListEntry]] = defaultdict(list)
        for entry in entries:
            for key in {code_key(entry.notation), _unpadded(entry.notation)}:
                self._keys[key].append(entry)
        self._labels: dict[str, list[CodeListEntry]] = defaultdict(list)
        for entry in entries:
            for label in {fold(text.value) for text in entry.labels}:
                self._labels[label].append(entry)
        self._characters = sorted({character for key in self._keys for character in key})

    def find_variants(self, text: str) -> list[CodeListEntry]:
        """Return the codes of which the text is a spelling variant: `c509`, `1` or `1.0` for `01`, or a label."""
        integer = text.removesuffix(".0")
        for key in (code_key(text), code_key(integer), _unpadded(text), _unpadded(integer)):
            if key and (found := self._keys.get(key)):
                return _prefer_active(found)
        return _prefer_active(self._labels.get(fold(text), []))

    def find_near(self, text: str) -> list[CodeListEntry]:
        """Return codes at edit distance one; if there are none, codes equal to the longest prefix."""
        key = code_key(text)
        found = [entry for each in _edits(key, self._characters) for entry in self._keys.get(each, ())]
        if not found:
            for end in range(len(key) - 1, 1, -1):
                if found := self._keys.get(key[:end], []):
                    break
        unique = {entry.notation: entry for entry in found}
        return sorted(unique.values(), key=lambda entry: (not entry.active, entry.notation))[:MAX_NEAR]


def _prefer_active(entries: Sequence[CodeListEntry]) -> list[CodeListEntry]:
    unique = [*{entry.notation: entry for entry in entries}.values()]
    return [entry for entry in unique if entry.active] or unique


def _unpadded(code: str) -> str:
    return code_key(code).lstrip("0") or "0"


def _edits(key: str, characters: Sequence[str]) -> Iterator[str]:
    """Yield the strings at edit distance one: deletion, transposition, substitution, insertion."""
    if not 1 < len(key) <= 20:
        return
    for place in range(len(key)):
        yield key[:place] + key[place + 1 :]
        if place + 1 < len(key):
            yield key[:place] + key[place + 1] + key[place] + key[place + 2 :]
        for character in characters:
            yield key[:place] + character + key[place + 1 :]
            yield key[:place] + character + key[place:]
    for character in characters:
        yield key + character


def _find_lists(name: str, context: QueryContext) -> tuple[list[str], list[str], str]:
    """Return the IRIs of the lists and of the lists of sentinel values of a scheme or a variable, and its title."""
    dataset, slash, variable = name.partition("/")
    if slash and "://" not in name:
        found: dict[str, list[str]] = defaultdict(list)
        for row in select(context.store, "harmonise-columns", dataset=NamedNode(context.iris.dataset(dataset))):
            found[f"{value(row, 'variable')} {value(row, 'property')}"].append(value(row, "value"))
        columns = sorted(
            key.partition(" ")[0]
            for key, values in found.items()
            if key.endswith(expand("csvw:name")) and variable in values
        )
        for column in columns:
            for prefixed in ("begrepp:codeList", "begrepp:codingSystem"):
                if lists := found.get(f"{column} {expand(prefixed)}"):
                    return lists, found.get(f"{column} {expand('begrepp:missingValues')}", []), name
        raise NotFound(f"There is no variable {variable} with a list in {dataset}.", "Use SCHEME or DATASET/VARIABLE.")
    iri = name if "://" in name else context.iris.scheme(name)
    titles = [
        Text(value(row, "value"), getattr(row["value"], "language", "") or "")
        for row in select(context.store, "names", thing=NamedNode(iri))
        if value(row, "property") == expand("skos:prefLabel")
    ]
    if not titles:
        raise NotFound(f"There is no list {name}.", "See `begrepp status` for the lists of the build.")
    return [iri], [], CodeListEntry(name, tuple(titles)).label()


def _read_entries(lists: Sequence[str], missing: Sequence[str], context: QueryContext) -> list[CodeListEntry]:
    labels: dict[str, list[Text]] = defaultdict(list)
    facts: dict[str, tuple[str, bool, str, str]] = {}
    successors_of: dict[str, dict[str, str]] = defaultdict(dict)
    for row in select(context.store, "codes-of-a-list", list=[NamedNode(iri) for iri in (*lists, *missing)]):
        iri = value(row, "concept")
        active = value(row, "status") != expand("begrepp:inactive")
        facts[iri] = (value(row, "notation"), active, value(row, "until"), value(row, "list"))
        if isinstance(label := row["label"], Literal):
            labels[iri].append(Text(label.value, label.language or ""))
        if successor := value(row, "successor"):
            if isinstance(successor_label := row["successorLabel"], Literal) and successor_label.language == "sv":
                successors_of[iri][successor] = successor_label.value
            else:
                successors_of[iri].setdefault(successor, value(row, "successorLabel"))
    return [
        CodeListEntry(
            notation, tuple({*labels[iri]}), active, until, tuple(sorted(successors_of[iri].items())), home in missing
        )
        for iri, (notation, active, until, home) in facts.items()
    ]


def _read_edition_entries(scheme: str, edition: str, context: QueryContext) -> list[CodeListEntry]:
    id_ = scheme.removeprefix(context.iris.scheme(""))
    if "://" in id_:
        raise UsageError("Only code systems have editions.", "Omit the part after @.")
    labels: dict[str, list[Text]] = defaultdict(list)
    facts: dict[str, tuple[str, bool]] = {}
    for row in select(context.store, "codes-of-an-edition", edition=NamedNode(context.iris.edition(id_, edition))):
        iri = value(row, "concept")
        facts[iri] = (value(row, "notation"), value(row, "status") != expand("begrepp:inactive"))
        if isinstance(label := row["label"], Literal):
            labels[iri].append(Text(label.value, label.language or ""))
    if not facts:
        raise NotFound(f"There is no edition {edition} of {id_}.", f"See /cs/{id_} for its editions.")
    return [CodeListEntry(notation, tuple({*labels[iri]}), active) for iri, (notation, active) in facts.items()]


def _read_editions(list_iri: str, codes: Sequence[str], own: str, context: QueryContext) -> Mapping[str, list[str]]:
    """Return a mapping code → other editions in which it is active."""
    found: dict[str, list[str]] = defaultdict(list)
    ordered = sorted({*codes})
    for start in range(0, len(ordered), _BATCH):
        batch = [Literal(code) for code in ordered[start : start + _BATCH]]
        for row in select(context.store, "editions-with-codes", scheme=NamedNode(list_iri), notation=batch):
            version = value(row, "version")
            if version != own and version not in found[value(row, "notation")]:
                found[value(row, "notation")].append(version)
    return found
