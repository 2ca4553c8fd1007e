"""Variables to suggest concepts for, read from the records of a loader."""

from __future__ import annotations

from collections.abc import Iterable

from begrepp.errors import UsageError
from begrepp.graph.context import LoadContext
from begrepp.rdf.iris import Iris
from begrepp.records import CodeList, Dataset, Record, Variable
from begrepp.variables.suggestion.entries import VariableEntry


def entries_from_records(records: Iterable[Record], iris: Iris) -> tuple[str, list[VariableEntry]]:
    """Return the IRI of the dataset and the variables of loaded records. Raises `UsageError` if there are none."""
    context = LoadContext(iris)
    lists: dict[str, CodeList] = {}
    variables: list[Variable] = []
    dataset = ""
    for record in records:
        if isinstance(record, Dataset):
            context.datasets[record.id] = record
            dataset = iris.dataset(record.id)
        elif isinstance(record, CodeList):
            lists[record.id] = record
        elif isinstance(record, Variable):
            variables.append(record)
    if not variables:
        raise UsageError("There are no variables in the input.", "Provide a data dictionary.")
    entries = []
    for variable in variables:
        code_list = lists.get(variable.code_list)
        values = tuple((v.code, v.labels[0].value if v.labels else "") for v in code_list.values) if code_list else ()
        entries.append(
            VariableEntry(
                iri=context.variable_iri(variable),
                name=variable.name,
                labels=variable.titles,
                descriptions=tuple(text for text in variable.descriptions if text not in variable.titles),
                datatype=variable.datatype,
                unit=variable.unit,
                values=values,
            )
        )
    return dataset, entries
