"""The query doctor: why a query finds nothing or never ends, and what to write instead.

It reads the query's words and patterns, compares them with what the build holds, and asks a few small questions of
the graph: first each pattern alone, then the patterns one after another, until one empties the join.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from rdflib import Literal, URIRef
from rdflib.paths import Path

from begrepp.artefact.statistics import Statistics
from begrepp.errors import QueryError
from begrepp.rdf.namespaces import expand, prefixes
from begrepp.search import TextIndex
from begrepp.sparql.patterns import TriplePattern, is_variable, patterns, short
from begrepp.sparql.services import declared
from begrepp.sparql.tokens import Token, tokens
from begrepp.text.swedish import fold

Ask = Callable[[str], bool | None]
"""The answer to an ASK; None where it takes too long to tell."""
_SLOW_PROBES = 2
_TEXT_SEARCH = re.compile(r"\b(CONTAINS|REGEX|STRSTARTS)\s*\(", re.IGNORECASE)
_LANG = re.compile(r"LANG(?:MATCHES)?\s*\(.*?\?\w+.*?\)\s*(?:=|,)\s*[\"']([^\"']*)[\"']", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAdvice:
    """One thing that is wrong or could be better: its kind, the piece of the query, and what to write instead."""

    kind: str
    about: str
    instead: tuple[str, ...] = ()
    more: str = ""


@dataclass(slots=True)
class QueryDoctor:
    """Knows a build: its statistics, its words, its graphs, and how to ask it."""

    ask: Ask
    statistics: Statistics
    index: TextIndex
    graphs: Sequence[str]
    default_graphs: Sequence[str] = ()
    slow: int = field(default=0)

    def examine(self, query: str) -> list[QueryAdvice]:
        """What is found, the surest first; empty where nothing is."""
        words = list(tokens(query))
        found = [*_prefixes(words)]
        if any(finding.kind == "prefix" for finding in found):
            return found
        try:
            parts = patterns(query)
        except QueryError:
            return [*found, *_costs(query, words, [])]
        found += self._graphs(parts, words)
        for part in parts:
            found += self._terms(part)
        if not any(finding.kind.startswith(("graph", "property", "class", "iri", "language")) for finding in found):
            joined = [*self._join([part for part in parts if part.required])]
            found += joined
            if not joined and parts and (taking := [t.text for t in words if t.is_word("FILTER", "HAVING", "MINUS")]):
                found.append(QueryAdvice(kind="filter", about=", ".join(dict.fromkeys(taking))))
        found += _languages(query)
        return [*dict.fromkeys([*found, *_costs(query, words, parts)])]

    def _graphs(self, parts: list[TriplePattern], words: list[Token]) -> Iterator[QueryAdvice]:
        named = [part.graph[1:-1] for part in parts if part.graph.startswith("<")]
        for n, token in enumerate(words):
            if token.is_word("FROM") and n + 2 < len(words):
                after = words[n + 2] if words[n + 1].is_word("NAMED") else words[n + 1]
                named += [after.text[1:-1]] if after.kind == "iri" else []
        for graph in dict.fromkeys([*named, *self.default_graphs]):
            if graph not in self.graphs:
                yield QueryAdvice(kind="graph", about=f"<{graph}>", instead=_near(graph, self.graphs))

    def _terms(self, part: TriplePattern) -> Iterator[QueryAdvice]:
        """Properties and classes that the build does not have, things it does not know, words without language."""
        if part.graph:
            return
        properties, classes = self.statistics.properties, self.statistics.classes
        if isinstance(part.predicate, URIRef) and properties and str(part.predicate) not in properties:
            yield QueryAdvice(
                kind="property", about=short(str(part.predicate)), instead=_near(str(part.predicate), properties)
            )
            return
        if str(part.predicate) == expand("rdf:type") and isinstance(part.object, URIRef):
            if classes and str(part.object) not in classes:
                yield QueryAdvice(kind="class", about=short(str(part.object)), instead=_near(str(part.object), classes))
            return
        for term in (part.subject, part.object):
            if isinstance(term, URIRef):
                yield from self._thing(term)
        if isinstance(part.object, Literal):
            yield from self._literal(part, part.object)

    def _thing(self, iri: URIRef) -> Iterator[QueryAdvice]:
        if self._probe(f"{{ {{ {iri.n3()} ?p ?o }} UNION {{ ?s ?p {iri.n3()} }} }}") is False:
            code = re.split(r"[/#]", str(iri))[-1]
            _, hits = self.index.search(code, limit=3)
            if not hits:
                _, hits = self.index.search(re.sub(r"(?<=\w)(?=[A-ZÅÄÖ])|[-_]", " ", code), limit=3)
            yield QueryAdvice(
                kind="iri",
                about=short(str(iri)),
                instead=tuple(f"<{hit.iri}>" for hit in hits),
                more=", ".join(f"{hit.notation} {hit.labels.get('sv', '')}".strip() for hit in hits),
            )
        elif self._probe(f"{{ {iri.n3()} ?p begrepp:inactive }}"):
            yield QueryAdvice(
                kind="retired", about=short(str(iri)), instead=(f"{iri.n3()} dct:isReplacedBy ?successor .",)
            )

    def _literal(self, part: TriplePattern, literal: Literal) -> Iterator[QueryAdvice]:
        """Words that stand there with another language tag, or in other letters."""
        if self._probe(f"{{ {part.text} }}") is not False:
            return
        for other in (Literal(str(literal)), *(Literal(str(literal), lang=tag) for tag in ("sv", "en"))):
            if other != literal:
                text = f"?s {_predicate(part)} {other.n3()} ."
                if self._probe(f"{{ {text} }}"):
                    yield QueryAdvice(kind="language", about=literal.n3(), instead=(other.n3(),))
                    return
        _, hits = self.index.search(str(literal), limit=3)
        labels = [(label, tag) for hit in hits for tag, label in hit.labels.items()]
        same = [Literal(text, lang=tag).n3() for text, tag in labels if fold(text) == fold(str(literal))]
        near = same or [Literal(text, lang=tag).n3() for text, tag in labels[:3]]
        yield QueryAdvice(kind="words", about=literal.n3(), instead=tuple(near[:3]))

    def _join(self, parts: list[TriplePattern]) -> Iterator[QueryAdvice]:
        """The pattern that matches nothing, or that leaves nothing of what came before it."""
        for part in parts:
            if self._probe(f"{{ {part.text} }}") is False:
                yield QueryAdvice(kind="empty", about=part.said)
                return
        ordered = _connected(parts)
        for count in range(2, len(ordered) + 1):
            before = " ".join(part.text for part in ordered[:count])
            answer = self._probe(f"{{ {before} }}")
            if answer is False:
                others = [p.said for p in ordered[: count - 1] if _shares(p, ordered[count - 1])]
                yield QueryAdvice(kind="join", about=ordered[count - 1].said, more="\n".join(others))
                return
            if answer is None:
                yield QueryAdvice(kind="slow", about=ordered[count - 1].said)
                return

    def _probe(self, group: str) -> bool | None:
        if self.slow >= _SLOW_PROBES:
            return None
        answer = self.ask(f"ASK {group}")
        self.slow += answer is None
        return answer


def _prefixes(words: list[Token]) -> Iterator[QueryAdvice]:
    """Prefixes that nobody declares, and the project's own declared for another namespace."""
    own, ours = declared(words), prefixes()
    used = dict.fromkeys(token.text.partition(":")[0] for token in words if token.kind == "name")
    for prefix in used:
        if prefix not in own and prefix not in ours:
            near = difflib.get_close_matches(prefix, [*own, *ours], 3, 0.5)
            yield QueryAdvice(kind="prefix", about=f"{prefix}:", instead=tuple(f"{name}:" for name in near))
    for prefix, namespace in own.items():
        if prefix in ours and namespace != ours[prefix]:
            instead = (f"PREFIX {prefix}: <{ours[prefix]}>",)
            yield QueryAdvice(kind="namespace", about=f"PREFIX {prefix}: <{namespace}>", instead=instead)


def _languages(query: str) -> Iterator[QueryAdvice]:
    for found in _LANG.finditer(query):
        if found[1].lower() not in ("sv", "en", "*", ""):
            yield QueryAdvice(kind="tongue", about=found[0], instead=('"sv"', '"en"'))


def _costs(query: str, words: list[Token], parts: list[TriplePattern]) -> Iterator[QueryAdvice]:
    """What makes a query dear, and its cheaper form."""
    groups = _groups([part for part in parts if part.required and not part.graph])
    if len(groups) > 1:
        yield QueryAdvice(kind="cross", about=groups[0][0].said, more=groups[1][0].said)
    for part in parts:
        if isinstance(part.predicate, Path) and is_variable(part.subject) and is_variable(part.object):
            if re.search(r"[*+]", part.text) and not _pinned(part, parts):
                yield QueryAdvice(kind="path", about=part.said)
        elif is_variable(part.predicate) and is_variable(part.subject) and not _pinned(part, parts):
            yield QueryAdvice(kind="open", about=part.said)
    if _TEXT_SEARCH.search(query):
        text = next((t.text for t in words if t.kind == "string" and len(t.text) > 4), '"…"')
        block = f"SERVICE begrepp:search {{ ?concept begrepp:words {text} }}"
        yield QueryAdvice(kind="text", about=_TEXT_SEARCH.search(query)[0] + "…)", instead=(block,))  # type: ignore[index]
    if any(token.is_word("ORDER") for token in words) and not any(token.is_word("LIMIT") for token in words):
        yield QueryAdvice(kind="order", about="ORDER BY", instead=("LIMIT 100",))


def _pinned(part: TriplePattern, parts: list[TriplePattern]) -> bool:
    """Whether another pattern holds one of its ends fast."""
    ends = {term for term in (part.subject, part.object) if is_variable(term)}
    return any(
        other is not part and ends & {other.subject, other.object} and not all(map(is_variable, other.terms[::2]))
        for other in parts
    )


def _shares(one: TriplePattern, other: TriplePattern) -> bool:
    return bool({t for t in one.terms if is_variable(t)} & {t for t in other.terms if is_variable(t)})


def _groups(parts: list[TriplePattern]) -> list[list[TriplePattern]]:
    """The patterns in groups that share no variable with one another."""
    groups: list[list[TriplePattern]] = []
    for part in parts:
        if not any(is_variable(term) for term in part.terms):
            continue
        joined = [group for group in groups if any(_shares(part, other) for other in group)]
        groups = [group for group in groups if group not in joined]
        groups.append([part, *(other for group in joined for other in group)])
    return groups


def _connected(parts: list[TriplePattern]) -> list[TriplePattern]:
    """The patterns in an order in which each shares something with those before it, the most bound first."""
    left = sorted(parts, key=lambda part: sum(map(is_variable, part.terms)))
    ordered: list[TriplePattern] = []
    while left:
        following = next((p for p in left if not ordered or any(_shares(p, o) for o in ordered)), left[0])
        left.remove(following)
        ordered.append(following)
    return ordered


def _near(iri: str, known: Sequence[str] | dict[str, tuple[int, int]] | dict[str, int]) -> tuple[str, ...]:
    """Known IRIs that look like it: by their last part first, then as a whole."""
    local = re.split(r"[/#]", iri)[-1].lower()
    by_local: dict[str, list[str]] = {}
    for name in known:
        by_local.setdefault(re.split(r"[/#]", name)[-1].lower(), []).append(name)
    near = [name for close in difflib.get_close_matches(local, by_local, 3, 0.6) for name in by_local[close]]
    near = near or difflib.get_close_matches(iri, [*known], 3, 0.6)
    return tuple(short(name) for name in near[:3])


def _predicate(part: TriplePattern) -> str:
    return part.predicate.n3()
