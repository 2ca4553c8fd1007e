"""Gaps of a feed: what its profile requires of each dataset and the feed lacks, because only the holder can state it.

`python -m begrepp.exports.feed_gaps BUILD FILE` writes the gaps of the feed that the file name begins with, as JSON.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from pyoxigraph import Literal, NamedNode, parse

from begrepp.exports.dcat_feeds import FORMATS, write_feed
from begrepp.exports.ehds import read_elements
from begrepp.rdf.namespaces import compact, expand
from begrepp.settings import Settings
from begrepp.store.disk import DiskStore
from begrepp.validation.outcome import InputFile, rule_set_from_profile
from begrepp.validation.profiles.profile import find_profile
from begrepp.validation.report import Result, Severity
from begrepp.validation.reports.i18n import choose_text
from begrepp.validation.validate_files import validate_files

_PUBLIC = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
_RULES = {
    "dcat-ap-se": ("dcat-ap-se", "dcat-ap-se"),
    "healthdcat-ap": ("healthdcat-ap-public", "healthdcat-ap-non-public"),
}
"""The profiles that the public and the other datasets of a feed are validated against."""
_ALSO = {"healthdcat-ap": ("ehds-minimum",)}
"""Further profiles for all datasets of a feed."""
_DESCRIBED = frozenset({expand("dcat:Catalog"), expand("dcat:Dataset")})


@dataclass(frozen=True, slots=True)
class FeedGap:
    """A missing or wrong property: its path, the node that it is of, its names and the requirement by language."""

    path: str
    node: str
    names: dict[str, str]
    messages: dict[str, str]

    def describe(self, language: str, owner: str) -> str:
        """Return the gap in words; the node is named if it is not the dataset `owner` itself."""
        name = choose_text(self.names, language) or compact(self.path)
        where = "" if self.node == owner else f" ({self.node})"
        return f"{name}: {choose_text(self.messages, language)}{where}"


@dataclass(frozen=True, slots=True)
class DatasetGaps:
    """The gaps of a dataset or of the catalogue, and the properties that it lacks if a condition applies to it."""

    iri: str
    titles: dict[str, str]
    gaps: tuple[FeedGap, ...]
    conditional: tuple[FeedGap, ...]


def find_gaps(feed: Path, profile: str, settings: Settings) -> list[DatasetGaps]:
    """Return the catalogue and all datasets of a feed, by IRI, each with its gaps."""
    description = _FeedDescription(feed)
    public, other = _RULES[profile]
    found: dict[str, list[FeedGap]] = defaultdict(list)
    conditional: dict[str, list[FeedGap]] = defaultdict(list)
    for name in dict.fromkeys((public, other, *_ALSO.get(profile, ()))):
        rules = rule_set_from_profile(find_profile(name, settings))
        outcome = validate_files([InputFile(path=feed)], rules, settings)
        for subject in outcome.subjects:
            conditional[subject.iri] += map(_gap, subject.conditional)
        for result in outcome.report.results:
            if result.severity is not Severity.VIOLATION:
                continue
            for iri in description.owners(result.focus):
                if name not in (public, other) or name == (public if iri in description.public else other):
                    found[iri].append(_gap(result))
    described = []
    for iri in sorted(description.described):
        gaps = _unique(found[iri])
        required = {(gap.path, gap.node) for gap in gaps}
        other_gaps = (gap for gap in conditional[iri] if (gap.path, gap.node) not in required)
        described.append(DatasetGaps(iri, description.titles[iri], gaps, _unique(other_gaps)))
    return described


def _gap(result: Result) -> FeedGap:
    names = next((element.names for element in read_elements() if element.property == result.path), ())
    return FeedGap(result.path or "", result.focus, {name.lang: name.value for name in names}, dict(result.messages))


def _unique(gaps: Iterable[FeedGap]) -> tuple[FeedGap, ...]:
    """Return one gap of each property of each node."""
    return tuple({(gap.path, gap.node): gap for gap in gaps}.values())


def write_gaps(build: Path, target: Path) -> None:
    """Write the gaps of a feed of a build as JSON; the name of the file is `PROFILE.gaps.json`."""
    profile = target.name.partition(".")[0]
    with TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as folder:
        feed, written = Path(folder, "feed.ttl"), Path(folder, target.name)
        write_feed(DiskStore(build / "store"), profile, feed)
        written.write_bytes(msgspec.json.encode(find_gaps(feed, profile, Settings())))
        written.replace(target)


class _FeedDescription:
    """The datasets and the catalogue of a feed, and which of them each node belongs to."""

    def __init__(self, feed: Path) -> None:
        self.described: set[str] = set()
        self.public: set[str] = set()
        self.titles: dict[str, dict[str, str]] = defaultdict(dict)
        self._referring: dict[str, set[str]] = defaultdict(set)
        title, access_rights, rdf_type = map(expand, ("dct:title", "dct:accessRights", "rdf:type"))
        for quad in parse(path=feed, format=FORMATS[feed.suffix]):
            if not isinstance(quad.subject, NamedNode):
                continue
            subject, predicate, term = quad.subject.value, quad.predicate.value, quad.object
            if isinstance(term, Literal) and predicate == title:
                self.titles[subject][term.language or ""] = term.value
            elif isinstance(term, NamedNode) and predicate == rdf_type and term.value in _DESCRIBED:
                self.described.add(subject)
            elif isinstance(term, NamedNode):
                self._referring[term.value].add(subject)
                if predicate == access_rights and term.value == _PUBLIC:
                    self.public.add(subject)

    def owners(self, node: str) -> set[str]:
        """Return the datasets and catalogue that a node belongs to: itself, or those that lead to it."""
        if node in self.described:
            return {node}
        found: set[str] = set()
        seen, waiting = {node}, [node]
        while waiting:
            for referring in self._referring[waiting.pop()] - seen:
                seen.add(referring)
                if referring in self.described:
                    found.add(referring)
                else:
                    waiting.append(referring)
        return found


if __name__ == "__main__":
    write_gaps(*map(Path, sys.argv[1:]))
