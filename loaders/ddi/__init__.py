"""Surveys and registers documented in DDI: Codebook 1.x and 2.5, and Lifecycle 3.2 and 3.3 (whole or in fragments).

A format: `source.toml` beside the file says who publishes it and under what licence; `[dataset]` adds to, or
overrules, what the file says of the study. Variables with their questions, codes and missing codes apart; the
represented and conceptual variables of DDI Lifecycle as they are. Statistics of the data are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.records import (
    ConceptualVariable,
    Dataset,
    EditionFiles,
    Home,
    Link,
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
from begrepp.sources.xml import root_of
from loaders.ddi.codebook import read_codebook
from loaders.ddi.lifecycle import read_lifecycle
from loaders.ddi.model import CascadeVariable, DdiStudy, DdiVariable
from loaders.declaration.dataset import read_dataset
from loaders.declaration.source_toml import join_names, read_declaration, slug
from loaders.support.agencies import BEGREPP
from loaders.support.code_lists import CodeListRegistry
from loaders.support.code_systems import concept_reference

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
    """The study as a dataset, what stands above its variables, and every variable of its files."""
    keys = read_declaration(edition, declared)
    language = keys.text("language", default="und")
    systems = {system: str(target) for system, target in keys.table("systems").rest()}
    files = [path for path in data_files(edition) if path.suffix.lower() == ".xml"]
    if len(files) != 1:
        names = join_names([path.name for path in files])
        raise InputError(keys.origin, f"there are {len(files)} XML files ({names}).", "Add one study to an edition.")
    study = _read(files[0], language)
    keys.suggest("dataset", _suggested(study))
    tables = tuple(
        Table(id=slug(t.id) or "data", titles=t.titles or study.titles, descriptions=t.descriptions)
        for t in study.tables
    )
    dataset = read_dataset(keys, edition, tables)
    keys.done()
    yield dataset
    yield from _Study(study, dataset, systems).records()


def _read(path: Path, language: str) -> DdiStudy:
    name, namespace = root_of(path)
    if name not in _READERS:
        raise InputError(
            Origin(path.name, 1),
            f"the file begins with <{name}> of the namespace '{namespace}', and is no DDI.",
            f"Check that you added the right file; DDI begins with {', '.join(_READERS)}.",
        )
    return _READERS[name](path, language)


def _suggested(study: DdiStudy) -> dict[str, Any]:
    """What the file says of the study, as `[dataset]` would say it."""

    def words(texts: tuple[Text, ...]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for text in texts:
            found.setdefault(text.lang, []).append(text.value)
        return found

    said: dict[str, Any] = {
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
        said["records"] = counts[0]
    return {key: value for key, value in said.items() if value}


@dataclass(slots=True)
class _Study:
    """A study on its way to records."""

    of: DdiStudy
    dataset: Dataset
    systems: dict[str, str]

    def records(self) -> Iterator[Record]:
        conceptual = {each.id for each in self.of.conceptual}
        for each in self.of.conceptual:
            yield ConceptualVariable(
                dataset=self.dataset.id,
                id=each.id,
                origin=each.origin,
                titles=each.titles,
                descriptions=each.descriptions,
                measures=self.links(each.concepts),
                unit_type=each.unit_type,
            )
        represented = {each.id for each in self.of.represented if each.conceptual in conceptual}
        lists = CodeListRegistry(Home(dataset=self.dataset.id))
        seen: dict[tuple[str, str], Origin] = {}
        for number, variable in enumerate(self.of.variables, start=1):
            found = list(self.columns(variable, number, lists, represented, seen))
            yield from lists.take_new()
            yield from found
        for each in self.of.represented:
            if each.id in represented:
                stated = self.represented(each, lists)
                yield from lists.take_new()
                yield stated
            else:
                yield Skipped(
                    origin=each.origin, reason=f"'{each.id}' names no conceptual variable that is in the file."
                )
        yield from (Skipped(origin=origin, reason=reason) for origin, reason in self.of.unresolved)

    def represented(self, of: CascadeVariable, lists: CodeListRegistry) -> RepresentedVariable:
        return RepresentedVariable(
            dataset=self.dataset.id,
            id=of.id,
            conceptual=of.conceptual,
            origin=of.origin,
            titles=of.titles,
            descriptions=of.descriptions,
            datatype=of.domain.datatype,
            unit=of.domain.unit,
            code_list=lists.add(of.list_id, of.values, of.origin, of.list_titles or of.titles, named=True),
        )

    def columns(
        self,
        of: DdiVariable,
        number: int,
        lists: CodeListRegistry,
        represented: set[str],
        seen: dict[tuple[str, str], Origin],
    ) -> Iterator[Variable]:
        """The variable in each file that has it."""
        name = of.list_id or of.name
        code_list = lists.add(name, of.values, of.origin, of.list_titles or of.titles, named=bool(of.list_id))
        missing = lists.add(f"{of.name}-missing", of.missing, of.origin, of.titles, missing=True)
        titles = of.titles or (Text(of.name, "zxx"),)
        for table in of.tables:
            if (table, of.name) in seen:
                raise InputError(
                    of.origin,
                    f"the variable '{of.name}' stands already in {seen[table, of.name]}.",
                    "Rename one of them in a copy, and tell the publisher.",
                )
            seen[table, of.name] = of.origin
            yield Variable(
                dataset=self.dataset.id,
                table=slug(table) or "data",
                name=of.name,
                origin=of.origin,
                titles=titles,
                # HealthDCAT-AP demands a description of every column; where the file has none, the label is one.
                descriptions=of.descriptions or titles,
                datatype=of.domain.datatype,
                unit=of.domain.unit,
                measures=self.links(of.concepts),
                code_list=code_list,
                missing_list=missing,
                represented=of.represented if of.represented in represented else "",
                minimum=of.domain.minimum,
                maximum=of.domain.maximum,
                questions=of.questions,
                notes=(*of.notes, *of.universe, *(Text(address, "zxx") for address in of.standard)),
                section=self.section(of),
                unit_type=self.unit_type(of, table),
                order=number,
            )

    def links(self, concepts: tuple[tuple[str, str, str], ...]) -> tuple[Link, ...]:
        found = {
            concept: Link(concept=concept, source=vocabulary or address)
            for vocabulary, address, words in concepts
            if (
                concept := concept_reference(address, words, self.systems)
                or concept_reference(vocabulary, words, self.systems)
            )
        }
        return tuple(found.values())

    def section(self, of: DdiVariable) -> tuple[Text, ...]:
        """A concept in words groups variables; it is no concept of ours."""
        said = [words for *_, words in of.concepts if not self.links(of.concepts)]
        return tuple(Text(words, of.language) for words in said[:1])

    def unit_type(self, of: DdiVariable, table: str) -> str:
        groups = next(each.groups for each in self.of.tables if each.id == table)
        return groups.get(of.record_types[0], "") if len(of.record_types) == 1 else ""
