"""Errors for editions and graphs that violate the shapes, with the source rows of the violations."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from begrepp.build.loads.part_writer import create_triple_writer
from begrepp.errors import Origin, ValidationError
from begrepp.graph.triple_writer import TripleWriter
from begrepp.rdf.ntriples import LanguageTagError
from begrepp.records import (
    CodeList,
    Concept,
    Dataset,
    EditionFiles,
    Element,
    Load,
    LoadRemark,
    Mapping,
    Record,
    Skipped,
    Variable,
)
from begrepp.validation.report import Report, Result, Severity
from begrepp.validation.validate import validate


def refuse_violations(report: Report, edition: EditionFiles, load: Load, base: str) -> None:
    """Raise `ValidationError` with the source rows if a shape is violated; reads the source again to find them."""
    violations = [result for result in report.results if result.severity is Severity.VIOLATION]
    if not violations:
        return
    subjects = {iri for result in violations for iri in (result.focus, result.value) if iri}
    pairs = {(result.focus, result.value) for result in violations}
    origins = _locate(load(edition), subjects, pairs, create_triple_writer(edition, (), base))
    lines = [_describe(result, origins) for result in violations[:10]]
    more = f"\n  … and {len(violations) - 10} more" if len(violations) > 10 else ""
    raise ValidationError(
        f"{edition.source} {edition.version} violates the shapes and is not published:\n  " + "\n  ".join(lines) + more,
        "\nCorrect the rows in a copy of the file and report them to the publisher.",
    )


def refuse_invalid_graph(path: Path, title: str, next_step: str) -> None:
    """Validate a graph that the build itself has written; raise `ValidationError` if it violates a shape.

    `title` names the graph at the beginning of the message.
    """
    report = validate([path])
    violations = [result for result in report.results if result.severity is Severity.VIOLATION]
    if violations:
        violation = _describe(violations[0], {}, place="in the graph")
        raise ValidationError(f"{title} violates a shape:\n  {violation}\n", next_step)


def _locate(
    records: Iterator[Record], subjects: set[str], pairs: set[tuple[str, str | None]], triple_writer: TripleWriter
) -> dict[str, Origin]:
    """Return the places of the records that are `subjects`, and of concepts whose mappings to a value are `pairs`.

    Of several mappings of a pair the last one counts: it contradicts the earlier ones.
    """
    origins: dict[str, Origin] = {}
    for record in records:
        if not isinstance(record, Skipped | LoadRemark):
            with suppress(LanguageTagError):  # repaired when the record was written
                deque(triple_writer.triples(record), maxlen=0)  # registers schemes and datasets in the triple writer
        match record:
            case Concept():
                iri = record.iri or triple_writer.concept_iri(record.scheme, record.notation)
            case Variable():
                iri = triple_writer.variable_iri(record)
            case Dataset():
                iri = triple_writer.iris.dataset(record.id)
            case CodeList():
                iri = triple_writer.iris.code_list(triple_writer.owner_iri(record.owner), record.id)
            case Element():
                iri = triple_writer.element_iri(record)
            case Mapping():
                iri = triple_writer.mapping_iri(record)
                ends = (triple_writer.external_iri(record.subject), triple_writer.external_iri(record.object))
                if ends in pairs:
                    origins[ends[0]] = record.origin
            case _:
                continue
        if iri in subjects:
            origins.setdefault(iri, record.origin)
    return origins


def _describe(result: Result, origins: dict[str, Origin], place: str = "in the release") -> str:
    subject = result.focus if result.focus in origins else (result.value or result.focus)
    origin = origins.get(subject)
    words = result.messages.get("en") or next(iter(result.messages.values()), "")
    return f"{origin or place}: <{subject}> {words} [{result.shape.rpartition('#')[2]}]"
