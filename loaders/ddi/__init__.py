"""Study documentation in DDI: Codebook 1.x and 2.5, Lifecycle 3.2 and 3.3 (instances or fragments).

A format: `source.toml` beside the file gives publisher and licence; `[dataset]` adds to or overrides the file's
description of the study. Loads variables with questions, codes and separate codes for missing values, and the
represented and conceptual variables of DDI Lifecycle. Statistics of the data are not loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.records import (
    ConceptualVariable,
    Dataset,
    EditionFiles,
    Link,
    ListOwner,
    Record,
    Redistribution,
    RepresentedVariable,
    Skipped,
    Source,
    Table,
    Text,
    Variable,
)
from begrepp.sources.editions import data_files
from begrepp.sources.row_faults import add_remark
from begrepp.sources.xml import read_root_name
from loaders.ddi.codebook import read_codebook
from loaders.ddi.lifecycle import read_lifecycle
from loaders.ddi.model import CascadeVariable, DdiStudy, DdiVariable
from loaders.declaration.agents import slug
from loaders.declaration.dataset import read_dataset
from loaders.declaration.source_toml import join_names, read_declaration
from loaders.support.agencies import BEGREPP
from loaders.support.code_lists import CodeListRegistry
from loaders.support.code_systems import concept_reference
from loaders.support.editions import note_unread_files

SOURCE = Source(
    id="ddi",
    title="Studie i DDI",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://ddialliance.org/",
    reads="DDI Codebook 1.x or 2.5, or DDI Lifecycle 3.2 or 3.3, as .xml",
)
_READERS = {"codeBook": read_codebook, "DDIInstance": read_lifecycle, "FragmentInstance": read_lifecycle}


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """Yield the study as a dataset, its conceptual and represented variables, and the variables of its files."""
    declaration = read_declaration(edition, declared)
    language = declaration.language("language") or "und"
    systems = {system: str(target) for system, target in declaration.table("systems").take_rest()}
    files = [path for path in data_files(edition) if path.suffix.lower() == ".xml"]
    if len(files) != 1:
        names = join_names([path.name for path in files])
        raise InputError(
            declaration.origin, f"there are {len(files)} XML files ({names}).", "Add one study to an edition."
        )
    note_unread_files(edition, ".xml")
    study = _read(files[0], language)
    declaration.set_defaults("dataset", _dataset_defaults(study))
    tables = tuple(
        Table(id=slug(t.id) or "data", titles=t.titles or study.titles, descriptions=t.descriptions)
        for t in study.tables
    )
    dataset = replace(read_dataset(declaration, edition, tables), is_study=True)
    declaration.done()
    if not study.variables:
        add_remark(Origin(files[0].name), "the study is described as a whole; it lists no variables.")
    yield dataset
    yield from _StudyConverter(study, dataset, systems).records()


def _read(path: Path, language: str) -> DdiStudy:
    name, namespace = read_root_name(path)
    if name not in _READERS:
        raise InputError(
            Origin(path.name, 1),
            f"the file begins with <{name}> of the namespace '{namespace}', and is not DDI.",
            f"Check that you added the right file; DDI begins with {', '.join(_READERS)}.",
        )
    return _READERS[name](path, language)


def _dataset_defaults(study: DdiStudy) -> dict[str, Any]:
    """Return the study's own description in the keys of `[dataset]`."""

    def words(texts: tuple[Text, ...]) -> dict[str, list[str]]:
        texts_by_language: dict[str, list[str]] = {}
        for text in texts:
            texts_by_language.setdefault(text.lang, []).append(text.value)
        return texts_by_language

    defaults: dict[str, Any] = {
        "title": words(study.titles),
        "description": words(study.descriptions),
        "identifiers": list(study.identifiers),
        "keyword": words(study.keywords),
        "population": words(study.universe),
        "temporal_from": study.period[0],
        "temporal_to": study.period[1],
    }
    counts = [table.records for table in study.tables if table.records is not None]
    if len(counts) == len(study.tables) == 1:
        defaults["records"] = counts[0]
    return {key: value for key, value in defaults.items() if value}


@dataclass(slots=True)
class _StudyConverter:
    """Converts a study to records."""

    study: DdiStudy
    dataset: Dataset
    systems: dict[str, str]

    def records(self) -> Iterator[Record]:
        conceptual = {each.id for each in self.study.conceptual}
        for each in self.study.conceptual:
            yield ConceptualVariable(
                dataset=self.dataset.id,
                id=each.id,
                origin=each.origin,
                titles=each.titles,
                descriptions=each.descriptions,
                measures=self.links(each.concepts),
                unit_type=each.unit_type,
            )
        represented = {each.id for each in self.study.represented if each.conceptual in conceptual}
        lists = CodeListRegistry(ListOwner(dataset=self.dataset.id))
        seen: dict[tuple[str, str], Origin] = {}
        for number, variable in enumerate(self.study.variables, start=1):
            variables = list(self.columns(variable, number, lists, represented, seen))
            yield from lists.take_new()
            yield from variables
        for each in self.study.represented:
            if each.id in represented:
                stated = self.represented(each, lists)
                yield from lists.take_new()
                yield stated
            else:
                yield Skipped(
                    origin=each.origin, reason=f"'{each.id}' names no conceptual variable that is in the file."
                )
        yield from (Skipped(origin=origin, reason=reason) for origin, reason in self.study.unresolved)

    def represented(self, variable: CascadeVariable, lists: CodeListRegistry) -> RepresentedVariable:
        return RepresentedVariable(
            dataset=self.dataset.id,
            id=variable.id,
            conceptual=variable.conceptual,
            origin=variable.origin,
            titles=variable.titles,
            descriptions=variable.descriptions,
            datatype=variable.domain.datatype,
            unit=variable.domain.unit,
            code_list=lists.add(
                variable.list_id, variable.values, variable.origin, variable.list_titles or variable.titles, named=True
            ),
        )

    def columns(
        self,
        variable: DdiVariable,
        number: int,
        lists: CodeListRegistry,
        represented: set[str],
        seen: dict[tuple[str, str], Origin],
    ) -> Iterator[Variable]:
        """Yield the variable once for each file that contains it."""
        name = variable.list_id or variable.name
        code_list = lists.add(
            name,
            variable.values,
            variable.origin,
            variable.list_titles or variable.titles,
            named=bool(variable.list_id),
        )
        missing = lists.add(
            f"{variable.name}-missing", variable.missing, variable.origin, variable.titles, missing=True
        )
        titles = variable.titles or (Text(variable.name, "zxx"),)
        names = {each.id: each.name for each in self.study.variables} if variable.derived_from else {}
        section, *other_groups = [*filter(None, [self.section(variable)]), *variable.groups] or [()]
        for table in variable.tables:
            if (table, variable.name) in seen:
                raise InputError(
                    variable.origin,
                    f"the variable '{variable.name}' already occurs in {seen[table, variable.name]}.",
                    "Rename one of them in a copy, and tell the publisher.",
                )
            seen[table, variable.name] = variable.origin
            yield Variable(
                dataset=self.dataset.id,
                table=slug(table) or "data",
                name=variable.name,
                origin=variable.origin,
                titles=titles,
                descriptions=variable.descriptions,
                datatype=variable.domain.datatype,
                unit=variable.domain.unit,
                measures=self.links(variable.concepts),
                code_list=code_list,
                missing_list=missing,
                represented=variable.represented if variable.represented in represented else "",
                minimum=variable.domain.minimum,
                maximum=variable.domain.maximum,
                pattern=variable.domain.pattern,
                calculation=variable.calculation,
                references=tuple(names[each] for each in variable.derived_from if each in names),
                questions=variable.questions,
                notes=(
                    *variable.notes,
                    *variable.universe,
                    *(Text(standard, "zxx") for standard in variable.standard),
                    *(text for group in other_groups for text in group),
                ),
                section=section,
                unit_type=self.unit_type(variable, table),
                order=number,
            )

    def links(self, concepts: tuple[tuple[str, str, str], ...]) -> tuple[Link, ...]:
        links_by_concept = {
            concept: Link(concept=concept, source=vocabulary or address)
            for vocabulary, address, text in concepts
            if (
                concept := concept_reference(address, text, self.systems)
                or concept_reference(vocabulary, text, self.systems)
            )
        }
        return tuple(links_by_concept.values())

    def section(self, variable: DdiVariable) -> tuple[Text, ...]:
        """Return the heading of a variable: a concept given as text, without a code."""
        texts = [text for *_, text in variable.concepts if not self.links(variable.concepts)]
        return tuple(Text(text, variable.language) for text in texts[:1])

    def unit_type(self, variable: DdiVariable, table: str) -> str:
        groups = next(each.groups for each in self.study.tables if each.id == table)
        return groups.get(variable.record_types[0], "") if len(variable.record_types) == 1 else ""
