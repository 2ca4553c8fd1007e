"""Names of attributes in expressions, and the attributes of a code system that they denote.

An attribute is named by its local name (`exactMatch`), its short form in quotation marks (`"skos:exactMatch"`), its
IRI, or the code of the concept that it is (Snomed CT). `*` denotes all attributes that lead to concepts.
"""

from __future__ import annotations

from collections.abc import Callable

from begrepp.ecl.concept_sets import SystemSets
from begrepp.ecl.syntax_errors import EclError
from begrepp.ecl.syntax_tree import AnyConcept, CodeReference, Combination, EclNode, HierarchyStep, SetOperator
from begrepp.ecl.system_tables import tables_of
from begrepp.rdf.namespaces import compact, expand, local_name
from begrepp.terminology.interface import CodeSystem

_MOST_LISTED = 20


class AttributeNames:
    """Resolves names of attributes; `concepts_of` evaluates expressions that denote attribute concepts."""

    def __init__(self, concepts_of: Callable[[EclNode], SystemSets], system: CodeSystem) -> None:
        self._concepts_of, self._system = concepts_of, system

    def attributes(self, node: EclNode, system: CodeSystem) -> set[str]:
        """Return the IRIs of the attributes of a code system that a name denotes; raises `EclError` if unknown."""
        known = tables_of(system).statements.attributes
        match node:
            case AnyConcept():
                return {iri for iri, each in known.items() if len(each.concepts.values) or len(each.things.values)}
            case CodeReference():
                named = {iri for iri in known if _is_named(iri, node.code)}
                if named:
                    return named
                if self._is_concept(node):
                    return self._of_concepts(node, system)
                if system is not self._system:
                    return self.attributes(node, self._system) & {*known}
                listed = ", ".join(sorted(local_name(iri) for iri in known)[:_MOST_LISTED]) or "-"
                start, end = node.span
                raise EclError(
                    f"'{node.code}' is no attribute of {system.description.id}.",
                    f"Its attributes are: {listed}.",
                    start=start,
                    end=end,
                )
            case Combination(operator=operator, operands=operands):
                first, *others = (self.attributes(operand, system) for operand in operands)
                match operator:
                    case SetOperator.AND:
                        return first.intersection(*others)
                    case SetOperator.OR:
                        return first.union(*others)
                    case SetOperator.MINUS:
                        return first.difference(*others)
            case HierarchyStep(operand=CodeReference() as reference) if not self._is_concept(reference):
                return self.attributes(reference, system)
        return self._of_concepts(node, system)

    def _is_concept(self, node: CodeReference) -> bool:
        return bool(node.scheme) or self._system.index(node.code) is not None

    def _of_concepts(self, node: EclNode, system: CodeSystem) -> set[str]:
        """The attributes that are concepts of an expression."""
        known = tables_of(system).statements.attributes
        concepts = self._concepts_of(node)
        found = set()
        for iri in known:
            for own, bitmap in concepts.items():
                index = own.index_of_iri(iri)
                if index is not None and index in bitmap:
                    found.add(iri)
        return found


def _is_named(iri: str, name: str) -> bool:
    return name in (iri, compact(iri)) or local_name(iri).lower() == name.lower() or expand_name(name) == iri


def expand_name(name: str) -> str:
    """Return the IRI of a short form such as `skos:exactMatch`, or nothing."""
    try:
        return expand(name) if ":" in name and "/" not in name else ""
    except KeyError:
        return ""
