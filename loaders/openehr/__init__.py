"""openEHR: archetypes in ADL 1.4, templates of Archetype Designer, web templates and operational templates.

A format: `source.toml` beside the files says who publishes them and under what licence. Each becomes a structure, its
nodes elements with their openEHR paths; local codes are lists of that structure (`at0001` means another thing in
every archetype), and term bindings link nodes and codes to concepts. A template that names codes of a terminology
(`SNOMED-CT`) links its values to them. https://specifications.openehr.org/
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
    Home,
    Link,
    Record,
    Redistribution,
    Skipped,
    Source,
    Structure,
    Text,
)
from begrepp.sources.editions import data_files
from loaders.declaration.source_toml import (
    DeclaredRights,
    EditionDates,
    read_declaration,
    read_edition_dates,
    read_rights,
    slug,
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
    """Each archetype or template as a structure, archetypes first: templates take their words from them."""
    keys = read_declaration(edition, declared)
    known = read_rights(keys)
    dates = read_edition_dates(keys, edition)
    systems = {system: str(target) for system, target in keys.table("systems").take_rest()}
    keys.done()
    ids: dict[str, Origin] = {}
    terms: dict[str, LocalTerms] = {}
    for path in sorted(data_files(edition), key=lambda each: (each.suffix != ".adl", each.name)):
        archetype = _read(path, terms)
        if isinstance(archetype, Skipped):
            yield archetype
            continue
        id_ = f"{slug(archetype.id)}{'-web-template' if archetype.kind == 'web template' else ''}"
        if id_ in ids:
            raise InputError(
                archetype.origin, f"'{archetype.id}' stands already in {ids[id_]}.", "Add one of the two files only."
            )
        ids[id_] = archetype.origin
        yield from _Model(archetype, id_, known, dates, systems).records()
    if not ids:
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            "there is neither an archetype nor a template.",
            f"Add files of openEHR: {SOURCE.reads}.",
        )


def _read(path: Path, terms: dict[str, LocalTerms]) -> Archetype | Skipped:
    if path.suffix == ".adl":
        archetype, own = read_adl(path)
        own.above = terms.get(archetype.parent)
        terms[archetype.id] = own
        return archetype
    if path.suffix == ".json":
        return read_json_template(path, terms)
    if path.suffix == ".opt":
        return read_opt(path)
    return Skipped(origin=Origin(path.name), reason=f"'{path.suffix}' is no archetype or template that begrepp reads.")


@dataclass(slots=True)
class _Model:
    """One archetype or template on its way to records."""

    of: Archetype
    id: str
    known: DeclaredRights
    dates: EditionDates
    systems: dict[str, str]

    def records(self) -> Iterator[Record]:
        of = self.of
        named = tuple(Text(words, lang) for lang, words in of.titles.items() if words) or (Text(of.id, of.language),)
        yield Structure(
            id=self.id,
            version=self.dates.version,
            origin=of.origin,
            titles=named,
            kind=of.kind,
            publisher=self.known.publisher,
            licence=self.known.licence,
            valid_from=self.dates.valid_from,
            redistribution=self.known.redistribution,
            specification=of.id,
            descriptions=tuple(Text(words, lang) for lang, words in of.purposes.items()),
            identifiers=(f"{of.id} {of.version}",) if of.version else (),
        )
        paths: dict[str, int] = {}
        lists: dict[str, str] = {}
        for node in of.nodes:
            # A template may hold the same archetype at the same place several times, under other names.
            paths[node.path] = paths.get(node.path, 0) + 1
            path = node.path if paths[node.path] == 1 else f"{node.path}#{paths[node.path]}"
            yield from self._list(node, path, lists)
            yield self._element(node, path, lists.get(path, ""))

    def _origin(self, node: ModelNode) -> Origin:
        return Origin(self.of.origin.file, node.row)

    def _titles(self, words: TermTexts, instead: str) -> tuple[Text, ...]:
        found = tuple(Text(word.text, lang) for lang, word in words.items() if word.text)
        return found or (Text(instead, "und"),)

    def _element(self, node: ModelNode, path: str, code_list: str) -> Element:
        least, _, most = node.occurrences.partition("..")
        named = node.path.rpartition("[")[2].rstrip("]") or node.rm_type
        return Element(
            structure=self.id,
            path=path,
            origin=self._origin(node),
            titles=self._titles(node.words, named),
            descriptions=tuple(Text(word.description, lang) for lang, word in node.words.items() if word.description),
            parent=path.rpartition("/")[0] or ("/" if path != "/" else ""),
            datatype=" | ".join(dict.fromkeys(node.value_types)) or node.rm_type,
            min_card=least.strip(),
            max_card=most.strip(),
            unit=node.units[0] if len(set(node.units)) == 1 else "",
            measures=self._links(node.bound),
            code_list=code_list,
            bindings=tuple(each for each in node.value_sets if ":/" in each or each.startswith("terminology:")),
            notes=tuple(_notes(node)),
        )

    def _list(self, node: ModelNode, path: str, lists: dict[str, str]) -> Iterator[Record]:
        """The codes that a node permits."""
        values: dict[str, CodedValue] = {}
        for choice in node.choices:
            links = self._links(choice.bound)
            if choice.terminology not in ("local", "local_terms"):
                outside = concept_reference(choice.terminology, choice.code, self.systems)
                if "snomed.info" in outside and not choice.code.isdecimal():
                    reason = f"'{choice.code}' at {path} is no code of {choice.terminology}."
                    yield Skipped(origin=self._origin(node), reason=reason)
                    continue
                links = (Link(concept=outside, source=choice.terminology), *links) if outside else links
            values.setdefault(choice.code, self._value(choice, links))
        if values:
            lists[path] = path.strip("/") or node.code
            yield CodeList(
                home=Home(structure=self.id),
                id=lists[path],
                origin=self._origin(node),
                titles=self._titles(node.words, node.code),
                values=tuple(values.values()),
            )

    def _value(self, choice: PermittedCode, links: tuple[Link, ...]) -> CodedValue:
        return CodedValue(
            code=choice.code,
            labels=self._titles(choice.words, choice.code),
            definitions=tuple(
                Text(word.description, lang)
                for lang, word in choice.words.items()
                if word.description and word.description != word.text
            ),
            number=choice.ordinal if _NUMBER.fullmatch(choice.ordinal) else "",
            matches=links,
        )

    def _links(self, bound: list[TermBinding]) -> tuple[Link, ...]:
        found = {
            concept: Link(concept=concept, source=f"term_bindings {terminology}")
            for terminology, code in bound
            if (concept := concept_reference(terminology, code, self.systems))
        }
        return tuple(found.values())


def _notes(node: ModelNode) -> Iterator[Text]:
    for lang, word in node.words.items():
        if word.comment:
            yield Text(word.comment, lang)
    if len(set(node.units)) > 1:
        yield Text(f"units: {', '.join(dict.fromkeys(node.units))}", "und")
    for each in dict.fromkeys(node.ranges):
        yield Text(f"range: {each}", "und")
    for pattern in node.fillers:
        yield Text(f"archetype slot: {pattern}", "und")
    if node.same_as:
        yield Text(f"use_node: {node.same_as}", "und")
    for each in node.value_sets:
        if not (":/" in each or each.startswith("terminology:")):
            yield Text(f"value set: {each}", "und")
