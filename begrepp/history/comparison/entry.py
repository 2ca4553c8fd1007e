"""One concept of one edition as the comparison needs it, parsed from its lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from begrepp.history.changes import ChangedCode
from begrepp.rdf.iris import read_segment
from begrepp.rdf.ntriples import name
from begrepp.rdf.sorted_files import literal_datatype, parse_literal
from begrepp.records import Text, language_rank, preferred_notation
from begrepp.settings import LANGUAGES

_SCOPE = frozenset(map(name, ("xkos:inclusionNote", "xkos:exclusionNote", "xkos:coreContentNote")))


@dataclass(slots=True)
class EditionConcept:
    """One concept of one edition: labels, definitions, scope notes, parents, successors and status."""

    code: ChangedCode
    subject: str
    labels: dict[str, str] = field(default_factory=dict)
    definitions: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    scope: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    broader: set[str] = field(default_factory=set)
    successors: list[str] = field(default_factory=list)
    valid_from: str = ""
    active: bool = True

    @classmethod
    def parse(cls, subject: str, lines: Iterable[str]) -> EditionConcept:
        """Parse the N-Triples lines of a subject."""
        entry = cls(ChangedCode(iri=subject[1:-1], notation=""), subject)
        notations = []
        for line in lines:
            _, predicate, rest = line.split(" ", 2)
            value = rest[:-3]
            if predicate == name("skos:prefLabel"):
                entry.labels.setdefault(*_language_and_value(parse_literal(value)))
            elif predicate == name("skos:notation"):
                notations.append((parse_literal(value).value, literal_datatype(value)))
            elif predicate == name("skos:broader"):
                entry.broader.add(value)
            elif predicate == name("skos:definition"):
                text = parse_literal(value)
                entry.definitions[text.lang].append(text.value)
            elif predicate in _SCOPE:
                text = parse_literal(value)
                entry.scope[f"{predicate} {text.lang}"].append(text.value)
            elif predicate == name("dct:isReplacedBy"):
                entry.successors.append(value)
            elif predicate == name("begrepp:validFrom"):
                entry.valid_from = parse_literal(value).value
            elif predicate == name("begrepp:status"):
                entry.active = value != name("begrepp:inactive")
        notation = preferred_notation(notations) or last_segment(subject)
        entry.code = ChangedCode(iri=subject[1:-1], notation=notation, labels=entry.texts())
        return entry

    def texts(self) -> tuple[Text, ...]:
        """Return the labels, Swedish first."""
        return tuple(Text(self.labels[lang], lang) for lang in sorted(self.labels, key=language_order))


def _language_and_value(text: Text) -> tuple[str, str]:
    return text.lang, text.value


def language_order(lang: str) -> tuple[int, bool, str]:
    """Return a sort key for languages: those of `LANGUAGES` first, each before its regional variants."""
    return (*language_rank(lang, LANGUAGES), lang)


def last_segment(subject: str) -> str:
    """Return the last path segment of an IRI, percent-decoded; `subject` may be an N-Triples term."""
    return read_segment(subject.strip("<>").rstrip("/").rpartition("/")[2])


def changed_codes(names: Iterable[str]) -> tuple[ChangedCode, ...]:
    """Return codes for IRIs (N-Triples terms), with the last segment as notation."""
    return tuple(ChangedCode(iri=subject[1:-1], notation=last_segment(subject)) for subject in sorted(names))


def unique(texts: Iterable[Text]) -> tuple[Text, ...]:
    """Return the texts without repetitions, in order."""
    return tuple(dict.fromkeys(texts))
