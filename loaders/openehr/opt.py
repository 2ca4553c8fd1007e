"""openEHR operational templates 1.4 (`.opt`): a template with all its archetypes unfolded, in XML.

https://specifications.openehr.org/releases/ITS-XML/latest/components/AM/Release-1.4/Template.xsd
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.sources.meter import meter
from begrepp.sources.xml import XmlNode, read_xml
from loaders.openehr.model import Archetype, LocalTerms, ModelNode, PermittedCode, TermText, add_terms

_NAMESPACE = "http://schemas.openehr.org/v1"
_TYPE = "type"


def read_opt(path: Path) -> Archetype:
    """The template with its nodes. Raises `InputError` with the row where it cannot be read."""
    *_, root = read_xml(path)
    if root.name != "template" or root.namespace != _NAMESPACE:
        raise InputError(
            Origin(path.name, root.row),
            f"the file begins with <{root.name}> of the namespace '{root.namespace}', and is no operational template.",
            "Export the template as OPT 1.4.",
        )
    definition, id_ = root.first("definition"), root.first("template_id", "value")
    if definition is None or id_ is None:
        raise InputError(Origin(path.name, root.row), "it has no template_id or no definition.", "Export it again.")
    language = root.first("language", "code_string")
    concept = root.first("concept")
    said = language.text if language else "en"
    found = Archetype(
        id=id_.text,
        origin=Origin(path.name, root.row),
        kind="operational template",
        language=said,
        titles={said: concept.text if concept else id_.text},
    )
    found.nodes = list(_nodes(definition, "", LocalTerms(), said))
    meter().rows += len(found.nodes)
    return found


def _nodes(node: XmlNode, path: str, terms: LocalTerms, language: str) -> Iterator[ModelNode]:
    archetype = node.first("archetype_id", "value")
    own = _terms(node, language) if archetype else terms
    code = _text(node, "node_id")
    found = ModelNode(
        path=path or "/",
        rm_type=_text(node, "rm_type_name"),
        code=code,
        row=node.row,
        occurrences=_interval(node.first("occurrences")),
        is_slot=_kind(node) == "ARCHETYPE_SLOT",
    )
    if found.occurrences == "0..0":
        return
    if archetype and path:
        found.path = path = f"{path.rpartition('[')[0]}[{archetype.text}]"
    below = []
    for attribute in node.all("attributes"):
        name = _text(attribute, "rm_attribute_name")
        for child in attribute.all("children"):
            if (child_code := _text(child, "node_id")) or child.first("archetype_id"):
                below.append((child, f"{path}/{name}[{child_code}]"))
            else:
                _value(child, name, found)
    add_terms([found], own)
    yield found
    for child, place in below:
        yield from _nodes(child, place, own, language)


def _terms(root: XmlNode, language: str) -> LocalTerms:
    terms = LocalTerms()
    for definition in root.all("term_definitions"):
        said = {item.get("id"): item.text for item in definition.all("items")}
        terms.say(definition.get("code"), language, TermText(said.get("text", ""), said.get("description", "")))
    for bindings in root.all("term_bindings"):
        for item in bindings.all("items"):
            if target := item.first("value", "code_string"):
                terms.bind(item.get("code"), bindings.get("terminology"), target.text)
    return terms


def _value(node: XmlNode, attribute: str, found: ModelNode) -> None:
    """Types, codes, units and ranges of a value."""
    kind = _kind(node)
    if kind == "C_CODE_PHRASE":
        system = node.first("terminology_id", "value")
        found.choices += [
            PermittedCode(terminology=system.text if system else "local", code=each.text)
            for each in node.all("code_list")
        ]
    elif kind == "C_CODE_REFERENCE":
        found.value_sets += [each.text for each in node.all("referenceSetUri")]
    elif kind == "C_DV_ORDINAL":
        found.value_types.append("DV_ORDINAL")
        for each in node.all("list"):
            symbol = each.first("symbol", "defining_code", "code_string")
            if symbol:
                found.choices.append(PermittedCode(terminology="local", code=symbol.text, ordinal=_text(each, "value")))
    elif kind == "C_DV_QUANTITY":
        found.value_types.append("DV_QUANTITY")
        found.units += [units for each in node.all("list") if (units := _text(each, "units"))]
    elif kind == "C_PRIMITIVE_OBJECT":
        item = node.first("item")
        limits = _interval(item.first("range")) if item else ""
        if limits and attribute in ("magnitude", "numerator", "denominator"):
            found.ranges.append(limits)
    elif attribute == "value":
        found.value_types.append(_text(node, "rm_type_name"))
    for each in node.all("attributes"):
        for child in each.all("children"):
            _value(child, _text(each, "rm_attribute_name"), found)


def _kind(node: XmlNode) -> str:
    return node.get(_TYPE).rpartition(":")[2]


def _text(node: XmlNode, name: str) -> str:
    found = node.first(name)
    return found.text if found else ""


def _interval(node: XmlNode | None) -> str:
    if node is None:
        return "1..1"
    low, high = _text(node, "lower"), _text(node, "upper")
    return f"{low or '0'}..{'*' if _text(node, 'upper_unbounded') == 'true' or not high else high}"
