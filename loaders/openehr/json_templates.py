"""openEHR templates in JSON: those of Archetype Designer (`.t.json`) and web templates.

A template names its archetypes and says how each is narrowed (`templateOverlays`); what it leaves as it is, and what
a code is called, stands in the archetypes themselves, which are read along if they lie beside it. A web template is
whole. https://specifications.openehr.org/releases/ITS-REST/latest/simplified_data_template.html
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


def read_json_template(path: Path, known: Mapping[str, LocalTerms]) -> Archetype:
    """A template; `known` are the terms of the archetypes that lie beside it, by id."""
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
        archetype = _Template(said, Origin(path.name), known).read()
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


# Templates of Archetype Designer.


@dataclass(slots=True)
class _Template:
    said: Json
    origin: Origin
    known: Mapping[str, LocalTerms]

    def read(self) -> Archetype:
        said = self.said
        id_ = _value(said, "archetypeId") or str(said.get("templateId") or "")
        if not id_ or not isinstance(said.get("definition"), dict):
            raise InputError(self.origin, "the template has no archetypeId or no definition.", "Export it again.")
        overlays = {_value(each, "archetypeId"): each for each in _list(said, "templateOverlays")}
        terms = self.terms(said)
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
        self.walk(said["definition"], "", overlays, terms, found.nodes, 0)
        if not found.nodes:
            raise InputError(self.origin, "the template holds no nodes.", "Export it again.")
        return found

    def terms(self, said: Json) -> LocalTerms:
        """The terms of the template or of an overlay, above them those of the archetype that it narrows."""
        terms = LocalTerms()
        terminology = said.get("terminology") or {}
        for language, words in (terminology.get("termDefinitions") or {}).items():
            for code, word in words.items():
                terms.say(
                    code,
                    language,
                    TermText(
                        *(" ".join(str(word.get(key) or "").split()) for key in ("text", "description", "comment"))
                    ),
                )
        for system, bound in (terminology.get("termBindings") or {}).items():
            for code, target in bound.items():
                terms.bind(code, system, str(target).rpartition("::")[2].strip("[]").rpartition("/")[2])
        for id_, value_set in (terminology.get("valueSets") or {}).items():
            terms.value_sets[id_] = [str(each) for each in value_set.get("members") or []]
        terms.above = self.known.get(str(said.get("parentArchetypeId") or ""))
        return terms

    def walk(
        self, said: Json, path: str, overlays: Mapping[str, Json], terms: LocalTerms, found: list[ModelNode], depth: int
    ) -> None:
        """A node and those below it; what occurs 0..0 is ruled out with all that it holds."""
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
            own = self.terms(overlay) if overlay else LocalTerms()
            if overlay is None:
                own.above = self.known.get(reference)
            original = str(overlay.get("parentArchetypeId") or reference) if overlay else reference
            # A node of its own, called in the template or as the archetype is called.
            node.path = f"{path.rpartition('[')[0]}[{original}]"
            node.words = {**own.of("at0000"), **own.of(_code(overlay)), **terms.of(node.code)}
            said, terms, path = (overlay["definition"] if overlay else said), own, node.path
        add_terms([node], terms)
        for attribute in _list(said, "attributes"):
            name = str(attribute.get("rmAttributeName"))
            for child in _list(attribute, "children"):
                if child.get("nodeId"):
                    self.walk(child, f"{path}/{name}[{child['nodeId']}]", overlays, terms, found, depth + 1)
                elif child.get("occurrences") != "0..0":
                    self.value(child, name, node, terms)
        add_terms([node], terms)

    def value(self, said: Json, attribute: str, node: ModelNode, terms: LocalTerms) -> None:
        """What constrains the value of a node: types, codes, units and ranges."""
        kind = said.get("@type")
        if kind == "C_TERMINOLOGY_CODE":
            self.codes(said, node, terms)
            return
        if kind == "C_STRING" and attribute == "units":
            node.units += [str(each) for each in said.get("constraint") or []]
            return
        if kind in ("C_INTEGER", "C_REAL") and attribute in ("magnitude", "numerator"):
            node.ranges += [str(each).strip("|") for each in said.get("constraint") or []]
            return
        if kind == "C_COMPLEX_OBJECT" and attribute == "value":
            node.value_types.append(str(said.get("rmTypeName")))
        for each in _list(said, "attributeTuples"):
            names = [str(member.get("rmAttributeName")) for member in _list(each, "members")]
            for row in _list(each, "tuples"):
                for name, member in zip(names, _list(row, "members"), strict=False):
                    self.value(member, name, node, terms)
        for each in _list(said, "attributes"):
            for child in _list(each, "children"):
                self.value(child, str(each.get("rmAttributeName")), node, terms)

    def codes(self, said: Json, node: ModelNode, terms: LocalTerms) -> None:
        """Codes by name, through a local value set, or of another terminology with their words."""
        terminology = str((said.get("terminologyId") or {}).get("value") or "local")
        outside = said.get("includedExternalTerminologyCodes") or []
        for each in outside:
            system = str(each.get("terminologyId") or terminology)
            words = {"und": TermText(str(each.get("value") or ""))} if each.get("value") else {}
            node.choices.append(PermittedCode(terminology=system, code=str(each.get("code")), words=words))
        for code in said.get("constraint") or []:
            members = terms.value_sets.get(code)
            if members:
                node.choices += [PermittedCode(terminology="local", code=each) for each in members]
            elif not str(code).startswith("ac"):
                node.choices.append(PermittedCode(terminology=terminology, code=str(code)))
            elif not outside and terminology != "local":
                node.value_sets.append(f"{terminology}: {code}")


def _code(overlay: Json | None) -> str:
    return str(overlay["definition"].get("nodeId") or "at0000") if overlay else "at0000"


def _value(said: Json, key: str) -> str:
    inside = said.get(key)
    return str(inside.get("value") or "") if isinstance(inside, dict) else str(inside or "")


def _list(said: Json, key: str) -> list[Json]:
    return [each for each in said.get(key) or [] if isinstance(each, dict)]


# Web templates.


def _web_template(said: Json, origin: Origin) -> Archetype:
    language = str(said.get("defaultLanguage") or "en")
    tree = said["tree"]
    found = Archetype(
        id=str(said["templateId"]),
        origin=origin,
        kind="web template",
        language=language,
        version=str(said.get("semVer") or ""),
        titles={lang: word.text for lang, word in _names(tree, language).items()},
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
        words=_names(said, language),
    )
    # In a web template an element and its value are one node, of the value's type.
    if node.rm_type.startswith(("DV_", "CODE_")):
        node.value_types.append(node.rm_type)
    for system, bound in (said.get("termBindings") or {}).items():
        target = str(bound.get("value") if isinstance(bound, dict) else bound)
        node.bound.append((str(system), target.rpartition("::")[2].strip("[]")))
    for each in _list(said, "inputs"):
        _web_input(each, node, language)
    yield node
    for child in _list(said, "children"):
        yield from _web_nodes(child, language, origin, depth + 1)


def _web_input(said: Json, node: ModelNode, language: str) -> None:
    suffix, terminology = said.get("suffix"), str(said.get("terminology") or "local")
    allowed = ((said.get("validation") or {}).get("range")) or {}
    if allowed:
        node.ranges.append(f"{allowed.get('minOp', '>=')}{allowed['min']}" if "min" in allowed else "")
        node.ranges.append(f"{allowed.get('maxOp', '<=')}{allowed['max']}" if "max" in allowed else "")
        node.ranges = [each for each in node.ranges if each]
    if terminology.startswith(("http", "//", "terminology:")):
        node.value_sets.append(terminology)
    for each in _list(said, "list"):
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


def _names(said: Json, language: str) -> dict[str, TermText]:
    descriptions = said.get("localizedDescriptions") or {}
    names = said.get("localizedNames") or {language: said.get("localizedName") or said.get("name") or said.get("id")}
    return {lang: TermText(str(text), str(descriptions.get(lang) or "")) for lang, text in names.items() if text}
