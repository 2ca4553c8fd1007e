"""openEHR archetypes in ADL 1.4, Archetype Designer templates, web templates and operational templates.

A format: `source.toml` beside the files gives publisher and licence. Each archetype or template becomes a structure;
its nodes become elements with openEHR paths. Local codes become code lists of the structure (`at0001` differs in
meaning between archetypes). Term bindings, and codes of a terminology in a template (`SNOMED-CT`), become links to
concepts. https://specifications.openehr.org/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.records import (
    CodedValue,
    CodeList,
    EditionFiles,
    Element,
    Link,
    ListOwner,
    Record,
    Redistribution,
    Skipped,
    Source,
    Structure,
    Text,
)
from begrepp.sources.editions import data_files
from loaders.declaration.agents import slug
from loaders.declaration.source_toml import (
    DeclaredRights,
    EditionDates,
    read_declaration,
    read_edition_dates,
    read_rights,
)
from loaders.openehr.adl import read_adl
from loaders.openehr.json_templates import read_json_template
from loaders.openehr.model import Archetype, LocalTerms, ModelNode, PermittedCode, TermBinding, TermTexts
from loaders.openehr.opt import read_opt
from loaders.support.agencies import BEGREPP
from loaders.support.code_systems import concept_reference

SOURCE = Source(
    id="openehr",
    title="Arketyper och mallar i openEHR",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://specifications.openehr.org/",
    reads="archetypes (.adl), templates (.t.json), web templates (.json) and operational templates (.opt)",
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """Yield each archetype or template as a structure; archetypes first, since templates use their terms."""
    declaration = read_declaration(edition, declared)
    rights = read_rights(declaration)
    dates = read_edition_dates(declaration, edition)
    systems = {system: str(target) for system, target in declaration.table("systems").take_rest()}
    declaration.done()
    ids: dict[str, Origin] = {}
    terms: dict[str, LocalTerms] = {}
    for path in sorted(data_files(edition), key=lambda file: (file.suffix != ".adl", file.name)):
        archetype = _read(path, terms)
        if isinstance(archetype, Skipped):
            yield archetype
            continue
        id_ = f"{slug(archetype.id)}{'-web-template' if archetype.kind == 'web template' else ''}"
        if id_ in ids:
            raise InputError(
                archetype.origin, f"'{archetype.id}' already occurs in {ids[id_]}.", "Add one of the two files only."
            )
        ids[id_] = archetype.origin
        yield from _StructureConverter(archetype, id_, rights, dates, systems).records()
    if not ids:
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            "there is neither an archetype nor a template.",
            f"Add files of openEHR: {SOURCE.reads}.",
        )


def _read(path: Path, terms: dict[str, LocalTerms]) -> Archetype | Skipped:
    if path.suffix == ".adl":
        archetype, terms_of_archetype = read_adl(path)
        terms_of_archetype.parent = terms.get(archetype.parent)
        terms[archetype.id] = terms_of_archetype
        return archetype
    if path.suffix == ".json":
        return read_json_template(path, terms)
    if path.suffix == ".opt":
        return read_opt(path)
    return Skipped(origin=Origin(path.name), reason=f"'{path.suffix}' is not a supported archetype or template.")


@dataclass(slots=True)
class _StructureConverter:
    """Converts an archetype or template to records."""

    archetype: Archetype
    id: str
    rights: DeclaredRights
    dates: EditionDates
    systems: dict[str, str]

    def records(self) -> Iterator[Record]:
        archetype = self.archetype
        titles = tuple(Text(texts, lang) for lang, texts in archetype.titles.items() if texts) or (
            Text(archetype.id, archetype.language),
        )
        yield Structure(
            id=self.id,
            version=self.dates.version,
            origin=archetype.origin,
            titles=titles,
            kind=archetype.kind,
            publisher=self.rights.publisher,
            licence=self.rights.licence,
            valid_from=self.dates.valid_from,
            redistribution=self.rights.redistribution,
            specification=archetype.id,
            descriptions=tuple(Text(texts, lang) for lang, texts in archetype.purposes.items()),
            identifiers=(f"{archetype.id} {archetype.version}",) if archetype.version else (),
        )
        paths: dict[str, int] = {}
        lists: dict[str, str] = {}
        for node in archetype.nodes:
            # A template may contain an archetype several times at the same path, under different names.
            paths[node.path] = paths.get(node.path, 0) + 1
            path = node.path if paths[node.path] == 1 else f"{node.path}#{paths[node.path]}"
            yield from self._list(node, path, lists)
            yield self._element(node, path, lists.get(path, ""))

    def _origin(self, node: ModelNode) -> Origin:
        return Origin(self.archetype.origin.file, node.row)

    def _titles(self, texts: TermTexts, default: str) -> tuple[Text, ...]:
        titles = tuple(Text(text.text, lang) for lang, text in texts.items() if text.text)
        return titles or (Text(default, "und"),)

    def _element(self, node: ModelNode, path: str, code_list: str) -> Element:
        minimum, _, maximum = node.occurrences.partition("..")
        name = node.path.rpartition("[")[2].rstrip("]") or node.rm_type
        return Element(
            structure=self.id,
            path=path,
            origin=self._origin(node),
            titles=self._titles(node.texts, name),
            descriptions=tuple(Text(word.description, lang) for lang, word in node.texts.items() if word.description),
            parent=path.rpartition("/")[0] or ("/" if path != "/" else ""),
            datatype=" | ".join(dict.fromkeys(node.value_types)) or node.rm_type,
            min_card=minimum.strip(),
            max_card=maximum.strip(),
            unit=node.units[0] if len(set(node.units)) == 1 else "",
            measures=self._links(node.bindings),
            code_list=code_list,
            bindings=tuple(each for each in node.value_sets if ":/" in each or each.startswith("terminology:")),
            notes=tuple(_notes(node)),
        )

    def _list(self, node: ModelNode, path: str, lists: dict[str, str]) -> Iterator[Record]:
        """Yield the code list of a node, and report invalid codes."""
        values: dict[str, CodedValue] = {}
        for permitted_code in node.permitted_codes:
            links = self._links(permitted_code.bindings)
            if permitted_code.terminology not in ("local", "local_terms"):
                reference = concept_reference(permitted_code.terminology, permitted_code.code, self.systems)
                if "snomed.info" in reference and not permitted_code.code.isdecimal():
                    reason = f"'{permitted_code.code}' at {path} is no code of {permitted_code.terminology}."
                    yield Skipped(origin=self._origin(node), reason=reason)
                    continue
                links = (Link(concept=reference, source=permitted_code.terminology), *links) if reference else links
            values.setdefault(permitted_code.code, self._value(permitted_code, links))
        if values:
            lists[path] = path.strip("/") or node.code
            yield CodeList(
                owner=ListOwner(structure=self.id),
                id=lists[path],
                origin=self._origin(node),
                titles=self._titles(node.texts, node.code),
                values=tuple(values.values()),
            )

    def _value(self, permitted_code: PermittedCode, links: tuple[Link, ...]) -> CodedValue:
        return CodedValue(
            code=permitted_code.code,
            labels=self._titles(permitted_code.texts, permitted_code.code),
            definitions=tuple(
                Text(word.description, lang)
                for lang, word in permitted_code.texts.items()
                if word.description and word.description != word.text
            ),
            number=permitted_code.ordinal if _NUMBER.fullmatch(permitted_code.ordinal) else "",
            matches=links,
        )

    def _links(self, bindings: list[TermBinding]) -> tuple[Link, ...]:
        found = {
            concept: Link(concept=concept, source=f"term_bindings {terminology}")
            for terminology, code in bindings
            if (concept := concept_reference(terminology, code, self.systems))
        }
        return tuple(found.values())


def _notes(node: ModelNode) -> Iterator[Text]:
    for lang, word in node.texts.items():
        if word.comment:
            yield Text(word.comment, lang)
    if len(set(node.units)) > 1:
        yield Text(f"units: {', '.join(dict.fromkeys(node.units))}", "und")
    for each in dict.fromkeys(node.ranges):
        yield Text(f"range: {each}", "und")
    for each in dict.fromkeys(node.constraints):
        yield Text(each, "und")
    for pattern in node.fillers:
        yield Text(f"archetype slot: {pattern}", "und")
    for name, part in node.attributes:
        yield from _attribute_notes(name, part)
    if node.same_as:
        yield Text(f"use_node: {node.same_as}", "und")
    for each in node.value_sets:
        if not (":/" in each or each.startswith("terminology:")):
            yield Text(f"value set: {each}", "und")


def _attribute_notes(name: str, part: ModelNode) -> Iterator[Text]:
    """Yield the constraints of an attribute beside the value: `name: DV_CODED_TEXT, Left (at0010), Right (at0011)`."""
    words = [*dict.fromkeys(part.units), *part.ranges, *part.constraints, *part.value_sets]
    for lang in dict.fromkeys(lang for each in part.permitted_codes for lang in each.texts) or ("und",):
        codes = [
            f"{each.texts[lang].text} ({each.code})" if lang in each.texts else f"{each.terminology}::{each.code}"
            for each in part.permitted_codes
        ]
        if listed := [*dict.fromkeys(part.value_types), *codes, *words]:
            yield Text(f"{name}: {', '.join(listed)}", lang)
    for inner, each in part.attributes:
        yield from _attribute_notes(f"{name}/{inner}", each)
