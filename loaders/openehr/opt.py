"""Reader of openEHR operational templates 1.4 (`.opt`): XML with all archetypes of a template included.

https://specifications.openehr.org/releases/ITS-XML/latest/components/AM/Release-1.4/Template.xsd
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.sources.meter import current_meter
from begrepp.sources.xml import XmlNode, read_xml
from loaders.openehr.model import Archetype, LocalTerms, ModelNode, PermittedCode, TermText, add_terms

_NAMESPACE = "http://schemas.openehr.org/v1"
_XSI_TYPE = "type"


def read_opt(path: Path) -> Archetype:
    """Read a template with its nodes. Raises `InputError` if the file is not an operational template."""
    *_, root = read_xml(path)
    if root.name != "template" or root.namespace != _NAMESPACE:
        raise InputError(
            Origin(path.name, root.row),
            f"the file begins with <{root.name}> of the namespace '{root.namespace}', not an operational template.",
            "Export the template as OPT 1.4.",
        )
    definition, id_ = root.first("definition"), root.first("template_id", "value")
    if definition is None or id_ is None:
        raise InputError(Origin(path.name, root.row), "it has no template_id or no definition.", "Export it again.")
    language = root.first("language", "code_string")
    concept = root.first("concept")
    language_code = language.text if language else "en"
    template = Archetype(
        id=id_.text,
        origin=Origin(path.name, root.row),
        kind="operational template",
        language=language_code,
        titles={language_code: concept.text if concept else id_.text},
    )
    template.nodes = list(_read_nodes(definition, "", LocalTerms(), language_code))
    current_meter().rows += len(template.nodes)
    return template


def _read_nodes(node: XmlNode, path: str, terms: LocalTerms, language: str) -> Iterator[ModelNode]:
    archetype = node.first("archetype_id", "value")
    own_terms = _read_terms(node, language) if archetype else terms
    code = _text(node, "node_id")
    model_node = ModelNode(
        path=path or "/",
        rm_type=_text(node, "rm_type_name"),
        code=code,
        row=node.row,
        occurrences=_interval(node.first("occurrences")),
        is_slot=_kind(node) == "ARCHETYPE_SLOT",
    )
    if model_node.occurrences == "0..0":
        return
    if archetype and path:
        model_node.path = path = f"{path.rpartition('[')[0]}[{archetype.text}]"
    children = []
    for attribute in node.all("attributes"):
        name = _text(attribute, "rm_attribute_name")
        holder = model_node.holder_of(name)
        for child in attribute.all("children"):
            if (child_code := _text(child, "node_id")) or child.first("archetype_id"):
                children.append((child, f"{path}/{name}[{child_code}]"))
            else:
                _add_value_constraints(child, name, holder)
    add_terms([model_node], own_terms)
    _rename(model_node, node, language)
    yield model_node
    for child, child_path in children:
        yield from _read_nodes(child, child_path, own_terms, language)


def _rename(model_node: ModelNode, node: XmlNode, language: str) -> None:
    """Give a node the name that the template fixes (`LOCATABLE.name`); its own one is kept in words."""
    attributes = [each for each in node.all("attributes") if _text(each, "rm_attribute_name") == "name"]
    names = [item.text for each in attributes for item in each.find("list") if item.text]
    own = model_node.texts.get(language, TermText(""))
    if len(names) != 1 or names[0] == own.text:
        return
    if any(part.permitted_codes for name, part in model_node.attributes if name == "name"):
        return
    model_node.attributes = [pair for pair in model_node.attributes if pair[0] != "name"]
    model_node.texts = {**model_node.texts, language: own._replace(text=names[0])}
    if own.text:
        model_node.constraints.append(f"name in the archetype: {own.text}")


def _read_terms(root: XmlNode, language: str) -> LocalTerms:
    terms = LocalTerms()
    for definition in root.all("term_definitions"):
        texts = {item.get("id"): item.text for item in definition.all("items")}
        terms.add_text(definition.get("code"), language, TermText(texts.get("text", ""), texts.get("description", "")))
    for bindings in root.all("term_bindings"):
        for item in bindings.all("items"):
            if target := item.first("value", "code_string"):
                terms.add_binding(item.get("code"), bindings.get("terminology"), target.text)
    return terms


def _add_value_constraints(node: XmlNode, attribute: str, model_node: ModelNode) -> None:
    """Add the constraints on a node's value: types, codes, units and ranges."""
    kind = _kind(node)
    if kind == "C_CODE_PHRASE":
        system = node.first("terminology_id", "value")
        model_node.permitted_codes += [
            PermittedCode(terminology=system.text if system else "local", code=each.text)
            for each in node.all("code_list")
        ]
    elif kind == "C_CODE_REFERENCE":
        model_node.value_sets += [each.text for each in node.all("referenceSetUri")]
    elif kind == "C_DV_ORDINAL":
        model_node.value_types.append("DV_ORDINAL")
        for each in node.all("list"):
            symbol = each.first("symbol", "defining_code", "code_string")
            if symbol:
                model_node.permitted_codes.append(
                    PermittedCode(terminology="local", code=symbol.text, ordinal=_text(each, "value"))
                )
    elif kind == "C_DV_QUANTITY":
        model_node.value_types.append("DV_QUANTITY")
        quantities = node.all("list")
        model_node.add_quantities([(_text(each, "units"), _limits(each.first("magnitude"))) for each in quantities])
    elif kind == "C_PRIMITIVE_OBJECT":
        item = node.first("item")
        if item is None:
            return
        limits = _limits(item.first("range"))
        if limits and attribute in ("magnitude", "numerator", "denominator"):
            model_node.ranges.append(limits)
        elif limits:
            model_node.constraints.append(f"{attribute}: {limits}")
        permitted = ", ".join(each.text for each in item.all("list", "pattern") if each.text)
        if permitted:
            model_node.constraints.append(f"{attribute}: {permitted}")
    elif attribute == "value":
        model_node.value_types.append(_text(node, "rm_type_name"))
    for each in node.all("attributes"):
        for child in each.all("children"):
            _add_value_constraints(child, _text(each, "rm_attribute_name"), model_node)


def _kind(node: XmlNode) -> str:
    return node.get(_XSI_TYPE).rpartition(":")[2]


def _text(node: XmlNode, name: str) -> str:
    found = node.first(name)
    return found.text if found else ""


def _limits(node: XmlNode | None) -> str:
    """Return the range of a value as in ADL: `0..100`, `>0..<10`, `>=5`; empty if it has none."""
    if node is None:
        return ""
    low, high = ("" if _text(node, f"{side}_unbounded") == "true" else _text(node, side) for side in ("lower", "upper"))
    is_above, is_below = (_text(node, f"{side}_included") == "false" for side in ("lower", "upper"))
    if low and high:
        return f"{'>' if is_above else ''}{low}..{'<' if is_below else ''}{high}"
    return f"{'>' if is_above else '>='}{low}" if low else f"{'<' if is_below else '<='}{high}" if high else ""


def _interval(node: XmlNode | None) -> str:
    if node is None:
        return "1..1"
    low, high = _text(node, "lower"), _text(node, "upper")
    return f"{low or '0'}..{'*' if _text(node, 'upper_unbounded') == 'true' or not high else high}"
