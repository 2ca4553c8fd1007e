"""Result messages by language: those of the shape, or defaults for the constraint component.

`{?name}` and `{$name}` in a message are placeholders for a binding (SHACL 5.3.2) or a parameter of the shape.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from pyoxigraph import Literal, NamedNode, Triple

from begrepp.settings import ROOT
from begrepp.validation.shacl.rdf_reader import TripleIndex, read_quads
from begrepp.validation.shacl.vocabulary import RDFS_LABEL, SH, Term, display_text, parameter_name

_CONDITION = SH + "SPARQLConstraintComponent"
MESSAGE_VARIABLE = "message"
_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")


def declared_messages(graph: TripleIndex, node: Term) -> Mapping[str, str]:
    """Return the `sh:message` of a shape or constraint by language; the key is "" for a message without language."""
    return {
        message.language or "": message.value
        for message in graph.objects(node, SH + "message")
        if isinstance(message, Literal)
    }


def label_messages(graph: TripleIndex, component: Term) -> Mapping[str, str]:
    """Return the `sh:labelTemplate`, label or IRI of a SPARQL-based constraint component as messages by language."""
    for predicate in (SH + "labelTemplate", RDFS_LABEL):
        if texts := [each for each in graph.objects(component, predicate) if isinstance(each, Literal)]:
            return {text.language or "": text.value for text in texts}
    return {"": display_text(component)}


def default_messages(component: str, argument: str) -> Mapping[str, str]:
    """The default messages of a component (`ontology/components.ttl`), with the value of its parameter filled in.

    Without an argument, such as a shape that has no IRI, a message that would name it is that of any condition, as is
    that of a component without a message of its own, such as `sh:expression`.
    """
    messages = _component_messages().get(component) or _component_messages()[_CONDITION]
    if not argument and any(map(_PLACEHOLDER.search, messages.values())):
        return _component_messages()[_CONDITION]
    return _replace_placeholders(messages, {parameter_name(component): argument})


@cache
def _component_messages() -> dict[str, dict[str, str]]:
    messages: dict[str, dict[str, str]] = {}
    for quad in read_quads([ROOT / "ontology" / "components.ttl"]):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
            messages.setdefault(quad.subject.value, {})[quad.object.language or ""] = quad.object.value
    return messages


def fill_placeholders(messages: Mapping[str, str], bindings: Mapping[str, Term] | None) -> Mapping[str, str]:
    """Replace the placeholders in messages by the values bound to them."""
    if bindings is None:
        return messages
    values = {name: term.value if not isinstance(term, Triple) else str(term) for name, term in bindings.items()}
    return _replace_placeholders(messages, values)


def solution_messages(messages: Mapping[str, str], bindings: Mapping[str, Term]) -> Mapping[str, str]:
    """Return the message that a solution binds to `?message` (SHACL 5.3.2), else the messages, filled."""
    own = bindings.get(MESSAGE_VARIABLE)
    return {own.language or "": own.value} if isinstance(own, Literal) else fill_placeholders(messages, bindings)


def _replace_placeholders(messages: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    return {
        language: _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), message)
        for language, message in messages.items()
    }


def extract_bindings(templates: Iterable[str], messages: Iterable[str]) -> dict[str, Term] | None:
    """Return the values of the placeholders in the first message that matches a template; None if none matches."""
    for template in templates:
        pattern, seen = "", set[str]()
        for number, piece in enumerate(_PLACEHOLDER.split(template)):
            if number % 2 == 0:
                pattern += re.escape(piece)
            else:
                pattern += f"(?P={piece})" if piece in seen else f"(?P<{piece}>.*)"
                seen.add(piece)
        for message in messages:
            if seen and (match := re.fullmatch(pattern, message, re.DOTALL)):
                return {name: Literal(text) for name, text in match.groupdict().items()}
    return None
