"""One edition of one source, loaded: its records checked, turned into RDF, written and validated.

Each release, mapping set and dataset description becomes a **part**: one named graph in one file of
sorted N-Triples without duplicates. Memory is flat in the number of triples.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from begrepp.artefact.parts import FileUsed, LoadReport
from begrepp.build.loads.part_writer import PartWriter, SpillCallback, create_triple_writer
from begrepp.build.loads.record_checks import check_records
from begrepp.build.loads.violations import refuse_violations
from begrepp.errors import InputError, Origin
from begrepp.records import (
    EditionFiles,
    Load,
    Skipped,
)
from begrepp.sources.meter import METER, Meter
from begrepp.sources.person_tables import refuse_person_tables
from begrepp.validation.validate import validate

MAX_SKIPS_STORED = 1000


def describe_file(path: Path) -> FileUsed:
    """Name, size and SHA-256 of a file."""
    with path.open("rb") as file:
        return FileUsed(
            name=path.name, sha256=hashlib.file_digest(file, "sha256").hexdigest(), bytes=path.stat().st_size
        )


def load_edition(edition: EditionFiles, load: Load, folder: Path, base: str, meter: Meter) -> LoadReport:
    """Load one edition into sorted N-Triples files under `folder` and validate them.

    Raises `InputError` where the file is at fault and `ValidationError` where the shapes object.
    """
    return validate_edition(read_edition(edition, load, folder, base, meter), edition, load, base, meter)


def read_edition(
    edition: EditionFiles,
    load: Load,
    folder: Path,
    base: str,
    meter: Meter,
    spilled: SpillCallback = lambda graph, run: None,
) -> LoadReport:
    """Read what a loader, or a share of it, makes of an edition into sorted N-Triples files under `folder`.

    Raises `InputError` where the file is at fault.
    """
    refuse_person_tables(edition.files)
    files = tuple(describe_file(path) for path in edition.files)
    mint = create_triple_writer(edition, files, base)
    report = LoadReport(
        source=edition.source,
        version=edition.version,
        load_iri=mint.load_iri,
        files=files,
        loaded_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    writer = PartWriter(edition, mint, folder, spilled)
    METER.set(meter)
    for record in check_records(load(edition)):
        if isinstance(record, Skipped):
            report.skipped += 1
            if len(report.skips) < MAX_SKIPS_STORED:
                report.skips.append((str(record.origin), record.reason))
        else:
            writer.write(record)
    report.rows_read = meter.rows
    report.parts = writer.close()
    return report


def merge_shares(shares: Sequence[LoadReport]) -> LoadReport:
    """What came of the shares of an edition, which have no part in common, as one."""
    return replace(
        shares[0],
        rows_read=sum(share.rows_read for share in shares),
        skipped=sum(share.skipped for share in shares),
        skips=[skip for share in shares for skip in share.skips][:MAX_SKIPS_STORED],
        parts=[part for share in shares for part in share.parts],
    )


def validate_edition(report: LoadReport, edition: EditionFiles, load: Load, base: str, meter: Meter) -> LoadReport:
    """Hold what was read against the shapes.

    Raises `InputError` where nothing was found, and `ValidationError` where the shapes object.
    """
    if not any(part.has_content for part in report.parts):
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            "nothing was found to load"
            + (f"; the first row that was skipped: {report.skips[0]}." if report.skips else "."),
            "Check that these are the files that `begrepp sources` names.",
        )
    meter.stage = "validating"
    report.validation = validate([part.path for part in report.parts])
    refuse_violations(report.validation, edition, load, base)
    return report
