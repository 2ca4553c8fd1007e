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
from begrepp.sources.meter import meter
from loaders.openehr.model import Archetype, LocalTerms, ModelNode, PermittedCode, TermText, add_terms

_MAX_BYTES = 200 * 1024**2
_MAX_DEPTH = 100
Json = dict[str, Any]


def read_json_template(path: Path, archetype_terms: Mapping[str, LocalTerms]) -> Archetype:
    """Read a template. `archetype_terms` are the terms of the archetypes among the files, by id."""
    if path.stat().st_size > _MAX_BYTES:
        raise InputError(path, f"the file is larger than {_MAX_BYTES:,} bytes.", "Check that you added the right file.")
    try:
        said = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise InputError(
            Origin(path.name, error.lineno), f"it is not well-formed JSON ({error.msg}).", "Fetch the file again."
        ) from None
    except (UnicodeDecodeError, RecursionError) as error:
        raise InputError(path, f"it is not JSON in UTF-8 ({error}).", "Fetch the file again.") from None
    meter().bytes += path.stat().st_size
    if isinstance(said, dict) and said.get("@type") == "TEMPLATE":
        archetype = _TemplateReader(said, Origin(path.name), archetype_terms).read()
    elif isinstance(said, dict) and isinstance(said.get("tree"), dict) and "templateId" in said:
        archetype = _web_template(said, Origin(path.name))
    else:
        raise InputError(
            path,
            "it is neither a template of Archetype Designer (@type TEMPLATE) nor a web template (templateId, tree).",
            "Check that you added the right file.",
        )
    meter().rows += len(archetype.nodes)
    return archetype


@dataclass(slots=True)
class _TemplateReader:
    said: Json
    origin: Origin
    archetype_terms: Mapping[str, LocalTerms]

    def read(self) -> Archetype:
        said = self.said
        id_ = _text_value(said, "archetypeId") or str(said.get("templateId") or "")
        if not id_ or not isinstance(said.get("definition"), dict):
            raise InputError(self.origin, "the template has no archetypeId or no definition.", "Export it again.")
        overlays = {_text_value(each, "archetypeId"): each for each in _objects(said, "templateOverlays")}
        read_terms = self.read_terms(said)
        language = str((said.get("originalLanguage") or {}).get("codeString") or "en")
        about = (said.get("description") or {}).get("otherDetails") or {}
        found = Archetype(
            id=str(said.get("templateId") or id_),
            origin=self.origin,
            kind="template",
            language=language,
            version=str(about.get("sem_ver") or ""),
            licence=str(about.get("licence") or ""),
            publisher=str(about.get("custodian_organisation") or ""),
            parent=str(said.get("parentArchetypeId") or ""),
            titles={language: str(said.get("templateId") or id_)},
        )
        self.collect_nodes(said["definition"], "", overlays, read_terms, found.nodes, 0)
        if not found.nodes:
            raise InputError(self.origin, "the template holds no nodes.", "Export it again.")
        return found

    def read_terms(self, said: Json) -> LocalTerms:
        """Return the terms of a template or overlay, with those of its archetype as parent."""
        read_terms = LocalTerms()
        terminology = said.get("terminology") or {}
        for language, words in (terminology.get("termDefinitions") or {}).items():
            for code, word in words.items():
                read_terms.add_text(
                    code,
                    language,
                    TermText(
                        *(" ".join(str(word.get(key) or "").split()) for key in ("text", "description", "comment"))
                    ),
                )
        for system, bound in (terminology.get("termBindings") or {}).items():
            for code, target in bound.items():
                read_terms.add_binding(code, system, str(target).rpartition("::")[2].strip("[]").rpartition("/")[2])
        for id_, value_set in (terminology.get("valueSets") or {}).items():
            read_terms.value_sets[id_] = [str(each) for each in value_set.get("members") or []]
        read_terms.parent = self.archetype_terms.get(str(said.get("parentArchetypeId") or ""))
        return read_terms

    def collect_nodes(
        self,
        said: Json,
        path: str,
        overlays: Mapping[str, Json],
        read_terms: LocalTerms,
        found: list[ModelNode],
        depth: int,
    ) -> None:
        """Collect a node and its descendants; nodes that occur 0..0 are prohibited and left out."""
        if depth > _MAX_DEPTH:
            raise InputError(self.origin, f"the template is nested deeper than {_MAX_DEPTH} levels.", "Check the file.")
        occurrences = str(said.get("occurrences") or "1..1")
        if occurrences == "0..0":
            return
        node = ModelNode(
            path=path or "/",
            rm_type=str(said.get("rmTypeName") or ""),
            code=str(said.get("nodeId") or ""),
            row=0,
            occurrences=occurrences,
        )
        found.append(node)
        if reference := str(said.get("archetypeRef") or ""):
            overlay = overlays.get(reference)
            own = self.read_terms(overlay) if overlay else LocalTerms()
            if overlay is None:
                own.parent = self.archetype_terms.get(reference)
            original = str(overlay.get("parentArchetypeId") or reference) if overlay else reference
            # The root of another archetype: its name is that in the template, or the archetype's.
            node.path = f"{path.rpartition('[')[0]}[{original}]"
            node.words = {
                **own.texts_of("at0000"),
                **own.texts_of(_root_code(overlay)),
                **read_terms.texts_of(node.code),
            }
            said, read_terms, path = (overlay["definition"] if overlay else said), own, node.path
        add_terms([node], read_terms)
        for attribute in _objects(said, "attributes"):
            name = str(attribute.get("rmAttributeName"))
            for child in _objects(attribute, "children"):
                if child.get("nodeId"):
                    self.collect_nodes(
                        child, f"{path}/{name}[{child['nodeId']}]", overlays, read_terms, found, depth + 1
                    )
                elif child.get("occurrences") != "0..0":
                    self.add_value_constraints(child, name, node, read_terms)
        add_terms([node], read_terms)

    def add_value_constraints(self, said: Json, attribute: str, node: ModelNode, read_terms: LocalTerms) -> None:
        """Add the constraints on a node's value: types, codes, units and ranges."""
        kind = said.get("@type")
        if kind == "C_TERMINOLOGY_CODE":
            self.add_codes(said, node, read_terms)
            return
        if kind == "C_STRING" and attribute == "units":
            node.units += [str(each) for each in said.get("constraint") or []]
            return
        if kind in ("C_INTEGER", "C_REAL") and attribute in ("magnitude", "numerator"):
            node.ranges += [str(each).strip("|") for each in said.get("constraint") or []]
            return
        if kind == "C_COMPLEX_OBJECT" and attribute == "value":
            node.value_types.append(str(said.get("rmTypeName")))
        for each in _objects(said, "attributeTuples"):
            names = [str(member.get("rmAttributeName")) for member in _objects(each, "members")]
            for row in _objects(each, "tuples"):
                for name, member in zip(names, _objects(row, "members"), strict=False):
                    self.add_value_constraints(member, name, node, read_terms)
        for each in _objects(said, "attributes"):
            for child in _objects(each, "children"):
                self.add_value_constraints(child, str(each.get("rmAttributeName")), node, read_terms)

    def add_codes(self, said: Json, node: ModelNode, read_terms: LocalTerms) -> None:
        """Add permitted codes: local, from a local value set, or of an external terminology with their terms."""
        terminology = str((said.get("terminologyId") or {}).get("value") or "local")
        outside = said.get("includedExternalTerminologyCodes") or []
        for each in outside:
            system = str(each.get("terminologyId") or terminology)
            words = {"und": TermText(str(each.get("value") or ""))} if each.get("value") else {}
            node.choices.append(PermittedCode(terminology=system, code=str(each.get("code")), words=words))
        for code in said.get("constraint") or []:
            members = read_terms.value_sets.get(code)
            if members:
                node.choices += [PermittedCode(terminology="local", code=each) for each in members]
            elif not str(code).startswith("ac"):
                node.choices.append(PermittedCode(terminology=terminology, code=str(code)))
            elif not outside and terminology != "local":
                node.value_sets.append(f"{terminology}: {code}")


def _root_code(overlay: Json | None) -> str:
    return str(overlay["definition"].get("nodeId") or "at0000") if overlay else "at0000"


def _text_value(said: Json, key: str) -> str:
    inside = said.get(key)
    return str(inside.get("value") or "") if isinstance(inside, dict) else str(inside or "")


def _objects(said: Json, key: str) -> list[Json]:
    return [each for each in said.get(key) or [] if isinstance(each, dict)]


def _web_template(said: Json, origin: Origin) -> Archetype:
    language = str(said.get("defaultLanguage") or "en")
    tree = said["tree"]
    found = Archetype(
        id=str(said["templateId"]),
        origin=origin,
        kind="web template",
        language=language,
        version=str(said.get("semVer") or ""),
        titles={lang: word.text for lang, word in _term_texts(tree, language).items()},
    )
    found.nodes = list(_web_nodes(tree, language, origin, 0))
    return found


def _web_nodes(said: Json, language: str, origin: Origin, depth: int) -> Iterator[ModelNode]:
    if depth > _MAX_DEPTH:
        raise InputError(origin, f"the tree is nested deeper than {_MAX_DEPTH} levels.", "Check the file.")
    most = said.get("max", 1)
    node = ModelNode(
        path=str(said.get("aqlPath") or "") or "/",
        rm_type=str(said.get("rmType") or ""),
        code=str(said.get("nodeId") or said.get("id") or ""),
        row=0,
        occurrences=f"{said.get('min', 0)}..{'*' if most == -1 else most}",
        words=_term_texts(said, language),
    )
    # In a web template an element and its value are one node, with the value's type.
    if node.rm_type.startswith(("DV_", "CODE_")):
        node.value_types.append(node.rm_type)
    for system, bound in (said.get("termBindings") or {}).items():
        target = str(bound.get("value") if isinstance(bound, dict) else bound)
        node.bound.append((str(system), target.rpartition("::")[2].strip("[]")))
    for each in _objects(said, "inputs"):
        _add_web_input(each, node, language)
    yield node
    for child in _objects(said, "children"):
        yield from _web_nodes(child, language, origin, depth + 1)


def _add_web_input(said: Json, node: ModelNode, language: str) -> None:
    suffix, terminology = said.get("suffix"), str(said.get("terminology") or "local")
    allowed = ((said.get("validation") or {}).get("range")) or {}
    if allowed:
        node.ranges.append(f"{allowed.get('minOp', '>=')}{allowed['min']}" if "min" in allowed else "")
        node.ranges.append(f"{allowed.get('maxOp', '<=')}{allowed['max']}" if "max" in allowed else "")
        node.ranges = [each for each in node.ranges if each]
    if terminology.startswith(("http", "//", "terminology:")):
        node.value_sets.append(terminology)
    for each in _objects(said, "list"):
        code = str(each.get("value", ""))
        if suffix == "unit":
            node.units.append(code)
            continue
        words = {lang: TermText(str(text)) for lang, text in (each.get("localizedLabels") or {}).items()}
        words = words or {language: TermText(str(each.get("label") or code))}
        choice = PermittedCode(terminology=terminology, code=code, ordinal=str(each.get("ordinal") or ""), words=words)
        for system, bound in (each.get("termBindings") or {}).items():
            target = str(bound.get("value") if isinstance(bound, dict) else bound)
            choice.bound.append((str(system), target.rpartition("::")[2].strip("[]")))
        node.choices.append(choice)


def _term_texts(said: Json, language: str) -> dict[str, TermText]:
    descriptions = said.get("localizedDescriptions") or {}
    names = said.get("localizedNames") or {language: said.get("localizedName") or said.get("name") or said.get("id")}
    return {lang: TermText(str(text), str(descriptions.get(lang) or "")) for lang, text in names.items() if text}
