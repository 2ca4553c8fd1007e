"""Names of code systems and registers in queries: `ICD10`, `icd-10`, `KSH97-P`, `KVÅ`, `NLCR`, URIs and OIDs.

Names are read from the index itself: ids, titles up to the first comma, also with the next word (*ICD-10 WHO* of
*ICD-10, WHO:s internationella version*), names in parentheses, and identifiers. A
shortened id names all systems that begin so: *ICD-10* is `icd-10` and `icd-10-se`, *TNM* is its three parts. A register
is also called by what it is about: *bröstcancerregistret* is *Nationellt kvalitetsregister för bröstcancer*.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from begrepp.text.stemming import code_key, lowercase_words
from begrepp.text.swedish import fold

MAX_NAME_WORDS = 6
"""The longest name that is looked up, in words."""

_MIN_FAMILY_LENGTH = 3
# Where a shortened id may end: before a hyphen, or between letters and digits.
_BORDER = re.compile(r"(?=-)|(?<=[a-z])(?=\d)")
_PARENTHESIS = re.compile(r"\(([^()]+)\)")
# Words of the key of a register's name that people leave out, and the forms of *register*.
_COUNTRY = re.compile(r"^(?:NATIONELLA|NATIONELLT|NATIONAL|SVENSKA|SVENSKT|SWEDISH)(?=.)")
_REGISTER = re.compile(r"S?(?:KVALITETS|QUALITY)?REGIST(?:RETS?|ERS?|RY)$")
_ABOUT = re.compile(r"(?i)^.*regist(?:er|ret|ry) (?:för|over|över|of|for) (?P<topic>.+)$")


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


_BEGINNING = 3
"""Characters of the beginning of a name that tell whether it may be one."""


@dataclass(slots=True)
class SystemNames:
    """Look-up of systems by name; `families` are shortened ids, `datasets` the IRIs of those that are datasets."""

    names: dict[str, frozenset[str]] = field(default_factory=dict)
    families: dict[str, frozenset[str]] = field(default_factory=dict)
    identifiers: dict[str, frozenset[str]] = field(default_factory=dict)
    datasets: frozenset[str] = frozenset()
    _beginnings: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        keys = map(code_key, (*self.names, *self.families, *self.identifiers))
        self._beginnings = frozenset(key[:_BEGINNING] for key in keys)

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
        datasets = frozenset(system.iri for system in known.values() if system.kind == "dataset")
        return cls(_frozen(names), _frozen(families), _frozen(identifiers), datasets)

    def may_begin(self, word: str) -> bool:
        """Return whether the name of a system may begin with a word, so that it is worth a look-up."""
        key = fold(word[:_BEGINNING]).upper()
        return len(key) < _BEGINNING or not key.isalnum() or key in self._beginnings

    def find(self, name: str) -> frozenset[str]:
        """Return the IRIs of the systems with a name or identifier, in any spelling."""
        key = code_key(name)
        identified = self.identifiers.get(_normalise_identifier(name), frozenset())
        found = identified | self.names.get(key, frozenset()) | self.families.get(key, frozenset())
        if found or "REGIST" not in key:
            return found
        return self.names.get(_register_key(name), frozenset())


def _frozen(groups: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {key: frozenset(value) for key, value in groups.items()}


def _names(system: System) -> set[str]:
    """Return the keys of the names of a system."""
    names = {system.id, *system.titles}
    for title in system.titles:
        head, _, rest = title.partition(",")
        names.update((head, f"{head} {rest.strip().partition(' ')[0].removesuffix(':s')}"))
        names.add(_PARENTHESIS.sub("", title).strip())
        names.update(_PARENTHESIS.findall(title))
    keys = {code_key(name) for name in names if len(lowercase_words(name)) <= MAX_NAME_WORDS and code_key(name)}
    return keys | {_register_key(name) for name in names} if system.kind == "dataset" else keys


def _register_key(name: str) -> str:
    """Return the key of a name as that of a register: what the register is about, and *register*."""
    about = _ABOUT.match(name.strip())
    key = _COUNTRY.sub("", code_key(f"{about['topic']} register" if about else name))
    return _REGISTER.sub("REGISTER", key)


def _shortened(scheme_id: str) -> set[str]:
    starts = (scheme_id[: border.start()] for border in _BORDER.finditer(scheme_id))
    return {code_key(start) for start in starts if len(code_key(start)) >= _MIN_FAMILY_LENGTH}


def _normalise_identifier(identifier: str) -> str:
    return identifier.casefold().removeprefix("urn:oid:").removeprefix("https://").removeprefix("http://").rstrip("/")
