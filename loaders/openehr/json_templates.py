"""Reader of openEHR templates in JSON: Archetype Designer templates (`.t.json`) and web templates.

A template refers to archetypes and constrains them (`templateOverlays`). Nodes that it does not constrain, and the
terms of codes, are in the archetypes, which are used if they are among the files. A web template is complete.
https://specifications.openehr.org/releases/ITS-REST/latest/simplified_data_template.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.sources.json_errors import json_error
from begrepp.sources.meter import current_meter
from loaders.declaration.json_files import string_list
from loaders.openehr.model import Archetype, LocalTerms, ModelNode, PermittedCode, TermText, add_terms, bound_code

_MAX_BYTES = 200 * 1024**2
_MAX_DEPTH = 100
Json = dict[str, Any]


def read_json_template(path: Path, archetype_terms: Mapping[str, LocalTerms]) -> Archetype:
    """Read a template. `archetype_terms` are the terms of the archetypes among the files, by id."""
    if path.stat().st_size > _MAX_BYTES:
        raise InputError(path, f"the file is larger than {_MAX_BYTES:,} bytes.", "Check that you added the right file.")
    try:
        template = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise json_error(path.read_bytes(), Origin(path.name), error) from None
    current_meter().bytes += path.stat().st_size
    if isinstance(template, dict) and template.get("@type") == "TEMPLATE":
        archetype = _TemplateReader(template, Origin(path.name), archetype_terms).read()
    elif isinstance(template, dict) and isinstance(template.get("tree"), dict) and "templateId" in template:
        archetype = _web_template(template, Origin(path.name))
    else:
        raise InputError(
            path,
            "it is neither a template of Archetype Designer (@type TEMPLATE) nor a web template (templateId, tree).",
            "Check that you added the right file.",
        )
    current_meter().rows += len(archetype.nodes)
    return archetype


@dataclass(slots=True)
class _TemplateReader:
    template: Json
    origin: Origin
    archetype_terms: Mapping[str, LocalTerms]

    def read(self) -> Archetype:
        template = self.template
        id_ = _text_value(template, "archetypeId") or str(template.get("templateId") or "")
        if not id_ or not isinstance(template.get("definition"), dict):
            raise InputError(self.origin, "the template has no archetypeId or no definition.", "Export it again.")
        overlays = {_text_value(each, "archetypeId"): each for each in _objects(template, "templateOverlays")}
        terms = self.read_terms(template)
        language = str((template.get("originalLanguage") or {}).get("codeString") or "en")
        about = (template.get("description") or {}).get("otherDetails") or {}
        found = Archetype(
            id=str(template.get("templateId") or id_),
            origin=self.origin,
            kind="template",
            language=language,
            version=str(about.get("sem_ver") or ""),
            licence=str(about.get("licence") or ""),
            publisher=str(about.get("custodian_organisation") or ""),
            parent=str(template.get("parentArchetypeId") or ""),
            titles={language: str(template.get("templateId") or id_)},
        )
        self.collect_nodes(template["definition"], "", overlays, terms, found.nodes, 0)
        if not found.nodes:
            raise InputError(self.origin, "the template holds no nodes.", "Export it again.")
        return found

    def read_terms(self, template: Json) -> LocalTerms:
        """Return the terms of a template or overlay, with those of its archetype as parent."""
        terms = LocalTerms()
        terminology = template.get("terminology") or {}
        for language, texts in (terminology.get("termDefinitions") or {}).items():
            for code, word in texts.items():
                terms.add_text(
                    code,
                    language,
                    TermText(
                        *(" ".join(str(word.get(key) or "").split()) for key in ("text", "description", "comment"))
                    ),
                )
        for system, bindings in (terminology.get("termBindings") or {}).items():
            for code, target in bindings.items():
                terms.add_binding(code, system, bound_code(str(target)).rpartition("/")[2])
        for id_, value_set in (terminology.get("valueSets") or {}).items():
            terms.value_sets[id_] = [str(each) for each in value_set.get("members") or []]
        terms.parent = self.archetype_terms.get(str(template.get("parentArchetypeId") or ""))
        return terms

    def collect_nodes(
        self,
        node_object: Json,
        path: str,
        overlays: Mapping[str, Json],
        terms: LocalTerms,
        found: list[ModelNode],
        depth: int,
    ) -> None:
        """Collect a node and its descendants; nodes that occur 0..0 are prohibited and left out."""
        if depth > _MAX_DEPTH:
            raise InputError(self.origin, f"the template is nested deeper than {_MAX_DEPTH} levels.", "Check the file.")
        occurrences = str(node_object.get("occurrences") or "1..1")
        if occurrences == "0..0":
            return
        node = ModelNode(
            path=path or "/",
            rm_type=str(node_object.get("rmTypeName") or ""),
            code=str(node_object.get("nodeId") or ""),
            row=0,
            occurrences=occurrences,
        )
        found.append(node)
        if reference := str(node_object.get("archetypeRef") or ""):
            overlay = overlays.get(reference)
            own = self.read_terms(overlay) if overlay else LocalTerms()
            if overlay is None:
                own.parent = self.archetype_terms.get(reference)
            original = str(overlay.get("parentArchetypeId") or reference) if overlay else reference
            # The root of another archetype: its name is that in the template, or the archetype's.
            node.path = f"{path.rpartition('[')[0]}[{original}]"
            node.texts = {
                **own.texts_of("at0000"),
                **own.texts_of(_root_code(overlay)),
                **terms.texts_of(node.code),
            }
            node_object, terms, path = (overlay["definition"] if overlay else node_object), own, node.path
        add_terms([node], terms)
        for attribute in _objects(node_object, "attributes"):
            name = str(attribute.get("rmAttributeName"))
            for child in _objects(attribute, "children"):
                if child.get("nodeId"):
                    self.collect_nodes(child, f"{path}/{name}[{child['nodeId']}]", overlays, terms, found, depth + 1)
                elif child.get("occurrences") != "0..0":
                    self.add_value_constraints(child, name, node, terms)
        add_terms([node], terms)

    def add_value_constraints(self, node_object: Json, attribute: str, node: ModelNode, terms: LocalTerms) -> None:
        """Add the constraints on a node's value: types, codes, units and ranges."""
        kind = node_object.get("@type")
        if kind == "C_TERMINOLOGY_CODE":
            self.add_codes(node_object, node, terms)
            return
        if kind == "C_STRING" and attribute == "units":
            node.units += [str(each) for each in node_object.get("constraint") or []]
            return
        if kind in ("C_INTEGER", "C_REAL") and attribute in ("magnitude", "numerator"):
            node.ranges += [str(each).strip("|") for each in node_object.get("constraint") or []]
            return
        if permitted := _permitted(node_object):
            node.constraints.append(f"{attribute}: {permitted}")
        if pattern := node_object.get("patternConstraint"):
            node.constraints.append(f"{attribute}: {pattern}")
        if kind == "C_COMPLEX_OBJECT" and attribute == "value":
            node.value_types.append(str(node_object.get("rmTypeName")))
        for each in _objects(node_object, "attributeTuples"):
            names = [str(member.get("rmAttributeName")) for member in _objects(each, "members")]
            rows = [dict(zip(names, _objects(row, "members"), strict=False)) for row in _objects(each, "tuples")]
            if "units" in names and "magnitude" in names:
                pairs = [(_permitted(row.pop("units", {})), _permitted(row.pop("magnitude", {}))) for row in rows]
                node.add_quantities(pairs)
            for row in rows:
                for name, member in row.items():
                    self.add_value_constraints(member, name, node, terms)
        for each in _objects(node_object, "attributes"):
            for child in _objects(each, "children"):
                self.add_value_constraints(child, str(each.get("rmAttributeName")), node, terms)

    def add_codes(self, node_object: Json, node: ModelNode, terms: LocalTerms) -> None:
        """Add permitted codes: local, from a local value set, or of an external terminology with their terms."""
        terminology = str((node_object.get("terminologyId") or {}).get("value") or "local")
        external = node_object.get("includedExternalTerminologyCodes") or []
        for each in external:
            system = str(each.get("terminologyId") or terminology)
            texts = {"und": TermText(str(each.get("value") or ""))} if each.get("value") else {}
            node.permitted_codes.append(PermittedCode(terminology=system, code=str(each.get("code")), texts=texts))
        for code in node_object.get("constraint") or []:
            members = terms.value_sets.get(code)
            if members:
                node.permitted_codes += [PermittedCode(terminology="local", code=each) for each in members]
            elif not str(code).startswith("ac"):
                node.permitted_codes.append(PermittedCode(terminology=terminology, code=str(code)))
            elif not external and terminology != "local":
                node.value_sets.append(f"{terminology}: {code}")


def _root_code(overlay: Json | None) -> str:
    return str(overlay["definition"].get("nodeId") or "at0000") if overlay else "at0000"


def _text_value(node_object: Json, key: str) -> str:
    inside = node_object.get(key)
    return str(inside.get("value") or "") if isinstance(inside, dict) else str(inside or "")


def _objects(node_object: Json, key: str) -> list[Json]:
    return [each for each in node_object.get(key) or [] if isinstance(each, dict)]


def _web_template(template: Json, origin: Origin) -> Archetype:
    language = str(template.get("defaultLanguage") or "en")
    tree = template["tree"]
    found = Archetype(
        id=str(template["templateId"]),
        origin=origin,
        kind="web template",
        language=language,
        version=str(template.get("semVer") or ""),
        titles={lang: word.text for lang, word in _term_texts(tree, language).items()},
    )
    found.nodes = list(_web_nodes(tree, language, origin, 0))
    return found


def _web_nodes(node_object: Json, language: str, origin: Origin, depth: int) -> Iterator[ModelNode]:
    if depth > _MAX_DEPTH:
        raise InputError(origin, f"the tree is nested deeper than {_MAX_DEPTH} levels.", "Check the file.")
    most = node_object.get("max", 1)
    node = ModelNode(
        path=str(node_object.get("aqlPath") or "") or "/",
        rm_type=str(node_object.get("rmType") or ""),
        code=str(node_object.get("nodeId") or node_object.get("id") or ""),
        row=0,
        occurrences=f"{node_object.get('min', 0)}..{'*' if most == -1 else most}",
        texts=_term_texts(node_object, language),
    )
    # In a web template an element and its value are one node, with the value's type.
    if node.rm_type.startswith(("DV_", "CODE_")):
        node.value_types.append(node.rm_type)
    for system, bindings in (node_object.get("termBindings") or {}).items():
        target = str(bindings.get("value") if isinstance(bindings, dict) else bindings)
        node.bindings.append((str(system), bound_code(target)))
    for each in _objects(node_object, "inputs"):
        _add_web_input(each, node, language)
    yield node
    for child in _objects(node_object, "children"):
        yield from _web_nodes(child, language, origin, depth + 1)


def _add_web_input(node_object: Json, node: ModelNode, language: str) -> None:
    suffix, terminology = node_object.get("suffix"), str(node_object.get("terminology") or "local")
    node.ranges += _web_ranges(node_object)
    if pattern := (node_object.get("validation") or {}).get("pattern"):
        node.constraints.append(f"pattern: {pattern}")
    if terminology.startswith(("http", "//", "terminology:")):
        node.value_sets.append(terminology)
    for each in _objects(node_object, "list"):
        code = str(each.get("value", ""))
        if suffix == "unit":
            node.units.append(code)
            node.ranges += [f"{limit} {code}" for limit in _web_ranges(each)]
            continue
        texts = {lang: TermText(str(text)) for lang, text in (each.get("localizedLabels") or {}).items()}
        texts = texts or {language: TermText(str(each.get("label") or code))}
        permitted_code = PermittedCode(
            terminology=terminology, code=code, ordinal=str(each.get("ordinal", "")), texts=texts
        )
        for system, bindings in (each.get("termBindings") or {}).items():
            target = str(bindings.get("value") if isinstance(bindings, dict) else bindings)
            permitted_code.bindings.append((str(system), bound_code(target)))
        node.permitted_codes.append(permitted_code)


def _web_ranges(node_object: Json) -> list[str]:
    """Return the limits of an input or of one of its units, lowest first."""
    allowed = ((node_object.get("validation") or {}).get("range")) or {}
    limits = (("min", "minOp", ">="), ("max", "maxOp", "<="))
    return [f"{allowed.get(sign, default)}{allowed[side]}" for side, sign, default in limits if side in allowed]


def _permitted(node_object: Json) -> str:
    """Return the constraint of a primitive value in words: `ett, två`, `>=0.0`."""
    return ", ".join(each.strip("|") for each in string_list(node_object.get("constraint")))


def _term_texts(node_object: Json, language: str) -> dict[str, TermText]:
    descriptions = node_object.get("localizedDescriptions") or {}
    names = node_object.get("localizedNames") or {
        language: node_object.get("localizedName") or node_object.get("name") or node_object.get("id")
    }
    return {lang: TermText(str(text), str(descriptions.get(lang) or "")) for lang, text in names.items() if text}
