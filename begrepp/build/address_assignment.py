"""Assignment of addresses: writes the addresses that the ledger gives into the parts of each edition.

It runs after all editions are loaded, so that two sources that propose one address for different things are seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from begrepp.artefact.load_report import LoadReport
from begrepp.artefact.manifest import GraphEntry, read_manifest_if_valid
from begrepp.artefact.parts import Part
from begrepp.build.load_failures import LoadFailure
from begrepp.build.progress import Progress
from begrepp.errors import InputError, Origin
from begrepp.history.addresses import AddressLedger, MovedAddress
from begrepp.rdf.ntriples import name, plain
from begrepp.rdf.sorted_files import SortedFile

_KINDS = {
    "scheme": "cs",
    "mapping": "mapping",
    "catalogue": "catalogue",
    "dataset": "dataset",
    "structure": "structure",
}
"""First segment of the address of a part, by its kind."""


def assign_addresses(
    reports: Sequence[LoadReport], ledger: AddressLedger, root: str, progress: Progress
) -> tuple[list[LoadReport], list[LoadFailure]]:
    """Give every claim its address; rewrite the parts of editions that get another address than they proposed.

    The order of the reports decides which of two new claims keeps an address. `root` is the prefix of all IRIs.
    Returns the reports, and a failure instead of one for each edition that has a graph of another source.
    """
    accepted: list[LoadReport] = []
    failures: list[LoadFailure] = []
    holders: dict[str, LoadReport] = {}
    schemes: dict[str, tuple[str, str]] = {}
    for report in reports:
        proposed = {f"{_KINDS[part.kind]}/{part.id}": part.graph for part in report.parts}
        avoided = {address for address, graph in proposed.items() if graph in holders}
        renames, moved = ledger.assign(report.source, report.claims, avoided)
        report.notices = [_notice(each) for each in moved]
        for notice in report.notices:
            progress.step(f"{report.source} {report.version}: {notice}")
        if renames:
            _rename_parts(report.parts, renames, root)
        double = next((part for part in report.parts if holders.get(part.graph, report).source != report.source), None)
        if double:
            failures.append(LoadFailure(f"{report.source} {report.version}", _same_edition(report, double, holders)))
            continue
        own = {claim.iri: renames.get(claim.address, claim.address) for claim in report.claims if claim.iri}
        if error := _same_scheme(report, own, schemes):
            failures.append(LoadFailure(f"{report.source} {report.version}", error))
            continue
        schemes |= {iri: (report.source, address) for iri, address in own.items()}
        accepted.append(report)
        holders |= {part.graph: report for part in report.parts}
    return accepted, failures


def _notice(moved: MovedAddress) -> str:
    return (
        f"the address {moved.proposed} is that of {moved.holder}; "
        f"{moved.identity} has the address {moved.given} from now on."
    )


def _same_edition(report: LoadReport, part: Part, holders: Mapping[str, LoadReport]) -> InputError:
    other = holders[part.graph]
    return InputError(
        Origin(f"{report.source}/{report.version}"),
        f"{part.id} {part.version} is in {other.source}/{other.version} too.",
        'Give one of the two another version: [release] version = "…" in source.toml; or remove it.',
    )


def _same_scheme(
    report: LoadReport, own: Mapping[str, str], schemes: Mapping[str, tuple[str, str]]
) -> InputError | None:
    """Return an error if a scheme has the IRI of another source's: its concepts would have two labels each."""
    for iri, address in own.items():
        source, other = schemes.get(iri, (report.source, address))
        if source != report.source and other != address:
            return InputError(
                Origin(f"{report.source}/{report.version}"),
                f"the scheme <{iri}> is that of the source '{source}'.",
                f"If it is the same list, add the file as an edition of {source}; else remove one of the two.",
            )
    return None


def _rename_parts(parts: Sequence[Part], renames: Mapping[str, str], root: str) -> None:
    """Write new addresses into the files and the metadata of parts."""
    addresses = dict(renames)
    for old, new in renames.items():
        if old.startswith("cs/") and old.count("/") == 1:
            addresses[f"term/{old.removeprefix('cs/')}"] = f"term/{new.removeprefix('cs/')}"
    longest_first = sorted(addresses, key=len, reverse=True)
    pattern = re.compile(f'(?<=[<"]{re.escape(root)})(?:{"|".join(map(re.escape, longest_first))})(?=[/>"])')
    ids = {
        f" {name('begrepp:schemeId')} {plain(old.removeprefix('cs/'))} .": (
            f" {name('begrepp:schemeId')} {plain(new.removeprefix('cs/'))} ."
        )
        for old, new in renames.items()
        if old.startswith("cs/") and old.count("/") == 1
    }

    def renamed(line: str) -> str:
        found = pattern.sub(lambda match: addresses[match[0]], line)
        for old, new in ids.items():
            found = found.replace(old, new) if old in found else found
        return found

    for part in parts:
        kind = _KINDS[part.kind]
        part.id = renames.get(f"{kind}/{part.id}", f"{kind}/{part.id}").partition("/")[2]
        part.graph = renamed(f"<{part.graph}>")[1:-1]
        part.header, part.scheme_header = [*map(renamed, part.header)], [*map(renamed, part.scheme_header)]
        _rename_file(part, renamed)


def _rename_file(part: Part, renamed: Callable[[str], str]) -> None:
    out = SortedFile(part.path.with_suffix(".addressed"))
    with part.path.open(encoding="utf-8") as lines:
        for line in lines:
            out.add(renamed(line))
    part.triples, part.sha256 = out.close()
    out.path.replace(part.path)


def read_or_seed(path: Path, current: Path, root: str) -> AddressLedger:
    """Read the ledger; if there is none, record the addresses of the current build, so that they stay."""
    ledger = AddressLedger.read(path)
    if not path.exists() and (manifest := read_manifest_if_valid(current)):
        sources: dict[tuple[str, str], set[str]] = {}
        for graph in manifest.graphs:
            sources.setdefault((graph.kind, graph.id), set()).add(graph.source)
        for graph in manifest.graphs:
            # What several sources describe may be several things: the order of this build decides.
            if len(sources[graph.kind, graph.id]) == 1:
                _record_graph(ledger, graph, current, root)
    return ledger


def _record_graph(ledger: AddressLedger, graph: GraphEntry, current: Path, root: str) -> None:
    address = f"{_KINDS[graph.kind]}/{graph.id}"
    ledger.record_name(address, graph.source, address)
    if graph.kind != "catalogue" or not (file := current / "graphs" / graph.file).exists():
        return
    same = re.compile(f"<{re.escape(root)}(dataset/[^/>]+)> {re.escape(name('owl:sameAs'))} <([^>]*)> \\.\n")
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            if match := same.fullmatch(line):
                ledger.record(match[1], graph.source, f"{graph.id} {match[2]}")
                ledger.record_name(match[1], graph.source, match[1])
