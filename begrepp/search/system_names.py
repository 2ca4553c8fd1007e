"""Names of code systems and registers in queries: `ICD10`, `icd-10`, `KSH97-P`, `KVÅ`, `NLCR`, URIs and OIDs.

Names are read from the index itself: ids, titles up to the first comma, names in parentheses, and identifiers. A
shortened id names all systems that begin so: *ICD-10* is `icd-10` and `icd-10-se`, *TNM* is its three parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from begrepp.text.stemming import code_key, lowercase_words

MAX_NAME_WORDS = 6
"""The longest name that is looked up, in words."""

_MIN_FAMILY_LENGTH = 3
# Where a shortened id may end: before a hyphen, or between letters and digits.
_BORDER = re.compile(r"(?=-)|(?<=[a-z])(?=\d)")
_PARENTHESIS = re.compile(r"\(([^()]+)\)")


@dataclass(frozen=True, slots=True)
class System:
    """A code system or dataset: its IRI, titles, identifiers, and the IRI of the system that it is part of."""

    iri: str
    kind: str
    titles: Sequence[str]
    identifiers: Sequence[str]
    part_of: str = ""

    @property
    def id(self) -> str:
        """The last segment of the IRI."""
        return self.iri.rpartition("/")[2]


@dataclass(slots=True)
class SystemNames:
    """Look-up of systems by name; `families` are shortened ids."""

    names: dict[str, frozenset[str]] = field(default_factory=dict)
    families: dict[str, frozenset[str]] = field(default_factory=dict)
    identifiers: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, systems: Iterable[System]) -> SystemNames:
        """Collect the names of systems; a system is named by its whole's name too."""
        known = {system.iri: system for system in systems}
        names, families, identifiers = (dict[str, set[str]]() for _ in range(3))
        for system in known.values():
            chain = [system.iri]
            while (above := known[chain[-1]].part_of) and above in known and above not in chain:
                chain.append(above)
            for iri in chain:
                for name in _names(known[iri]):
                    names.setdefault(name, set()).add(system.iri)
                for identifier in known[iri].identifiers:
                    identifiers.setdefault(_normalise_identifier(identifier), set()).add(system.iri)
            if system.kind == "scheme":
                for name in _shortened(system.id):
                    families.setdefault(name, set()).add(system.iri)
        return cls(
            *({key: frozenset(value) for key, value in group.items()} for group in (names, families, identifiers))
        )

    def find(self, name: str) -> frozenset[str]:
        """Return the IRIs of the systems with a name or identifier, in any spelling."""
        if found := self.identifiers.get(_normalise_identifier(name)):
            return found
        key = code_key(name)
        return self.names.get(key, frozenset()) | self.families.get(key, frozenset())


def _names(system: System) -> set[str]:
    """Return the keys of the names of a system."""
    names = {system.id, *system.titles}
    for title in system.titles:
        names.add(title.partition(",")[0])
        names.add(_PARENTHESIS.sub("", title).strip())
        names.update(_PARENTHESIS.findall(title))
    return {code_key(name) for name in names if len(lowercase_words(name)) <= MAX_NAME_WORDS and code_key(name)}


def _shortened(scheme_id: str) -> set[str]:
    starts = (scheme_id[: border.start()] for border in _BORDER.finditer(scheme_id))
    return {code_key(start) for start in starts if len(code_key(start)) >= _MIN_FAMILY_LENGTH}


def _normalise_identifier(identifier: str) -> str:
    return identifier.casefold().removeprefix("urn:oid:").removeprefix("https://").removeprefix("http://").rstrip("/")
