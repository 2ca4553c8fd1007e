"""What the comparison needs of one concept in one edition, read from its lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

from begrepp.history.changes import ChangedCode
from begrepp.rdf.ntriples import name
from begrepp.rdf.sorted_files import parse_literal
from begrepp.records import Text
from begrepp.settings import LANGUAGES

_SCOPE = frozenset(map(name, ("xkos:inclusionNote", "xkos:exclusionNote", "xkos:coreContentNote")))


@dataclass(slots=True)
class EditionConcept:
    """What the comparison needs of one concept in one edition."""

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
    def of(cls, subject: str, lines: Iterable[str]) -> EditionConcept:
        entry = cls(ChangedCode(iri=subject[1:-1], notation=""), subject)
        notations = []
        for line in lines:
            _, predicate, rest = line.split(" ", 2)
            value = rest[:-3]
            if predicate == name("skos:prefLabel"):
                entry.labels.setdefault(*_swapped(parse_literal(value)))
            elif predicate == name("skos:notation"):
                notations.append(parse_literal(value).value)
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
        notation = min(notations, default=last(subject))
        entry.code = ChangedCode(iri=subject[1:-1], notation=notation, labels=entry.texts())
        return entry

    def texts(self) -> tuple[Text, ...]:
        """The labels, Swedish first."""
        return tuple(Text(self.labels[lang], lang) for lang in sorted(self.labels, key=language_order))


def _swapped(text: Text) -> tuple[str, str]:
    return text.lang, text.value


def language_order(lang: str) -> tuple[int, str]:
    return (LANGUAGES.index(lang) if lang in LANGUAGES else len(LANGUAGES), lang)


def last(subject: str) -> str:
    return unquote(subject.strip("<>").rstrip("/").rpartition("/")[2])


def codes(names: Iterable[str]) -> tuple[ChangedCode, ...]:
    return tuple(ChangedCode(iri=subject[1:-1], notation=last(subject)) for subject in sorted(names))


def unique(texts: Iterable[Text]) -> tuple[Text, ...]:
    return tuple(dict.fromkeys(texts))
