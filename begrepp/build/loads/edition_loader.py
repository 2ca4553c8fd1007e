"""Load of one edition of one source: checks its records, converts them to RDF, writes and validates the parts.

Each edition of a scheme, mapping set, catalogue, dataset and structure becomes a **part**: one named graph in one
file of sorted N-Triples without duplicates. Memory does not grow with the number of triples.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from begrepp.artefact.load_report import LoadReport
from begrepp.artefact.parts import FileUsed
from begrepp.build.loads.claims import ClaimCollector
from begrepp.build.loads.namespace_remarks import namespace_remarks
from begrepp.build.loads.part_writer import PartWriter, SpillCallback, create_triple_writer
from begrepp.build.loads.record_checks import check_records
from begrepp.build.loads.unread_files import UnreadFiles
from begrepp.build.loads.violations import refuse_violations
from begrepp.errors import BegreppError, InputError, Origin
from begrepp.records import (
    Concept,
    EditionFiles,
    Load,
    LoadRemark,
    Record,
    Skipped,
)
from begrepp.sources.characters import clean_text
from begrepp.sources.editions import reported_faults
from begrepp.sources.meter import METER, Meter
from begrepp.sources.personal_data_check import refuse_personal_data_files
from begrepp.text.placeholders import is_placeholder
from begrepp.validation.validate import validate

MAX_SKIPS_STORED = 1000


def describe_file(path: Path) -> FileUsed:
    """Return name, size in bytes and SHA-256 of a file."""
    with path.open("rb") as file:
        return FileUsed(
            name=clean_text(path.name),
            sha256=hashlib.file_digest(file, "sha256").hexdigest(),
            bytes=path.stat().st_size,
        )


def refuse_edition(edition: EditionFiles, *, error: BegreppError) -> Iterator[Record]:
    """Raise the error of an edition that has no usable declaration, in place of its loader."""
    raise error


def load_edition(edition: EditionFiles, load: Load, folder: Path, base: str, meter: Meter) -> LoadReport:
    """Load one edition into sorted N-Triples files in `folder` and validate them.

    Raises `InputError` if a file cannot be read, and `ValidationError` if a shape is violated.
    """
    refuse_personal_data_files(edition.files)
    return validate_edition(read_edition(edition, load, folder, base, meter), edition, load, base, meter)


def read_edition(
    edition: EditionFiles,
    load: Load,
    folder: Path,
    base: str,
    meter: Meter,
    spilled: SpillCallback = lambda graph, run: None,
) -> LoadReport:
    """Write the records of a loader, or of one of its shares, to sorted N-Triples files in `folder`.

    `spilled` is called with the graph and the file of each sorted run. Raises `InputError` if a file cannot be read.
    """
    files = tuple(describe_file(path) for path in edition.files)
    triple_writer = create_triple_writer(edition, files, base)
    report = LoadReport(
        source=edition.source,
        version=edition.version,
        load_iri=triple_writer.load_iri,
        files=files,
        loaded_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    writer = PartWriter(edition, triple_writer, folder, spilled)
    claims = ClaimCollector(triple_writer)
    METER.set(meter)
    placeholders: list[tuple[Origin, str]] = []
    unread = UnreadFiles()
    for record in check_records(load(edition), reported_faults(edition)):
        unread.add(record)
        if isinstance(record, Skipped):
            report.skipped += 1
            if len(report.skips) < MAX_SKIPS_STORED:
                report.skips.append((clean_text(str(record.origin)), clean_text(record.reason)))
        elif isinstance(record, LoadRemark):
            report.remarks.append((clean_text(str(record.origin)), clean_text(record.text)))
        else:
            writer.write(record)
            claims.add(record)
            if isinstance(record, Concept):
                placeholders += _placeholders(record)
    unread.refuse(meter.rows_by_file)
    report.remarks += _placeholder_remarks(placeholders)
    report.rows_read = meter.rows
    report.parts = writer.close()
    report.claims = claims.claims()
    return report


def _placeholders(concept: Concept) -> list[tuple[Origin, str]]:
    """Return the preferred labels of a concept that name nothing, with their place."""
    labels = (label.value for label in concept.pref_labels)
    return [(concept.origin, label) for label in labels if is_placeholder(label, concept.notation, concept.scheme)]


def _placeholder_remarks(found: Sequence[tuple[Origin, str]]) -> list[tuple[str, str]]:
    """Return one remark on all labels that name nothing, at the first of them."""
    if not found:
        return []
    origin, label = found[0]
    count = f"{len(found)} labels name nothing, such as" if len(found) > 1 else "a label names nothing:"
    text = f"{count} “{label}”; search shows such concepts last."
    return [(clean_text(str(origin)), clean_text(text))]


def merge_partitions(shares: Sequence[LoadReport]) -> LoadReport:
    """Merge the reports of the shares of an edition into one; the shares have no part in common."""
    return replace(
        shares[0],
        rows_read=sum(share.rows_read for share in shares),
        skipped=sum(share.skipped for share in shares),
        skips=[skip for share in shares for skip in share.skips][:MAX_SKIPS_STORED],
        remarks=list(dict.fromkeys(remark for share in shares for remark in share.remarks)),
        parts=[part for share in shares for part in share.parts],
        claims=[claim for share in shares for claim in share.claims],
    )


def validate_edition(report: LoadReport, edition: EditionFiles, load: Load, base: str, meter: Meter) -> LoadReport:
    """Validate the parts of an edition against the shapes and add the validation report.

    Raises `InputError` if nothing was loaded, and `ValidationError` if a shape is violated.
    """
    if not any(part.has_content for part in report.parts):
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            "nothing was found to load"
            + (f"; the first of what was skipped: {': '.join(report.skips[0])}" if report.skips else "."),
            "Check that these are the files that `begrepp sources` names.",
        )
    meter.stage = "validating"
    report.remarks += namespace_remarks(edition)
    report.validation = validate([part.path for part in report.parts])
    refuse_violations(report.validation, edition, load, base)
    return report
