"""Judges data against the shapes: is each concept, term, mapping and variable what it should be, and if not, why?

`validate` reads RDF files as one graph and returns a `Report`. Two engines stand behind it: "fast" evaluates
SHACL Core set by set and asks each SPARQL constraint of an in-memory store; "reference" is pySHACL. Both give
the same results. Shapes that use more than Core and SPARQL constraints go to the reference by themselves.

Source: SHACL 1.0, https://www.w3.org/TR/shacl/. The choice: docs/decisions/validation-engine.md.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, lru_cache
from itertools import repeat
from pathlib import Path
from typing import Literal as Choice

import rdflib
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    Quad,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
    parse,
    serialize,
)
from pyshacl import validate as pyshacl_validate
from pyshacl.errors import ConstraintLoadError as PyshaclConstraintError
from pyshacl.errors import ReportableRuntimeError, ShapeLoadError, ValidationFailure

from begrepp.errors import InputError
from begrepp.settings import ROOT

Term = NamedNode | BlankNode | Literal | Triple
Engine = Choice["fast", "reference"]
Values = Mapping[Term, Collection[Term]]
"""For each focus node, its value nodes."""

SH = "http://www.w3.org/ns/shacl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS_CLASS = NamedNode("http://www.w3.org/2000/01/rdf-schema#Class")
RDF_TYPE = NamedNode(RDF + "type")
SUB_CLASS_OF = NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
KEPT_PER_SHAPE = 1000

logging.getLogger("rdflib.term").setLevel(logging.ERROR)  # ill-formed literals are results here, not news


# ------------------------------------------------------------------------------------------ what comes out


class Severity(StrEnum):
    """How bad it is; only a violation stops a source from being published."""

    VIOLATION = "Violation"
    WARNING = "Warning"
    INFO = "Info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One thing that is not as it should be.

    `shape` is the IRI of the named shape; `focus` and `value` are IRIs, `"literals"@sv` as in N-Triples or
    `_:blank`; `path` is a property's IRI, or a longer path as in Turtle; `messages` are by language.
    """

    shape: str
    severity: Severity
    focus: str
    value: str | None
    path: str | None
    component: str
    messages: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Results with one cause: how many, and the first few things they are about."""

    shape: str
    severity: Severity
    component: str
    path: str | None
    messages: Mapping[str, str]
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The judgement: every result counted, and for each shape the first ones kept, in a fixed order."""

    results: tuple[Result, ...]
    groups: tuple[Group, ...]
    engine: str
    shapes: int

    @property
    def conforms(self) -> bool:
        """No violation. Warnings and information do not stop a source."""
        return not self.violations

    @property
    def violations(self) -> int:
        """How many violations there are, kept or not."""
        return self._count(Severity.VIOLATION)

    @property
    def warnings(self) -> int:
        """How many warnings there are, kept or not."""
        return self._count(Severity.WARNING)

    def _count(self, severity: Severity) -> int:
        return sum(group.count for group in self.groups if group.severity is severity)

    def grouped(self) -> tuple[Group, ...]:
        """Results by shape and cause, violations first."""
        return self.groups

    def to_turtle(self) -> str:
        """The kept results as a W3C `sh:ValidationReport`; the same report gives the same text."""
        body = " ,\n".join(_result_turtle(result) for result in self.results)
        conforms = "false" if self.groups else "true"
        results = f" ;\n  sh:result\n{body}" if body else ""
        return f"@prefix sh: <{SH}> .\n\n[] a sh:ValidationReport ;\n  sh:conforms {conforms}{results} .\n"


def _result_turtle(result: Result) -> str:
    lines = [
        f"sh:focusNode {_as_turtle(result.focus)}",
        f"sh:resultSeverity sh:{result.severity}",
        f"sh:sourceShape {_as_turtle(result.shape)}",
        f"sh:sourceConstraintComponent <{result.component}>",
    ]
    if result.path:
        lines.append(f"sh:resultPath {result.path if result.path[0] in '([' else _as_turtle(result.path)}")
    if result.value is not None:
        lines.append(f"sh:value {_as_turtle(result.value)}")
    for language, message in sorted(result.messages.items()):
        lines.append(f"sh:resultMessage {Literal(message, language=language) if language else Literal(message)}")
    return "    [ a sh:ValidationResult ;\n      " + " ;\n      ".join(lines) + " ]"


def _as_turtle(text: str) -> str:
    return text if text.startswith(('"', "_:", "<<")) else f"<{text}>"


# ------------------------------------------------------------------------------------------ the port


def validate(
    data: Sequence[Path], shapes: Sequence[Path] | None = None, *, engine: Engine = "fast", limit: int = KEPT_PER_SHAPE
) -> Report:
    """Judge the RDF files, read as one graph, against the shapes (by default all of `shapes/*.ttl`).

    At most `limit` results per shape are kept; all are counted. Raises `InputError` where a file is not
    RDF, or where the shapes cannot be understood: what cannot be checked is never said to conform.
    """
    judge = _Shapes(shapes if shapes is not None else sorted((ROOT / "shapes").glob("*.ttl")))
    if engine == "fast" and not judge.beyond_fast:
        with suppress(_BeyondFast):
            return _report(_Fast(judge, data).findings(), "fast", judge, limit)
    return _report(_reference(judge, data), "reference", judge, limit)


class _BeyondFast(Exception):
    """The fast engine met what it cannot judge exactly; the reference engine begins anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    """A result on its way: `root` is the node the outermost shape looked at."""

    root: Term
    focus: Term
    value: Term | None
    path: str | None
    component: str
    shape: _Shape
    messages: Mapping[str, str]
    bindings: Mapping[str, Term] | None = None


def _report(findings: Iterable[_Finding], engine: str, judge: _Shapes, limit: int) -> Report:
    """Count everything, keep the first in order: memory stays bounded however much is wrong."""
    kept: dict[str, list[Result]] = {}
    groups: dict[tuple[object, ...], tuple[Result, int, list[str]]] = {}
    for finding in findings:
        result = _result(finding)
        bucket = kept.setdefault(result.shape, [])
        bucket.append(result)
        if len(bucket) >= 2 * limit + 100:
            _keep_first(bucket, limit)
        cause = (result.severity, result.shape, result.component, result.path or "", *sorted(finding.messages.items()))
        first, count, examples = groups.get(cause, (replace(result, messages=finding.messages), 0, []))
        examples.append(_culprit(result))
        if len(examples) >= 100:
            examples[:] = sorted(set(examples))[:5]
        groups[cause] = (first, count + 1, examples)
    for bucket in kept.values():
        _keep_first(bucket, limit)
    return Report(
        results=tuple(sorted((result for bucket in kept.values() for result in bucket), key=_order)),
        groups=tuple(_group(*groups[cause]) for cause in sorted(groups, key=lambda c: (_RANK[c[0]], *map(str, c[1:])))),
        engine=engine,
        shapes=len(judge.targeted),
    )


_RANK: dict[object, int] = {severity: rank for rank, severity in enumerate(Severity)}


def _order(result: Result) -> tuple[str, ...]:
    messages = "".join(message for _, message in sorted(result.messages.items()))
    return (result.shape, result.focus, result.value or "", result.path or "", result.component, messages)


def _keep_first(bucket: list[Result], limit: int) -> None:
    bucket.sort(key=_order)
    del bucket[limit:]


def _culprit(result: Result) -> str:
    """What to look at: the value where it is a thing of its own, otherwise the focus."""
    return result.value if result.value and not result.value.startswith('"') else result.focus


def _group(first: Result, count: int, examples: list[str]) -> Group:
    return Group(
        shape=first.shape,
        severity=first.severity,
        component=first.component,
        path=first.path,
        messages=first.messages,
        count=count,
        examples=tuple(sorted(set(examples))[:5]),
    )


def _result(finding: _Finding) -> Result:
    return Result(
        shape=finding.shape.name,
        severity=finding.shape.severity,
        focus=_text(finding.focus),
        value=None if finding.value is None else _text(finding.value),
        path=finding.path,
        component=finding.component,
        messages=_filled(finding),
    )


def _text(term: Term) -> str:
    return term.value if isinstance(term, NamedNode) else str(term)


_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")


def _filled(finding: _Finding) -> Mapping[str, str]:
    """The messages with `{?name}` and `{$name}` replaced by what they stand for (SHACL 5.3.2)."""
    if finding.bindings is None:
        return finding.messages
    words = {name: term.value if not isinstance(term, Triple) else str(term) for name, term in finding.bindings.items()}
    return {
        language: _PLACEHOLDER.sub(lambda match: words.get(match[1], match[0]), message)
        for language, message in finding.messages.items()
    }


# ------------------------------------------------------------------------------------------ reading RDF


def _read(files: Sequence[Path]) -> Iterator[Quad]:
    """All triples of the files, as one graph; each file's blank nodes are its own."""
    for path in files:
        rdf = RdfFormat.from_extension(path.suffix.lstrip("."))
        if rdf is None:
            raise InputError(path, "the ending does not say which RDF format this is.", "Name it .nt, .ttl or .jsonld.")
        try:
            quads = parse(path=path, format=rdf, base_iri=path.absolute().as_uri(), rename_blank_nodes=True)
            yield from (Quad(q.subject, q.predicate, q.object) for q in quads) if rdf.supports_datasets else quads
        except (SyntaxError, ValueError, OSError) as error:
            raise InputError(path, f"cannot be read as RDF: {error}", "Correct the file and validate again.") from error


class _Triples:
    """A small graph held by subject and predicate: the shapes, or a report."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self.quads = list(quads)
        self._objects: dict[tuple[Term, str], list[Term]] = {}
        for quad in self.quads:
            self._objects.setdefault((quad.subject, quad.predicate.value), []).append(quad.object)

    def objects(self, subject: Term, predicate: str) -> list[Term]:
        return self._objects.get((subject, predicate), [])

    def one(self, subject: Term, predicate: str) -> Term | None:
        return next(iter(self.objects(subject, predicate)), None)

    def subjects(self, predicate: str) -> list[Term]:
        return [subject for subject, own in self._objects if own == predicate]

    def predicates(self, subject: Term) -> list[str]:
        return [predicate for own, predicate in self._objects if own == subject]

    def items(self, head: Term | None) -> list[Term]:
        """The members of an RDF list."""
        members: list[Term] = []
        seen: set[Term] = set()
        while head is not None and head != NamedNode(RDF + "nil") and head not in seen:
            seen.add(head)
            members += self.objects(head, RDF + "first")
            head = self.one(head, RDF + "rest")
        return members


# ------------------------------------------------------------------------------------------ property paths


@dataclass(frozen=True, slots=True)
class _Path:
    """A property path (SHACL 2.3.1): one predicate, maybe inverted, or other paths put together."""

    kind: Choice["predicate", "inverse", "sequence", "alternative", "?", "*", "+"]
    parts: tuple[_Path, ...] = ()
    predicate: NamedNode | None = None


_REPEATED: dict[str, Choice["?", "*", "+"]] = {"zeroOrOnePath": "?", "zeroOrMorePath": "*", "oneOrMorePath": "+"}


def _path(graph: _Triples, node: Term, inverted: bool = False) -> _Path:
    """Read a path; an inverse is carried down to the predicates."""
    if isinstance(node, NamedNode):
        return _Path("inverse" if inverted else "predicate", predicate=node)
    if parts := graph.items(node):
        return _Path("sequence", tuple(_path(graph, part, inverted) for part in (parts[::-1] if inverted else parts)))
    if inner := graph.one(node, SH + "inversePath"):
        return _path(graph, inner, not inverted)
    if head := graph.one(node, SH + "alternativePath"):
        return _Path("alternative", tuple(_path(graph, part, inverted) for part in graph.items(head)))
    for name, kind in _REPEATED.items():
        if inner := graph.one(node, SH + name):
            return _Path(kind, (_path(graph, inner, inverted),))
    raise InputError("shapes", f"{node} is not a property path.", "See SHACL 2.3.1 for the paths there are.")


def _path_text(path: _Path) -> str:
    """A predicate as its IRI, a longer path as in Turtle."""
    return path.predicate.value if path.kind == "predicate" and path.predicate else _path_turtle(path)


def _path_turtle(path: _Path) -> str:
    inner = " ".join(_path_turtle(part) for part in path.parts)
    match path.kind:
        case "predicate":
            return str(path.predicate)
        case "inverse":
            return f"[ <{SH}inversePath> {path.predicate} ]"
        case "sequence":
            return f"( {inner} )"
        case "alternative":
            return f"[ <{SH}alternativePath> ( {inner} ) ]"
    name = next(name for name, kind in _REPEATED.items() if kind == path.kind)
    return f"[ <{SH}{name}> {inner} ]"


# ------------------------------------------------------------------------------------------ reading shapes

_VALUE_CHECKS = frozenset(
    {"class", "datatype", "nodeKind", "minExclusive", "minInclusive", "maxExclusive", "maxInclusive", "minLength"}
    | {"maxLength", "pattern", "languageIn", "in", "not", "and", "or", "xone", "node"}
)
"""Components that judge each value node by itself."""

_FOCUS_CHECKS = frozenset(
    {"minCount", "maxCount", "uniqueLang", "equals", "disjoint", "lessThan", "lessThanOrEquals", "hasValue", "closed"}
    | {"qualifiedMinCount", "qualifiedMaxCount"}
)
"""Components that judge all value nodes of a focus node together."""

_NOT_CHECKS = frozenset(
    {"path", "targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "severity", "message", "deactivated"}
    | {"name", "description", "order", "group", "defaultValue", "flags", "ignoredProperties", "qualifiedValueShape"}
    | {"qualifiedValueShapesDisjoint", "property", "sparql", "select", "prefixes"}
)
_TARGETS = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
_TARGET_IRIS = tuple(SH + name for name in _TARGETS)
_SHAPE_CLASSES = (NamedNode(SH + "NodeShape"), NamedNode(SH + "PropertyShape"))
_ANONYMOUS = "urn:shape:"
_ADVANCED = frozenset({"target", "rule", "expression", "parameter", "qualifiedValueShapesDisjoint"})
"""Beyond the fast engine: SHACL Advanced Features, own components, disjoint qualified shapes."""

_UNSAFE_QUERY = re.compile(
    r"\b(MINUS|VALUES|SERVICE)\b|[$?](shapesGraph|currentShape|PATH)\b|\bAS\s+[$?]this\b|\bSELECT\b.*\bSELECT\b",
    re.IGNORECASE | re.DOTALL,
)
"""Where pre-binding needs care (SHACL 5.3.1 and appendix A); pySHACL judges or refuses such queries."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """A shape as the engines need it; `name` is its own IRI, or that of the named shape it is a part of."""

    node: Term
    name: str
    path: _Path | None
    severity: Severity
    messages: Mapping[str, str]
    deactivated: bool


class _Shapes:
    """The shapes graph, read once. Anonymous property shapes and constraints get a name to be found by."""

    def __init__(self, files: Sequence[Path]) -> None:
        quads = list(_read([*files, ROOT / "ontology" / "prefixes.ttl"]))
        anonymous = [quad.object for quad in quads if quad.predicate.value in (SH + "property", SH + "sparql")]
        anonymous += [quad.subject for quad in quads if quad.predicate.value in _TARGET_IRIS]
        named: dict[Term, NamedNode] = {
            node: NamedNode(f"{_ANONYMOUS}{number}")
            for number, node in enumerate(dict.fromkeys(anonymous))
            if isinstance(node, BlankNode)
        }
        self.graph = _Triples(
            Quad(named.get(quad.subject) or quad.subject, quad.predicate, named.get(quad.object) or quad.object)
            for quad in quads
        )
        self._parents: dict[Term, Term] = {quad.object: quad.subject for quad in self.graph.quads}
        self._known: dict[Term, _Shape] = {}
        self.targeted = self._targeted()
        if not self.targeted:
            names = ", ".join(path.name for path in files)
            raise InputError(names or "shapes", "no shape with a target was found.", "Give a file of SHACL shapes.")
        self.beyond_fast = self._beyond_fast()

    def _targeted(self) -> list[Term]:
        explicit = [node for target in (*_TARGET_IRIS, SH + "target") for node in self.graph.subjects(target)]
        classes = [node for node in self.graph.subjects(RDF_TYPE.value) if self.is_class(node)]
        return sorted(dict.fromkeys([*explicit, *classes]), key=str)

    def is_class(self, node: Term) -> bool:
        """Whether a shape is a class too, and so its own target (SHACL 2.1.3.3)."""
        types = self.graph.objects(node, RDF_TYPE.value)
        return _RDFS_CLASS in types and any(shape in types for shape in _SHAPE_CLASSES)

    def shape(self, node: Term) -> _Shape:
        """The shape at a node of the shapes graph."""
        if node not in self._known:
            path = self.graph.one(node, SH + "path")
            severity = self.graph.one(node, SH + "severity")
            self._known[node] = _Shape(
                node=node,
                name=self._name(node),
                path=None if path is None else _path(self.graph, path),
                severity=_SEVERITIES.get(severity, Severity.VIOLATION),
                messages=self.messages(node),
                deactivated=_is_true(self.graph.one(node, SH + "deactivated")),
            )
        return self._known[node]

    def _name(self, node: Term) -> str:
        seen: set[Term] = set()
        while not isinstance(node, NamedNode) or node.value.startswith(_ANONYMOUS):
            if node in seen or node not in self._parents:
                return _text(node)
            seen.add(node)
            node = self._parents[node]
        return node.value

    def messages(self, node: Term) -> Mapping[str, str]:
        """`sh:message` by language; one without a language has the key ""."""
        return {
            message.language or "": message.value
            for message in self.graph.objects(node, SH + "message")
            if isinstance(message, Literal)
        }

    def default_messages(self, node: Term, component: str) -> Mapping[str, str]:
        """Our own words for a component, with the shape's parameters filled in."""
        parameters = {
            predicate.removeprefix(SH): objects[0].value if not isinstance(objects[0], Triple) else ""
            for predicate in self.graph.predicates(node)
            if (objects := self.graph.objects(node, predicate))
        }
        return {
            language: _PLACEHOLDER.sub(lambda match: parameters.get(match[1], match[0]), message)
            for language, message in _component_messages().get(component, {}).items()
        }

    def checks(self, node: Term) -> list[tuple[str, Term]]:
        """Each constraint of a shape: the name of its parameter and the parameter's value."""
        return [
            (name, argument)
            for predicate in self.graph.predicates(node)
            if predicate.startswith(SH) and (name := predicate.removeprefix(SH)) in _VALUE_CHECKS | _FOCUS_CHECKS
            for argument in self.graph.objects(node, predicate)
        ]

    def prologue(self, constraint: Term) -> dict[str, str]:
        """The prefixes a SPARQL constraint may use (SHACL 5.2.1)."""
        pending, declared = self.graph.objects(constraint, SH + "prefixes"), dict[str, str]()
        for ontology in pending:
            pending += [o for o in self.graph.objects(ontology, _OWL_IMPORTS) if o not in pending]
            for node in self.graph.objects(ontology, SH + "declare"):
                prefix, namespace = self.graph.one(node, SH + "prefix"), self.graph.one(node, SH + "namespace")
                if isinstance(prefix, Literal) and isinstance(namespace, Literal):
                    declared[prefix.value] = namespace.value
        return declared

    def _beyond_fast(self) -> bool:
        """Whether some shape uses more than the fast engine knows; what no engine knows is refused."""
        parts = {child for name in ("property", "node", "not", "qualifiedValueShape") for child in self._uses(name)}
        parts |= {
            member for name in ("and", "or", "xone") for head in self._uses(name) for member in self.graph.items(head)
        }
        if self.graph.subjects(SH + "entailment"):
            raise InputError("shapes", "no engine here can follow sh:entailment.", "Validate data that says it all.")
        for node in self._uses("property"):
            if not self.graph.objects(node, SH + "path"):
                raise InputError(self._name(node), "a property shape has no sh:path.", "Give its path.")
        for node in [*self.targeted, *parts]:
            for predicate in self.graph.predicates(node):
                name = predicate.removeprefix(SH) if predicate.startswith(SH) else ""
                if name and name not in _VALUE_CHECKS | _FOCUS_CHECKS | _NOT_CHECKS | _ADVANCED:
                    raise InputError(self._name(node), f"no engine here can check sh:{name}.", "Say it in SHACL 1.0.")
        beyond = any(self.graph.subjects(SH + name) for name in _ADVANCED)
        for constraint in self._uses("sparql"):
            select = self.graph.one(constraint, SH + "select")
            if not isinstance(select, Literal):
                raise InputError(self._name(constraint), "a SPARQL constraint has no sh:select.", "Write its query.")
            beyond = beyond or _UNSAFE_QUERY.search(select.value) is not None
        return beyond or self._recursive()

    def _uses(self, name: str) -> list[Term]:
        return [o for subject in self.graph.subjects(SH + name) for o in self.graph.objects(subject, SH + name)]

    def _recursive(self) -> bool:
        """Whether a shape refers to itself (SHACL 3.4.3 leaves the meaning open)."""
        children: dict[Term, list[Term]] = {}
        for name in ("property", "node", "not", "qualifiedValueShape"):
            for subject in self.graph.subjects(SH + name):
                children.setdefault(subject, []).extend(self.graph.objects(subject, SH + name))
        for name in ("and", "or", "xone"):
            for subject in self.graph.subjects(SH + name):
                for head in self.graph.objects(subject, SH + name):
                    children.setdefault(subject, []).extend(self.graph.items(head))
        return any(start in _reachable(children, start) for start in children)


def _reachable(children: Mapping[Term, list[Term]], start: Term) -> set[Term]:
    seen: set[Term] = set()
    pending = list(children.get(start, ()))
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            pending += children.get(node, ())
    return seen


_OWL_IMPORTS = "http://www.w3.org/2002/07/owl#imports"
_SEVERITIES: dict[Term | None, Severity] = {NamedNode(SH + severity.value): severity for severity in Severity}


def _is_true(term: Term | None) -> bool:
    return isinstance(term, Literal) and term.value == "true"


def _component(name: str) -> str:
    return f"{SH}{name[0].upper()}{name[1:]}ConstraintComponent"


@cache
def _component_messages() -> dict[str, dict[str, str]]:
    messages: dict[str, dict[str, str]] = {}
    for quad in _read([ROOT / "ontology" / "components.ttl"]):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
            messages.setdefault(quad.subject.value, {})[quad.object.language or ""] = quad.object.value
    return messages


# ------------------------------------------------------------------------------------------ the data, by column


class _Data:
    """The data graph: a column per predicate that the shapes mention, and a store for SPARQL constraints.

    The columns hold the terms as written. A store does not: it makes "01" a 1 and xsd:nonNegativeInteger an
    xsd:integer, so it cannot be asked about datatypes.
    """

    def __init__(self, files: Sequence[Path], mentioned: set[Term] | None) -> None:
        self._columns: dict[NamedNode, dict[Term, list[Term]]] = {}
        self._inverse: dict[NamedNode, dict[Term, list[Term]]] = {}
        self._instances: dict[Term, dict[Term, None]] = {}
        self._distinct: set[NamedNode] = set()
        self.store = Store()
        self.store.bulk_extend(self._indexed(files, mentioned))

    def _indexed(self, files: Sequence[Path], mentioned: set[Term] | None) -> Iterator[Quad]:
        columns = self._columns
        for quad in _read(files):
            predicate = quad.predicate
            column = columns.get(predicate)
            if column is None and (mentioned is None or predicate in mentioned):
                column = columns[predicate] = {}
            if column is not None:
                subject = quad.subject
                cell = column.get(subject)
                if cell is None:
                    column[subject] = [quad.object]
                else:
                    cell.append(quad.object)
            yield quad

    def column(self, predicate: NamedNode) -> dict[Term, list[Term]]:
        """The objects of a predicate by subject, each once however often the files say it."""
        column = self._columns.get(predicate, {})
        if predicate not in self._distinct:
            self._distinct.add(predicate)
            for subject, cell in column.items():
                if len(cell) > 1:
                    column[subject] = list(dict.fromkeys(cell))
        return column

    def predicates(self) -> Iterable[NamedNode]:
        return self._columns

    def objects(self, predicate: NamedNode, subject: Term) -> list[Term]:
        return self.column(predicate).get(subject, [])

    def subjects(self, predicate: NamedNode, value: Term) -> list[Term]:
        if predicate not in self._inverse:
            inverse = self._inverse[predicate] = {}
            for subject, values in self.column(predicate).items():
                for each in values:
                    inverse.setdefault(each, []).append(subject)
        return self._inverse[predicate].get(value, [])

    def instances(self, of: Term) -> dict[Term, None]:
        """The members of a class and of its subclasses in the data graph."""
        if of not in self._instances:
            classes, pending = {of: None}, [of]
            while pending:
                for narrower in self.subjects(SUB_CLASS_OF, pending.pop()):
                    if narrower not in classes:
                        classes[narrower] = None
                        pending.append(narrower)
            self._instances[of] = dict.fromkeys(node for each in classes for node in self.subjects(RDF_TYPE, each))
        return self._instances[of]

    def value_nodes(self, path: _Path | None, focus: Collection[Term]) -> Values:
        """The value nodes of each focus node: itself, or what the path reaches. The inner loop of the engine."""
        if path is None:
            return dict(zip(focus, zip(focus, strict=True), strict=True))
        if path.kind == "predicate" and path.predicate:
            found = map(self.column(path.predicate).get, focus, repeat(_NONE))
            return dict(zip(focus, found, strict=True))
        return {node: self.values(path, node) for node in focus}

    def values(self, path: _Path, focus: Term) -> list[Term]:
        """The value nodes that a path reaches from one node."""
        match path.kind:
            case "predicate" if path.predicate:
                return self.objects(path.predicate, focus)
            case "inverse" if path.predicate:
                return self.subjects(path.predicate, focus)
            case "sequence":
                reached = [focus]
                for part in path.parts:
                    reached = _distinct([value for node in reached for value in self.values(part, node)])
                return reached
            case "alternative":
                return _distinct([value for part in path.parts for value in self.values(part, focus)])
        step = path.parts[0]
        found: dict[Term, None] = {} if path.kind == "+" else {focus: None}
        pending = [focus]
        while pending:
            for value in self.values(step, pending.pop()):
                if value not in found:
                    found[value] = None
                    if path.kind != "?":
                        pending.append(value)
        return list(found)


_NONE: tuple[Term, ...] = ()


def _distinct(terms: list[Term]) -> list[Term]:
    return terms if len(terms) < 2 else list(dict.fromkeys(terms))


# ------------------------------------------------------------------------------------------ the fast engine

_Test = Callable[[Term], bool]
_NODE_KINDS: dict[str, tuple[type, ...]] = {
    "IRI": (NamedNode,),
    "BlankNode": (BlankNode,),
    "Literal": (Literal,),
    "BlankNodeOrIRI": (BlankNode, NamedNode),
    "BlankNodeOrLiteral": (BlankNode, Literal),
    "IRIOrLiteral": (NamedNode, Literal),
}


class _Fast:
    """SHACL Core, a whole set of focus nodes at a time."""

    def __init__(self, judge: _Shapes, files: Sequence[Path]) -> None:
        self.judge = judge
        self.graph = judge.graph
        everything = bool(judge.graph.subjects(SH + "closed"))
        mentioned = {quad.object for quad in judge.graph.quads} | {RDF_TYPE, SUB_CLASS_OF}
        self.data = _Data(files, None if everything else mentioned)

    def findings(self) -> Iterator[_Finding]:
        """Every result of every shape that has a target."""
        for node in self.judge.targeted:
            yield from self._findings(self.judge.shape(node), self._focus_nodes(node))

    def _focus_nodes(self, shape: Term) -> dict[Term, None]:
        found: dict[Term, None] = {}
        for name in _TARGETS:
            for target in self.graph.objects(shape, SH + name):
                match name, target:
                    case "targetNode", _:
                        found[target] = None
                    case "targetClass", _:
                        found |= self.data.instances(target)
                    case "targetSubjectsOf", NamedNode():
                        found |= dict.fromkeys(self.data.column(target))
                    case "targetObjectsOf", NamedNode():
                        found |= dict.fromkeys(o for objects in self.data.column(target).values() for o in objects)
        if self.judge.is_class(shape):
            found |= self.data.instances(shape)
        return found

    def _findings(self, shape: _Shape, focus: Collection[Term]) -> Iterator[_Finding]:
        """The results of validating each focus node against the shape (SHACL 3.4)."""
        if shape.deactivated:
            return
        values = self.data.value_nodes(shape.path, focus)
        path_text = None if shape.path is None else _path_text(shape.path)
        for name, argument in self.judge.checks(shape.node):
            component = _component(name)
            messages = shape.messages or self.judge.default_messages(shape.node, component)
            for node, value, other_path in self._check(name, argument, shape, values):
                yield _Finding(
                    root=node,
                    focus=node,
                    value=value,
                    path=other_path or path_text,
                    component=component,
                    shape=shape,
                    messages=messages,
                )
        for child in self.graph.objects(shape.node, SH + "property"):
            yield from self._nested(self.judge.shape(child), shape, values)
        for constraint in self.graph.objects(shape.node, SH + "sparql"):
            yield from self._sparql(constraint, shape, values)

    def _nested(self, child: _Shape, shape: _Shape, values: Values) -> Iterator[_Finding]:
        """The results of a property shape, for each value node as its focus node."""
        if shape.path is None:
            yield from self._findings(child, values)
            return
        by_value: dict[Term, list[_Finding]] = {}
        for finding in self._findings(child, dict.fromkeys(value for each in values.values() for value in each)):
            by_value.setdefault(finding.root, []).append(finding)
        for node, reached in values.items():
            for value in reached:
                for finding in by_value.get(value, ()):
                    yield replace(finding, root=node)

    def _failing(self, node: Term, focus: Collection[Term]) -> set[Term]:
        """The focus nodes that do not conform to the shape at a node of the shapes graph."""
        return {finding.root for finding in self._findings(self.judge.shape(node), focus)}

    def _check(
        self, name: str, argument: Term, shape: _Shape, values: Values
    ) -> Iterator[tuple[Term, Term | None, str | None]]:
        """Focus node, value and path of each result of one constraint."""
        if name in _VALUE_CHECKS:
            test = self._test(name, argument, shape.node, values)
            for focus, reached in values.items():
                for value in reached:
                    if not test(value):
                        yield focus, value, None
        elif name == "closed":
            if _is_true(argument):
                yield from self._closed(shape.node, values)
        else:
            for focus, offender in self._together(name, argument, shape.node, values):
                yield focus, offender, None

    def _test(self, name: str, argument: Term, shape: Term, values: Values) -> _Test:
        """What each value node must be (SHACL 4.1, 4.3, 4.4, 4.6–4.8)."""
        if name in _TESTS:
            return _TESTS[name](argument)
        match name:
            case "class":
                return self.data.instances(argument).__contains__
            case "in":
                return frozenset(self.graph.items(argument)).__contains__
            case "pattern":
                pattern = _pattern(argument, self.graph.one(shape, SH + "flags"))
                return lambda value: isinstance(value, NamedNode | Literal) and bool(pattern.search(value.value))
            case "languageIn":
                ranges = [_text_of(item) for item in self.graph.items(argument)]
                return lambda value: isinstance(value, Literal) and any(_in_language(value, each) for each in ranges)
        return self._shape_test(
            name, argument, dict.fromkeys(value for reached in values.values() for value in reached)
        )

    def _shape_test(self, name: str, argument: Term, candidates: Collection[Term]) -> _Test:
        """`sh:node`, `sh:not` and the logical lists: decided for all candidates at once (SHACL 4.6, 4.7.1)."""
        if name in ("node", "not"):
            failing = self._failing(argument, candidates)
            return failing.__contains__ if name == "not" else lambda value: value not in failing
        failures = [self._failing(member, candidates) for member in self.graph.items(argument)]
        match name:
            case "and":
                return lambda value: not any(value in failed for failed in failures)
            case "or":
                return lambda value: any(value not in failed for failed in failures)
        return lambda value: sum(value not in failed for failed in failures) == 1

    def _together(self, name: str, argument: Term, shape: Term, values: Values) -> Iterator[tuple[Term, Term | None]]:
        """What the value nodes of a focus node must be together (SHACL 4.2, 4.4.5, 4.5, 4.7.3, 4.8.2)."""
        match name:
            case "minCount":
                least = _number(argument)
                yield from ((focus, None) for focus, reached in values.items() if len(reached) < least)
            case "maxCount":
                most = _number(argument)
                yield from ((focus, None) for focus, reached in values.items() if len(reached) > most)
            case "hasValue":
                yield from ((focus, None) for focus, reached in values.items() if argument not in reached)
            case "uniqueLang" if _is_true(argument):
                for focus, reached in values.items():
                    if len(reached) > 1:
                        tags = [
                            value.language.lower() for value in reached if isinstance(value, Literal) and value.language
                        ]
                        yield from ((focus, None) for tag in dict.fromkeys(tags) if tags.count(tag) > 1)
            case "equals" | "disjoint" | "lessThan" | "lessThanOrEquals" if isinstance(argument, NamedNode):
                column = self.data.column(argument)
                for focus, reached in values.items():
                    if focus in column or name == "equals":
                        yield from ((focus, value) for value in self._pairs(name, reached, column.get(focus, _NONE)))
            case "qualifiedMinCount" | "qualifiedMaxCount":
                yield from ((focus, None) for focus in self._qualified(name, _number(argument), shape, values))
            case "uniqueLang":
                return
            case _:
                raise InputError("shapes", f"sh:{name} cannot be {argument}.", "Give it the IRI of a property.")

    def _pairs(self, name: str, reached: Collection[Term], others: Collection[Term]) -> Iterator[Term]:
        """The value nodes that stand wrongly against the values of another property (SHACL 4.5)."""
        match name:
            case "equals":
                yield from (value for value in reached if value not in others)
                yield from (other for other in others if other not in reached)
            case "disjoint":
                yield from (value for value in reached if value in others)
            case _:
                operator = "<" if name == "lessThan" else "<="
                yield from (value for value in reached for other in others if not _compares(value, operator, other))

    def _qualified(self, name: str, bound: int, shape: Term, values: Values) -> Iterator[Term]:
        """The focus nodes with too few or too many values of a kind (SHACL 4.7.3)."""
        candidates = dict.fromkeys(value for each in values.values() for value in each)
        for wanted in self.graph.objects(shape, SH + "qualifiedValueShape"):
            outside = self._failing(wanted, candidates)
            for focus, reached in values.items():
                count = sum(value not in outside for value in reached)
                if count < bound if name == "qualifiedMinCount" else count > bound:
                    yield focus

    def _closed(self, shape: Term, values: Values) -> Iterator[tuple[Term, Term | None, str | None]]:
        """The properties a closed shape does not name (SHACL 4.8.1)."""
        allowed = {self.graph.one(child, SH + "path") for child in self.graph.objects(shape, SH + "property")}
        allowed.update(self.graph.items(self.graph.one(shape, SH + "ignoredProperties")))
        others = [predicate for predicate in self.data.predicates() if predicate not in allowed]
        for focus, reached in values.items():
            for value in reached:
                for predicate in others:
                    for extra in self.data.objects(predicate, value):
                        yield focus, extra, predicate.value

    def _sparql(self, constraint: Term, shape: _Shape, values: Values) -> Iterator[_Finding]:
        """The solutions of a SPARQL constraint, its query asked once per focus node (SHACL 5)."""
        if _is_true(self.graph.one(constraint, SH + "deactivated")) or not values:
            return
        query = _text_of(self.graph.one(constraint, SH + "select"))
        path_text = None if shape.path is None else _path_text(shape.path)
        messages = self.judge.messages(constraint) or shape.messages
        component = _component("SPARQL")
        messages = messages or self.judge.default_messages(shape.node, component)
        prefixes = self.judge.prologue(constraint)
        for focus in values:
            seen: set[tuple[Term | None, ...]] = set()
            for row in self._solutions(query, prefixes, focus, shape):
                if (key := tuple(row.get(name) for name in sorted(row))) in seen:
                    continue
                seen.add(key)
                value, path = row.get("value"), row.get("path")
                yield _Finding(
                    root=focus,
                    focus=focus,
                    value=focus if value is None and shape.path is None else value,
                    path=path.value if isinstance(path, NamedNode) else path_text,
                    component=component,
                    shape=shape,
                    messages=messages,
                    bindings={"this": focus, **row},
                )

    def _solutions(self, query: str, prefixes: dict[str, str], focus: Term, shape: _Shape) -> Iterator[dict[str, Term]]:
        try:
            solutions = self.data.store.query(
                _bound(query, focus), prefixes=prefixes, custom_functions={_REGEX: _regex}
            )
        except SyntaxError as error:
            raise InputError(
                shape.name, f"its query is not SPARQL: {error}", "Correct the query of the shape."
            ) from error
        if not isinstance(solutions, QuerySolutions):
            raise InputError(shape.name, "its query is not a SELECT.", "Correct the query of the shape.")
        names = [variable.value for variable in solutions.variables]
        for solution in solutions:
            yield {name: term for name in names if (term := solution[name]) is not None}


def _text_of(term: Term | None) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else ""


def _number(term: Term) -> int:
    if not (text := _text_of(term)).isdecimal():
        raise InputError("shapes", f"{term} is not a number to count with.", "Write a whole number, 0 or more.")
    return int(text)


@lru_cache(maxsize=100_000)
def _well_formed(literal: Literal) -> bool:
    """Whether the lexical form fits the datatype, as rdflib and so pySHACL sees it."""
    if literal.language or literal.datatype.value.endswith(("#string", "#langString")):
        return True
    return not rdflib.Literal(literal.value, datatype=rdflib.URIRef(literal.datatype.value)).ill_typed


_EMPTY = Store()


@lru_cache(maxsize=100_000)
def _compares(left: Term, operator: str, right: Term) -> bool:
    """SPARQL's `left operator right`; what cannot be compared does not hold."""
    if not isinstance(left, Literal) or not isinstance(right, Literal):
        return False
    answers = _EMPTY.query(f"SELECT (({left} {operator} {right}) AS ?holds) WHERE {{}}")
    return isinstance(answers, QuerySolutions) and any(_is_true(answer["holds"]) for answer in answers)


def _kind_test(kind: Term) -> _Test:
    kinds = _NODE_KINDS.get(_text(kind).removeprefix(SH))
    if kinds is None:
        raise InputError("shapes", f"{kind} is not a kind of node.", "See SHACL 4.1.3 for the six there are.")
    return lambda value: isinstance(value, kinds)


def _length(term: Term) -> int | None:
    """The characters of an IRI or a literal; a blank node has none to count."""
    return len(term.value) if isinstance(term, NamedNode | Literal) else None


_TESTS: dict[str, Callable[[Term], _Test]] = {
    "datatype": lambda wanted: lambda v: isinstance(v, Literal) and v.datatype == wanted and _well_formed(v),
    "nodeKind": _kind_test,
    "minExclusive": lambda bound: lambda value: _compares(bound, "<", value),
    "minInclusive": lambda bound: lambda value: _compares(bound, "<=", value),
    "maxExclusive": lambda bound: lambda value: _compares(bound, ">", value),
    "maxInclusive": lambda bound: lambda value: _compares(bound, ">=", value),
    "minLength": lambda least: lambda value: (length := _length(value)) is not None and length >= _number(least),
    "maxLength": lambda most: lambda value: (length := _length(value)) is not None and length <= _number(most),
}
"""The tests that need nothing but their parameter."""

_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}


@lru_cache(maxsize=1000)
def _pattern(pattern: Term, flags: Term | None) -> re.Pattern[str]:
    chosen = re.NOFLAG
    try:
        for letter in _text_of(flags):
            chosen |= _FLAGS[letter]
        return re.compile(_text_of(pattern), chosen)
    except (re.error, KeyError) as error:
        raise InputError("shapes", f"{pattern} is not a pattern: {error}", "Correct sh:pattern.") from error


_REGEX = NamedNode("urn:function:regex")
_QUERY_PARTS = re.compile(
    r"""(?P<fixed> """
    + r'\"\"\".*?\"\"\"|"(?:[^"\\\n]|\\.)*"'
    + r"""|'(?:[^'\\\n]|\\.)*'|<[^<>\s]*>|\#[^\n]*)
    |(?P<is_bound>\bBOUND\s*\(\s*[$?]this\s*\))|(?P<regex>\bREGEX\s*\()|(?P<this>[$?]this\b)
    |(?P<where>\{)|(?P<grouping>\bGROUP\s+BY\b)""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


def _bound(query: str, focus: Term) -> str:
    """The query with `$this` bound beforehand (SHACL 5.3.1): written into it, so that it holds in every scope.

    A store's own substitution joins the value at the outermost scope only, and so misses results.
    """
    if not isinstance(focus, NamedNode):
        raise _BeyondFast
    place = "projection"

    def written(part: re.Match[str]) -> str:
        nonlocal place
        match part.lastgroup:
            case "where" | "grouping":
                place = part.lastgroup
            case "is_bound":
                return "(true)"
            case "regex":
                return f"{_REGEX}("
            case "this":
                return {"projection": f"({focus} AS ?this)", "where": str(focus), "grouping": f"({focus})"}[place]
        return part[0]

    return _QUERY_PARTS.sub(written, query)


def _regex(text: Term, pattern: Term, flags: Term | None = None) -> Literal | None:
    """SPARQL's REGEX, compiled once for each pattern: the store compiles one for each row."""
    if isinstance(text, Literal) and isinstance(pattern, Literal):
        return Literal(_pattern(pattern, flags).search(text.value) is not None)
    return None


def _in_language(literal: Literal, language_range: str) -> bool:
    """SPARQL's langMatches: "sv" matches sv and sv-FI."""
    language, wanted = (literal.language or "").lower(), language_range.lower()
    return bool(language) and (wanted in ("*", language) or language.startswith(wanted + "-"))


# ------------------------------------------------------------------------------------------ the reference engine


def _reference(judge: _Shapes, files: Sequence[Path]) -> Iterator[_Finding]:
    """pySHACL's results, with messages by language: it drops the language of those it fills in."""
    data, shapes = _rdflib(_read(files)), _rdflib(judge.graph.quads)
    try:
        _, graph, text = pyshacl_validate(data, shacl_graph=shapes, advanced=True, js=False, allow_warnings=True)
    except (
        NotImplementedError,
        ReportableRuntimeError,
        ShapeLoadError,
        PyshaclConstraintError,
        ValidationFailure,
    ) as error:
        raise InputError("shapes", f"the shapes cannot be used: {error}", "Correct the shapes.") from error
    if not isinstance(graph, rdflib.Graph):
        raise InputError("shapes", f"the shapes cannot be used: {text}", "Correct the shapes.")
    content = graph.serialize(format="nt", encoding="utf-8")
    report = _Triples(parse(content, format=RdfFormat.N_TRIPLES))
    for result in report.subjects(SH + "resultSeverity"):
        yield _reference_finding(judge, report, result)


def _reference_finding(judge: _Shapes, report: _Triples, result: Term) -> _Finding:
    source = report.one(result, SH + "sourceShape")
    focus = report.one(result, SH + "focusNode")
    component = _text_of(report.one(result, SH + "sourceConstraintComponent"))
    constraint = report.one(result, SH + "sourceConstraint")
    path = report.one(result, SH + "resultPath")
    if source is None or focus is None:
        raise InputError("shapes", "pySHACL gave a result without a shape or a focus node.", "Report this to begrepp.")
    shape = judge.shape(source)
    own = judge.messages(constraint) if constraint is not None else {}
    messages = own or shape.messages or judge.default_messages(source, component)
    said = {_text_of(message) for message in report.objects(result, SH + "resultMessage")} - set(
        shape.messages.values()
    )
    return _Finding(
        root=focus,
        focus=focus,
        value=report.one(result, SH + "value"),
        path=None if path is None else _path_text(_path(report, path)),
        component=component,
        shape=shape,
        messages=messages,
        bindings=_spoken(messages.values(), said),
    )


def _spoken(templates: Iterable[str], said: Iterable[str]) -> dict[str, Term] | None:
    """What the placeholders of a message were filled with."""
    for template in templates:
        pattern, seen = "", set[str]()
        for number, piece in enumerate(_PLACEHOLDER.split(template)):
            if number % 2 == 0:
                pattern += re.escape(piece)
            else:
                pattern += f"(?P={piece})" if piece in seen else f"(?P<{piece}>.*)"
                seen.add(piece)
        for message in said:
            if seen and (match := re.fullmatch(pattern, message, re.DOTALL)):
                return {name: Literal(text) for name, text in match.groupdict().items()}
    return None


def _rdflib(quads: Iterable[Quad]) -> rdflib.Graph:
    triples = (Triple(quad.subject, quad.predicate, quad.object) for quad in quads)
    content = serialize(triples, format=RdfFormat.N_TRIPLES) or b""
    return rdflib.Graph().parse(data=content, format="nt")
