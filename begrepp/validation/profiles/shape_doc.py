"""Documentation of shapes: properties with cardinality, value rules, severity and messages.

It is derived from the shapes only, so it describes exactly what is validated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from begrepp.files import temporary_folder
from begrepp.rdf.namespaces import compact
from begrepp.settings import Settings
from begrepp.validation.profiles.imports import import_copies, resolve_imports
from begrepp.validation.profiles.profile import Profile
from begrepp.validation.shacl.messages import declared_messages
from begrepp.validation.shacl.paths import PropertyPath, path_to_text
from begrepp.validation.shacl.rdf_reader import TripleIndex
from begrepp.validation.shacl.shapes import TARGETS, Shape, Shapes
from begrepp.validation.shacl.vocabulary import SH, Term, display_text, lexical_form

RDFS = "http://www.w3.org/2000/01/rdf-schema#"
Texts = Mapping[str, str]

_SIMPLE = (
    *("datatype", "class", "nodeKind", "in", "hasValue", "pattern", "languageIn", "uniqueLang", "minInclusive"),
    *("maxInclusive", "minExclusive", "maxExclusive", "minLength", "maxLength", "equals", "disjoint", "lessThan"),
    *("lessThanOrEquals", "node", "closed", "qualifiedMinCount", "qualifiedMaxCount"),
)
_LISTED = ("in", "languageIn")
_NESTED = ("not", "qualifiedValueShape")
_NESTED_LISTS = ("or", "and", "xone")
_DEPTH = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A constraint: the name of its SHACL parameter with its values, or with nested rules and their paths."""

    name: str
    values: tuple[str, ...] = ()
    parts: tuple[tuple[str, tuple[Rule, ...]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyDoc:
    """The constraints on one property; `path` is for display, `path_id` is as in a report."""

    path: str
    path_id: str
    name: Texts
    description: Texts
    minimum: int
    maximum: int | None
    rules: tuple[Rule, ...]
    severity: str
    messages: Texts
    group: Texts
    order: float

    @property
    def cardinality(self) -> str:
        """The cardinality, such as `1..*`."""
        return f"{self.minimum}..{'*' if self.maximum is None else self.maximum}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SparqlRule:
    """A SPARQL constraint: its messages and its query."""

    messages: Texts
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeDoc:
    """A named shape: targets, constraints, hint and links to documentation."""

    iri: str
    label: Texts
    hint: Texts
    see_also: tuple[str, ...]
    targets: tuple[tuple[str, str], ...]
    severity: str
    messages: Texts
    rules: tuple[Rule, ...]
    properties: tuple[PropertyDoc, ...]
    sparql_rules: tuple[SparqlRule, ...]
    deactivated: bool

    @property
    def id(self) -> str:
        """The last part of the IRI, as an anchor on a page."""
        return self.iri.rstrip("/#").replace("#", "/").rpartition("/")[2].replace(":", "-")


def describe_shapes(shapes: Shapes) -> list[ShapeDoc]:
    """Document the shapes with a target, and the named shapes that they refer to; those without a target last."""
    documented: dict[Term, ShapeDoc] = {}
    pending = list(shapes.target_shapes)
    while pending:
        node = pending.pop()
        if node in documented:
            continue
        documented[node] = _shape(shapes, shapes.shape(node))
        pending += [other for other in _referenced_shapes(shapes.graph, node) if isinstance(other, NamedNode)]
    return sorted(documented.values(), key=lambda each: (not each.targets, each.id))


def _referenced_shapes(graph: TripleIndex, node: Term, depth: int = 0) -> Iterator[Term]:
    """Return the shapes that a shape refers to, directly or through its anonymous parts."""
    if depth > _DEPTH:
        return
    yield from graph.objects(node, SH + "node")
    inner = [*graph.objects(node, SH + "property"), *(n for name in _NESTED for n in graph.objects(node, SH + name))]
    inner += [n for name in _NESTED_LISTS for head in graph.objects(node, SH + name) for n in graph.list_members(head)]
    for each in inner:
        yield from _referenced_shapes(graph, each, depth + 1)


def _shape(shapes: Shapes, shape: Shape) -> ShapeDoc:
    graph, node = shapes.graph, shape.node
    severity = _severity(shape)
    properties = [shapes.shape(child) for child in graph.objects(node, SH + "property")]
    own = [_property(shapes, shape, severity)] if shape.path is not None else []
    documented = [*own, *(_property(shapes, each, severity) for each in properties if not each.deactivated)]
    return ShapeDoc(
        iri=display_text(node),
        label=literals_by_language(graph, node, RDFS + "label") or literals_by_language(graph, node, SH + "name"),
        hint=literals_by_language(graph, node, RDFS + "comment")
        or literals_by_language(graph, node, SH + "description"),
        see_also=tuple(sorted(lexical_form(each) for each in graph.objects(node, RDFS + "seeAlso"))),
        targets=_targets(shapes, node),
        severity=severity,
        messages=declared_messages(graph, node),
        rules=() if own else _rules(graph, node),
        properties=tuple(sorted(merge_properties(documented), key=lambda each: (each.order, each.path))),
        sparql_rules=tuple(
            SparqlRule(
                messages=declared_messages(graph, each) or declared_messages(graph, node), query=lexical_form(query)
            )
            for each in graph.objects(node, SH + "sparql")
            if (query := graph.first_object(each, SH + "select")) is not None
        ),
        deactivated=shape.deactivated,
    )


def _targets(shapes: Shapes, node: Term) -> tuple[tuple[str, str], ...]:
    declared = [(name, display_text(target)) for name in TARGETS for target in shapes.graph.objects(node, SH + name)]
    return (*declared, ("targetClass", display_text(node))) if shapes.is_class(node) else tuple(declared)


def _property(shapes: Shapes, shape: Shape, inherited_severity: str) -> PropertyDoc:
    graph, node = shapes.graph, shape.node
    group = graph.first_object(node, SH + "group")
    maximum = _number(graph, node, "maxCount")
    return PropertyDoc(
        path=short_path(shape.path),
        path_id=path_to_text(shape.path) or "",
        name=literals_by_language(graph, node, SH + "name"),
        description=literals_by_language(graph, node, SH + "description"),
        minimum=int(_number(graph, node, "minCount") or 0),
        maximum=None if maximum is None else int(maximum),
        rules=_rules(graph, node),
        severity=_severity(shape) if shape.severity is not None else inherited_severity,
        messages=shape.messages,
        group=literals_by_language(graph, group, RDFS + "label") if group is not None else {},
        order=_number(graph, node, "order") or 0.0,
    )


def merge_properties(properties: Sequence[PropertyDoc]) -> list[PropertyDoc]:
    """Merge properties with the same path and severity; publishers often split cardinality and type over shapes."""
    rows: dict[tuple[str, str], PropertyDoc] = {}
    for each in properties:
        key = (each.path_id, each.severity)
        if (seen := rows.get(key)) is None:
            rows[key] = each
            continue
        limits = [limit for limit in (seen.maximum, each.maximum) if limit is not None]
        rows[key] = PropertyDoc(
            path=each.path,
            path_id=each.path_id,
            name=seen.name or each.name,
            description=seen.description or each.description,
            minimum=max(seen.minimum, each.minimum),
            maximum=min(limits) if limits else None,
            rules=(*seen.rules, *(rule for rule in each.rules if rule not in seen.rules)),
            severity=each.severity,
            messages=seen.messages or each.messages,
            group=seen.group or each.group,
            order=seen.order or each.order,
        )
    return list(rows.values())


def _rules(graph: TripleIndex, node: Term, depth: int = 0) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    for name in _SIMPLE:
        for value in graph.objects(node, SH + name):
            terms = graph.list_members(value) if name in _LISTED else [value]
            rules.append(Rule(name=name, values=tuple(map(_value, terms))))
    if depth < _DEPTH:
        for name in _NESTED:
            for each in graph.objects(node, SH + name):
                rules.append(Rule(name=name, parts=(_part(graph, each, depth + 1),)))
        for name in _NESTED_LISTS:
            for head in graph.objects(node, SH + name):
                rules.append(
                    Rule(name=name, parts=tuple(_part(graph, each, depth + 1) for each in graph.list_members(head)))
                )
    return tuple(rules)


def _part(graph: TripleIndex, node: Term, depth: int) -> tuple[str, tuple[Rule, ...]]:
    """Return a nested shape as its path and rules; a named shape as a `node` rule with its IRI."""
    if isinstance(node, NamedNode) and not node.value.startswith("urn:"):
        return ("", (Rule(name="node", values=(node.value,)),))
    inner = list(_rules(graph, node, depth))
    for child in graph.objects(node, SH + "property"):
        inner.append(Rule(name="property", parts=(_part(graph, child, depth + 1),)))
    for name in ("minCount", "maxCount"):
        inner += [Rule(name=name, values=(lexical_form(value),)) for value in graph.objects(node, SH + name)]
    path = graph.first_object(node, SH + "path")
    return (display_text(path) if isinstance(path, NamedNode) else "" if path is None else "…", tuple(inner))


def _value(term: Term) -> str:
    if isinstance(term, NamedNode | Literal):
        return str(term) if isinstance(term, Literal) and term.language else lexical_form(term)
    return "…"


def _severity(shape: Shape) -> str:
    return display_text(shape.severity).removeprefix(SH) if shape.severity is not None else "Violation"


def _number(graph: TripleIndex, node: Term, name: str) -> float | None:
    try:
        return float(lexical_form(graph.first_object(node, SH + name)))
    except ValueError:
        return None


def literals_by_language(graph: TripleIndex, node: Term, predicate: str) -> Texts:
    """Return the literals of a node for a predicate, by language."""
    return {o.language or "": o.value for o in graph.objects(node, predicate) if isinstance(o, Literal)}


def short_path(path: PropertyPath | None) -> str:
    """Return a property path for display: `skos:broader+`, `^dct:hasPart`, `dcat:dataset / dct:title`."""
    if path is None:
        return ""
    inner = [short_path(part) for part in path.parts]
    match path.kind:
        case "predicate":
            return compact(path.predicate.value) if path.predicate else ""
        case "inverse":
            return "^" + (compact(path.predicate.value) if path.predicate else f"({inner[0]})")
        case "sequence":
            return " / ".join(inner)
        case "alternative":
            return f"({' | '.join(inner)})"
    return f"{inner[0]}{path.kind}"


def describe_profile(profile: Profile) -> list[ShapeDoc]:
    """Document the shapes of a profile. Raises `InputError` if a file cannot be read."""
    with temporary_folder() as folder:
        files, _ = resolve_imports(profile.files, import_copies(Settings()), folder, leave_out=True)
        return describe_shapes(Shapes(files))
