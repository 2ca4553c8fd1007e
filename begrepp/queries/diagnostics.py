"""The query doctor: finds out why a query has no results or is slow, and suggests changes.

Compares the tokens and triple patterns of the query with the statistics of the build, and runs ASK queries: first
each pattern alone, then the join of the first two patterns, three and so on, until a join is empty. The work is bounded
for any query: the patterns are found by a function of the caller with a time limit, the first 50 are examined, and the
ASK queries end after ten seconds.
"""

from __future__ import annotations

import difflib
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from begrepp.artefact.statistics import Statistics
from begrepp.errors import QueryError
from begrepp.rdf.namespaces import expand, prefixes
from begrepp.rdf.near_namespaces import nearest_namespace, nearest_term
from begrepp.search import TextIndex
from begrepp.sparql.patterns import TriplePattern, format_iri, iri_of, is_variable, literal_of, quoted_part
from begrepp.sparql.services import declared_prefixes
from begrepp.sparql.tokens import Token, tokens
from begrepp.text.swedish import fold

AskFunction = Callable[[str], bool | None]
"""Runs an ASK query; returns None if it takes too long."""
PatternsFunction = Callable[[str], list[TriplePattern]]
"""Returns the triple patterns of a query; raises `QueryError`."""
_MAX_PATTERNS = 50
_MAX_UNKNOWN_PREFIXES = 10
_MAX_SECONDS = 10.0
"""Time for all ASK queries."""
_MAX_SLOW_PROBES = 2
"""After so many slow ASK queries no more are run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAdvice:
    """A problem or possible improvement: its kind, the part of the query, and replacements (`instead`)."""

    kind: str
    about: str
    instead: tuple[str, ...] = ()
    more: str = ""


@dataclass(slots=True)
class QueryDiagnostics:
    """Examines queries against the statistics, text index and graphs of a build."""

    ask: AskFunction
    patterns: PatternsFunction
    statistics: Statistics
    index: TextIndex
    graphs: Sequence[str]
    default_graphs: Sequence[str] = ()
    slow_probes: int = field(default=0)
    deadline: float = field(default_factory=lambda: time.monotonic() + _MAX_SECONDS)

    def examine(self, query: str) -> list[QueryAdvice]:
        """Return advice on a query, the most certain first; empty if there is none."""
        token_list = list(tokens(query))
        advice = [*_check_prefixes(token_list)]
        if any(each.kind == "prefix" for each in advice):
            return advice
        try:
            patterns = self.patterns(query)[:_MAX_PATTERNS]
        except QueryError:
            return [*advice, *_check_cost(token_list, [])]
        advice += self._check_graphs(patterns, token_list)
        for pattern in patterns:
            advice += self._check_terms(pattern)
        if not any(each.kind.startswith(("graph", "property", "class", "iri", "language")) for each in advice):
            join_advice = [*self._check_join([pattern for pattern in patterns if pattern.required])]
            advice += join_advice
            filters = [token.text for token in token_list if token.is_word("FILTER", "HAVING", "MINUS")]
            if not join_advice and patterns and filters:
                advice.append(QueryAdvice(kind="filter", about=", ".join(dict.fromkeys(filters))))
        advice += _check_language_filters(query, token_list)
        return [*dict.fromkeys([*advice, *_check_cost(token_list, patterns)])]

    def _check_graphs(self, patterns: list[TriplePattern], token_list: list[Token]) -> Iterator[QueryAdvice]:
        named = [pattern.graph[1:-1] for pattern in patterns if pattern.graph.startswith("<")]
        for n, token in enumerate(token_list):
            if token.is_word("FROM") and n + 2 < len(token_list):
                after = token_list[n + 2] if token_list[n + 1].is_word("NAMED") else token_list[n + 1]
                named += [after.text[1:-1]] if after.kind == "iri" else []
        for graph in islice(dict.fromkeys([*named, *self.default_graphs]), _MAX_PATTERNS):
            if graph not in self.graphs:
                yield QueryAdvice(kind="graph", about=f"<{graph}>", instead=_similar_iris(graph, self.graphs))

    def _check_terms(self, pattern: TriplePattern) -> Iterator[QueryAdvice]:
        """Find properties, classes and IRIs that the build does not have, and literals that no pattern matches."""
        if pattern.graph:
            return
        properties, classes = self.statistics.properties, self.statistics.classes
        if (found := pattern.property_iri) and properties and found not in properties:
            yield QueryAdvice(kind="property", about=format_iri(found), instead=_similar_iris(found, properties))
            return
        if found == expand("rdf:type") and (class_iri := iri_of(pattern.object)):
            if classes and class_iri not in classes:
                yield QueryAdvice(kind="class", about=format_iri(class_iri), instead=_similar_iris(class_iri, classes))
            return
        for term in (pattern.subject, pattern.object):
            if iri := iri_of(term):
                yield from self._check_iri(iri)
        if literal_of(pattern.object) is not None:
            yield from self._check_literal(pattern, pattern.object)

    def _check_iri(self, iri: str) -> Iterator[QueryAdvice]:
        if self._probe(f"{{ {{ <{iri}> ?p ?o }} UNION {{ ?s ?p <{iri}> }} }}") is False:
            code = re.split(r"[/#]", iri)[-1]
            _, hits = self.index.search(code, limit=3)
            if not hits:
                _, hits = self.index.search(re.sub(r"(?<=\w)(?=[A-ZÅÄÖ])|[-_]", " ", code), limit=3)
            yield QueryAdvice(
                kind="iri",
                about=format_iri(iri),
                instead=tuple(f"<{hit.iri}>" for hit in hits),
                more=", ".join(f"{hit.notation} {hit.label()}".strip() for hit in hits),
            )
        elif self._probe(f"{{ <{iri}> ?p begrepp:inactive }}"):
            instead = (f"<{iri}> dct:isReplacedBy ?successor .",)
            yield QueryAdvice(kind="retired", about=format_iri(iri), instead=instead)

    def _check_literal(self, pattern: TriplePattern, literal: str) -> Iterator[QueryAdvice]:
        """Find a literal that exists with another language tag or spelling."""
        if self._probe(f"{{ {pattern.text} }}") is not False:
            return
        quoted, value = quoted_part(literal), literal_of(literal) or ""
        for other in (quoted, f"{quoted}@sv", f"{quoted}@en"):
            if other != literal and self._probe(f"{{ ?s {pattern.predicate} {other} . }}"):
                yield QueryAdvice(kind="language", about=literal, instead=(other,))
                return
        _, hits = self.index.search(value, limit=3)
        labels = [(label, tag) for hit in hits for tag, label in hit.labels.items()]
        same = [(label, tag) for label, tag in labels if fold(label) == fold(value)]
        near = tuple(f"{json.dumps(label, ensure_ascii=False)}@{tag}" for label, tag in (same or labels)[:3])
        yield QueryAdvice(kind="words", about=literal, instead=near)

    def _check_join(self, patterns: list[TriplePattern]) -> Iterator[QueryAdvice]:
        """Find the first pattern that matches nothing alone, or that empties the join with those before it."""
        for pattern in patterns:
            if self._probe(f"{{ {pattern.text} }}") is False:
                yield QueryAdvice(kind="empty", about=pattern.short_text)
                return
        ordered = _join_order(patterns)
        for count in range(2, len(ordered) + 1):
            join = " ".join(pattern.text for pattern in ordered[:count])
            answer = self._probe(f"{{ {join} }}")
            if answer is False:
                others = [p.short_text for p in ordered[: count - 1] if _share_variable(p, ordered[count - 1])]
                yield QueryAdvice(kind="join", about=ordered[count - 1].short_text, more="\n".join(others))
                return
            if answer is None:
                yield QueryAdvice(kind="slow", about=ordered[count - 1].short_text)
                return

    def _probe(self, group: str) -> bool | None:
        """Return whether a group matches; None if that takes too long or too many probes were slow."""
        if self.slow_probes >= _MAX_SLOW_PROBES or time.monotonic() > self.deadline:
            return None
        answer = self.ask(f"ASK {group}")
        self.slow_probes += answer is None
        return answer


def _check_prefixes(token_list: list[Token]) -> Iterator[QueryAdvice]:
    """Find undeclared prefixes, prefixes declared for another namespace, and IRIs in a nearly known namespace."""
    declared, predefined = declared_prefixes(token_list), prefixes()
    used = dict.fromkeys(token.text.partition(":")[0] for token in token_list if token.kind == "name")
    unknown = [prefix for prefix in used if prefix not in declared and prefix not in predefined]
    for prefix in unknown[:_MAX_UNKNOWN_PREFIXES]:
        near = difflib.get_close_matches(prefix, [*declared, *predefined], 3, 0.5)
        yield QueryAdvice(kind="prefix", about=f"{prefix}:", instead=tuple(f"{name}:" for name in near))
    for prefix, namespace in declared.items():
        nearest = nearest_namespace(namespace)
        expected = nearest.expected if nearest else predefined.get(prefix, namespace)
        if namespace != expected:
            instead = (f"PREFIX {prefix}: <{expected}>",)
            yield QueryAdvice(kind="namespace", about=f"PREFIX {prefix}: <{namespace}>", instead=instead)
    for iri in dict.fromkeys(token.text[1:-1] for token in token_list if token.kind == "iri"):
        if iri not in declared.values() and (nearest := nearest_term(iri)) and nearest.kind == "spelling":
            term = iri[len(nearest.found) :].lstrip("#/")
            yield QueryAdvice(kind="namespace", about=f"<{iri}>", instead=(f"<{nearest.expected}{term}>",))


def _check_language_filters(query: str, token_list: list[Token]) -> Iterator[QueryAdvice]:
    """Find `LANG(?x) = "…"` and `LANGMATCHES(LANG(?x), "…")` with a language that the graph does not have."""
    for n, token in enumerate(token_list):
        start, end = (
            (n - 2, n + 5) if token.is_word("LANG") and token_list[n - 2].is_word("LANGMATCHES") else (n, n + 5)
        )
        following = token_list[n + 1 : n + 6]
        if not token.is_word("LANG") or len(following) < 5 or following[1].kind != "variable":
            continue
        if following[3].text in ("=", ",") and following[4].kind == "string":
            language = following[4].text.strip("\"'").lower()
            if language not in ("sv", "en", "*", ""):
                about = query[token_list[start].start : token_list[end].end]
                yield QueryAdvice(kind="tongue", about=about, instead=('"sv"', '"en"'))


def _check_cost(token_list: list[Token], patterns: list[TriplePattern]) -> Iterator[QueryAdvice]:
    """Find constructs that make a query slow, and suggest faster ones."""
    groups = _connected_components([pattern for pattern in patterns if pattern.required and not pattern.graph])
    if len(groups) > 1:
        yield QueryAdvice(kind="cross", about=groups[0][0].short_text, more=groups[1][0].short_text)
    for pattern in patterns:
        if pattern.is_path and is_variable(pattern.subject) and is_variable(pattern.object):
            if re.search(r"[*+]", pattern.text) and not _is_restricted(pattern, patterns):
                yield QueryAdvice(kind="path", about=pattern.short_text)
        elif is_variable(pattern.predicate) and is_variable(pattern.subject) and not _is_restricted(pattern, patterns):
            yield QueryAdvice(kind="open", about=pattern.short_text)
    if function := next((t.text for t in token_list if t.is_word("CONTAINS", "REGEX", "STRSTARTS")), ""):
        text = next((t.text for t in token_list if t.kind == "string" and len(t.text) > 4), '"…"')
        block = f"SERVICE begrepp:search {{ ?concept begrepp:words {text} }}"
        yield QueryAdvice(kind="text", about=f"{function}(…)", instead=(block,))
    if any(token.is_word("ORDER") for token in token_list) and not any(token.is_word("LIMIT") for token in token_list):
        yield QueryAdvice(kind="order", about="ORDER BY", instead=("LIMIT 100",))


def _is_restricted(pattern: TriplePattern, patterns: list[TriplePattern]) -> bool:
    """Return whether another pattern restricts a variable subject or object of the pattern."""
    ends = {term for term in (pattern.subject, pattern.object) if is_variable(term)}
    return any(
        other is not pattern and ends & {other.subject, other.object} and not all(map(is_variable, other.terms[::2]))
        for other in patterns
    )


def _share_variable(one: TriplePattern, other: TriplePattern) -> bool:
    return bool({t for t in one.terms if is_variable(t)} & {t for t in other.terms if is_variable(t)})


def _connected_components(patterns: list[TriplePattern]) -> list[list[TriplePattern]]:
    """Group the patterns such that different groups share no variable."""
    groups: list[list[TriplePattern]] = []
    for pattern in patterns:
        if not any(is_variable(term) for term in pattern.terms):
            continue
        joined = [group for group in groups if any(_share_variable(pattern, other) for other in group)]
        groups = [group for group in groups if group not in joined]
        groups.append([pattern, *(other for group in joined for other in group)])
    return groups


def _join_order(patterns: list[TriplePattern]) -> list[TriplePattern]:
    """Order the patterns such that each shares a variable with those before it, those with fewest variables first."""
    remaining = sorted(patterns, key=lambda pattern: sum(map(is_variable, pattern.terms)))
    ordered: list[TriplePattern] = []
    while remaining:
        connected = (p for p in remaining if not ordered or any(_share_variable(p, o) for o in ordered))
        following = next(connected, remaining[0])
        remaining.remove(following)
        ordered.append(following)
    return ordered


def _similar_iris(iri: str, known: Sequence[str] | dict[str, tuple[int, int]] | dict[str, int]) -> tuple[str, ...]:
    """Return up to three known IRIs that are similar: by their last segment, otherwise by the whole IRI."""
    local = re.split(r"[/#]", iri)[-1].lower()
    by_local: dict[str, list[str]] = {}
    for name in known:
        by_local.setdefault(re.split(r"[/#]", name)[-1].lower(), []).append(name)
    near = [name for close in difflib.get_close_matches(local, by_local, 3, 0.6) for name in by_local[close]]
    near = near or difflib.get_close_matches(iri, [*known], 3, 0.6)
    return tuple(format_iri(name) for name in near[:3])
