"""The error for an edition that violates the shapes, with the rows at fault."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from begrepp.build.part_writer import triple_writer_for
from begrepp.errors import Origin, ValidationError
from begrepp.graph.triple_writer import TripleWriter
from begrepp.records import (
    CodeList,
    Concept,
    Dataset,
    EditionFiles,
    Element,
    Load,
    Mapping,
    Record,
    Skipped,
    Variable,
)
from begrepp.validation.report import Report, Result, Severity


def refuse_violations(report: Report, edition: EditionFiles, load: Load, base: str) -> None:
    """Raise if a shape is violated, naming the rows; they are found by reading the source once more."""
    violations = [result for result in report.results if result.severity is Severity.VIOLATION]
    if not violations:
        return
    wanted = {iri for result in violations for iri in (result.focus, result.value) if iri}
    origins = _locate(load(edition), wanted, triple_writer_for(edition, (), base))
    lines = [_describe(result, origins) for result in violations[:10]]
    more = f"\n  … and {len(violations) - 10} more" if len(violations) > 10 else ""
    raise ValidationError(
        f"{edition.source} {edition.version} breaks the shapes, so it is not published:\n  "
        + "\n  ".join(lines)
        + more,
        "\nCorrect the rows in a copy of the file and report them to the publisher.",
    )


def _locate(records: Iterator[Record], wanted: set[str], mint: TripleWriter) -> dict[str, Origin]:
    found: dict[str, Origin] = {}
    for record in records:
        if not isinstance(record, Skipped):
            deque(mint.triples(record), maxlen=0)  # the names of schemes and datasets are learnt once more
        match record:
            case Concept():
                own = record.iri or mint.concept_iri(record.scheme, record.notation)
            case Variable():
                own = mint.variable_iri(record)
            case Dataset():
                own = mint.iris.dataset(record.id)
            case CodeList():
                own = mint.iris.code_list(mint.owner_iri(record.owner), record.id)
            case Element():
                own = mint.element_iri(record)
            case Mapping():
                own = mint.mapping_iri(record)
            case _:
                continue
        if own in wanted:
            found.setdefault(own, record.origin)
    return found


def _describe(result: Result, origins: dict[str, Origin]) -> str:
    about = result.focus if result.focus in origins else (result.value or result.focus)
    where = origins.get(about)
    words = result.messages.get("en") or next(iter(result.messages.values()), "")
    return f"{where or 'in the release'}: <{about}> {words} [{result.shape.rpartition('#')[2]}]"
