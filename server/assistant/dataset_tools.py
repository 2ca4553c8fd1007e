"""Tools about datasets and their variables: where something is measured, descriptions, and suggested concepts."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field
from pyoxigraph import NamedNode

from begrepp.errors import UsageError
from begrepp.queries.page_queries import select, value
from begrepp.records import Text
from begrepp.variables.suggestion.borrowed_names import borrow_names
from begrepp.variables.suggestion.candidates import all_entries, concept_targets, denied_links, linked_variables
from begrepp.variables.suggestion.entries import VariableEntry
from begrepp.variables.suggestion.suggester import Suggester
from server.assistant.concept_tools import Ids, Language, Limit
from server.assistant.dataset_answers import (
    DatasetAnswer,
    DatasetDetail,
    MeasuringVariable,
    SuggestedConcept,
    SuggestionAnswer,
    VariableAnswer,
    VariableDetail,
    VariablesAnswer,
)
from server.assistant.tool_context import ToolContext, concept_name, shorten
from server.http.i18n import Translator
from server.http.work_limit import COMPARISONS
from server.pages.concepts.concept_variables import MeasuredRow, MeasuredVariables, measured_variables
from server.pages.concepts.mapping_rows import mapping_rows
from server.pages.datasets.dataset import dataset_page
from server.pages.datasets.variable import variable_page
from server.served.labels import find_refs
from server.served.refs import Ref
from server.served.resolver import Missing, Resolved

_VARIABLES_SHOWN = 100
_DatasetIds = Annotated[
    list[str] | None, Field(description="Ids or IRIs of datasets, such as nkbc; leave out to list all datasets")
]
_VariableIds = Annotated[list[str], Field(description="Variables as dataset/name, such as nkbc/a_tnm_tklass, or IRIs")]


class DatasetTools:
    """Datasets, variables, and the concepts that variables measure."""

    def __init__(self, context: ToolContext) -> None:
        self._context = context
        self._suggester: tuple[str, Suggester] | None = None
        self._lock = threading.Lock()

    def find_variables(self, ids: Ids, language: Language = "sv", limit: Limit = 50) -> VariablesAnswer:
        """Find which registers and datasets measure a concept, and in which variables: where is it recorded?

        It includes narrower concepts and exact or close mappings, and says by which path each variable was found.
        Find the concept with search first.
        """
        found, missing = self._context.each(ids, lambda id_: self._measured(id_, language))
        rows = [
            self._measuring(concept, group.dataset, row)
            for concept, measured in found
            for group in measured.datasets
            for row in group.rows
        ]
        shown, truncated = shorten(rows, limit)
        about = {ref.iri: concept_name(ref) for _, measured in found for ref in measured.about}
        total = sum(measured.total for _, measured in found)
        return VariablesAnswer(
            total=total,
            truncated=truncated or total > len(rows),
            variables=shown,
            datasets_about=[*about.values()],
            not_found=missing,
        )

    def _measured(self, id_: str, language: str) -> tuple[Ref, MeasuredVariables]:
        build = self._context.build
        concept = self._context.find_concept(id_)
        record = build.concepts.record(concept.iri)
        assert record is not None  # `find_concept` has found it
        ref = find_refs(build, [concept.iri], language)[concept.iri]
        return ref, measured_variables(build, record, mapping_rows(build, record, language), language)

    def _measuring(self, concept: Ref, dataset: Ref, row: MeasuredRow) -> MeasuringVariable:
        root = self._context.build.iris.dataset("")
        path = f"{row.match} {row.via.notation or row.via.label.value}" if row.via else "same"
        if row.below:
            path = "narrower" if path == "same" else f"{path}, narrower"
        return MeasuringVariable(
            dataset=dataset.iri.removeprefix(root),
            dataset_title=dataset.label.value,
            variable=_short_id(row.variable.iri, root),
            title=row.variable.label.value,
            measures=concept_name(row.measures or concept),
            path=path,
        )

    def dataset(self, ids: _DatasetIds = None, language: Language = "sv") -> DatasetAnswer:
        """Describe registers and datasets: holder, population, years, how to request data, and their variables."""
        manifest = self._context.build.manifest
        wanted = ids or sorted(graph.id for graph in manifest.current_graphs("dataset"))[:50]
        most = _VARIABLES_SHOWN if ids else 0
        found, missing = self._context.each(wanted, lambda id_: self._dataset(id_, most, language))
        return DatasetAnswer(datasets=found, not_found=missing)

    def _dataset(self, id_: str, most: int, language: str) -> DatasetDetail:
        build = self._context.build
        iri = id_ if id_.startswith(build.iris.root) else build.iris.dataset(id_.strip())
        short = iri.removeprefix(build.iris.dataset(""))
        if build.manifest.find_graph("dataset", short) is None:
            raise Missing(f"There is no dataset {id_[:100]}.", "Call dataset without ids to list them.")
        page = dataset_page(build, Resolved(iri, f"/dataset/{short}"), Translator(language), everything=True)
        names = [f"{short}/{row.name}" for table in page.tables for row in table.variables]
        return DatasetDetail(
            id=short,
            iri=iri,
            title=page.ref.label.value,
            description=_first(page.descriptions),
            publisher=page.publisher.label.value if page.publisher else None,
            custodian=page.custodian.label.value if page.custodian else None,
            population=page.population.value if page.population else None,
            years=[*filter(None, page.years)],
            access=page.access.value if page.access else None,
            access_url=page.access_url or None,
            subjects=[concept_name(ref) for ref in page.subjects],
            variables_total=len(names),
            variables=names[:most],
            truncated=len(names) > most,
            licence=page.licence or None,
        )

    def variable(self, ids: _VariableIds, language: Language = "sv") -> VariableAnswer:
        """Describe variables (columns) of datasets: measured concept, code list and its values, unit, years, source."""
        found, missing = self._context.each(ids, lambda id_: self._variable(id_, language))
        return VariableAnswer(variables=found, not_found=missing)

    def _variable(self, id_: str, language: str) -> VariableDetail:
        build = self._context.build
        iri = self._variable_iri(id_)
        page = variable_page(build, Resolved(iri, ""), Translator(language))
        return VariableDetail(
            id=id_,
            iri=iri,
            name=page.row.name,
            title=page.row.ref.label.value,
            description=_first(page.descriptions),
            dataset=page.dataset.label.value if page.dataset else None,
            datatype=page.row.datatype or None,
            unit=page.row.unit or None,
            years=[*filter(None, (page.row.valid_from, page.row.valid_to))],
            measures=[concept_name(ref) for ref in page.row.concepts],
            code_lists=[concept_name(ref) for ref in page.row.codes],
            values=[concept_name(ref) for ref in page.values],
            same_elsewhere=[_short_id(each.variable.iri, build.iris.dataset("")) for each in page.siblings],
            source=page.row.source or None,
        )

    def _variable_iri(self, id_: str) -> str:
        """Return the IRI of a variable that is given by IRI or as dataset/name. Raises `Missing`."""
        build = self._context.build
        text = id_.strip()
        if text.startswith(("http://", "https://")):
            return self._context.find(text).iri
        dataset, _, name = text.partition("/")
        if name and build.manifest.find_graph("dataset", dataset):
            rows = select(build.store, "dataset-variables", dataset=NamedNode(build.iris.dataset(dataset)))
            named = {value(row, "variable") for row in rows if value(row, "value") == name}
            if named:
                return min(named)
        raise Missing(f"There is no variable {id_[:100]}.", "Write it as dataset/name; the tool dataset lists them.")

    def suggest_concepts(
        self,
        variable: Annotated[
            str, Field(description="A variable of the build as dataset/name; empty to describe one")
        ] = "",
        label: Annotated[str, Field(description="Name of a column that is not in the build", max_length=300)] = "",
        description: Annotated[str, Field(max_length=2000)] = "",
        language: Language = "sv",
        limit: Annotated[int, Field(ge=1, le=20)] = 5,
    ) -> SuggestionAnswer:
        """Suggest which concept a variable or column of a data dictionary measures, with confidence and reasons.

        Nothing is asserted: a person has to review the suggestions. What a reviewer has denied is not suggested again.
        """
        build = self._context.build
        if variable.strip():
            iri = self._variable_iri(variable)
            dataset = iri.partition("/var/")[0]
            entry = next(each for each in all_entries(build.store, dataset) if each.iri == iri)
        elif label.strip():
            texts = (Text(description, language),) if description.strip() else ()
            iri, dataset = "urn:x-begrepp:variable", ""
            entry = VariableEntry(iri=iri, name=label, labels=(Text(label, language),), descriptions=texts)
        else:
            raise UsageError("Neither a variable nor a label is given.", "Give one of them.")
        with COMPARISONS.slot():
            denied = denied_links(build.store)[iri]
            found = self._current_suggester().suggest(entry, dataset=dataset, limit=limit, denied=denied)
        names = self._context.names((each.target.iri for each in found), language)
        return SuggestionAnswer(
            variable=variable.strip() or label,
            suggestions=[
                SuggestedConcept(concept=names[each.target.iri], confidence=each.score, reasons=[*each.reasons])
                for each in found
            ],
        )

    def _current_suggester(self) -> Suggester:
        """Return the suggester of the current build, made on first use."""
        build = self._context.build
        with self._lock:
            if self._suggester is None or self._suggester[0] != build.manifest.id:
                schemes = [value(row, "scheme") for row in select(build.store, "schemes-measured")]
                if not schemes:
                    raise Missing("No variable is linked to a concept yet.", "Use the tool search.")
                datasets = [build.iris.dataset(graph.id) for graph in build.manifest.current_graphs("dataset")]
                targets = borrow_names(concept_targets(build.store, schemes), build.store, build.iris)
                self._suggester = (build.manifest.id, Suggester(targets, linked_variables(build.store, datasets)))
            return self._suggester[1]


def _first(texts: Sequence[Text]) -> str | None:
    return texts[0].value if texts else None


def _short_id(iri: str, root: str) -> str:
    """Return `nkbc/a_tnm_tklass` for the IRI of a variable."""
    return iri.removeprefix(root).replace("/var/", "/")
