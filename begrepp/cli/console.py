"""Console output: progress, tables, errors, and the log of a build."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from begrepp.build.load_failures import BuildFailed
from begrepp.cli.error_log import log_error
from begrepp.cli.language import headings, phrase, translator
from begrepp.errors import BegreppError, UnexpectedError
from begrepp.settings import Settings
from begrepp.text.version_order import version_key

if TYPE_CHECKING:
    from begrepp.artefact.load_report import LoadReport
    from begrepp.artefact.manifest import GraphEntry, Manifest
    from begrepp.artefact.parts import Part
    from begrepp.records import EditionFiles, Source

# A pipe has no width: tables are then as wide as their content.
stdout = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
stderr = Console(stderr=True, highlight=False, soft_wrap=True)


def print_error(error: BegreppError) -> None:
    """Print the reason of an error and the next step."""
    if isinstance(error, BuildFailed):
        for one in error.failures:
            if isinstance(one.error, UnexpectedError):
                log_error(one.error)
            words = one.error.reason if not hasattr(one.error, "origin") else str(one.error)
            stderr.print(f"[red]{escape(one.key)}[/]: {escape(words)}")
            if not hasattr(one.error, "origin") and one.error.next_step:
                stderr.print(escape(one.error.next_step))
        stderr.print(escape(error.next_step.strip()))
        return
    if isinstance(error, UnexpectedError):
        log_error(error)
    translate = translator().message
    head = str(error).removesuffix(error.next_step).strip().replace(error.reason, translate(error.reason))
    stderr.print(f"[red]{escape(head)}[/]")
    if error.next_step:
        stderr.print(escape(translate(error.next_step)))


def print_table(rows: Table, caption: str = "") -> None:
    """Print a table and a line below it."""
    stdout.print(rows)
    if caption:
        stdout.print(f"[dim]{escape(caption)}[/]")


def print_sources(
    known: Sequence[Source], starter: Sequence[EditionFiles], added_: Sequence[EditionFiles], settings: Settings
) -> None:
    """Print the sources and the editions found."""
    from begrepp.sources.editions import declaration  # noqa: PLC0415  # slow to import, and other commands do not need it

    found: dict[str, list[str]] = {}
    for edition in added_:
        found.setdefault(edition.source, []).append(edition.version)
    rows = Table(show_lines=True)
    for heading in headings("source", "publisher", "reads", "licence, website", "added"):
        rows.add_column(heading, overflow="fold")
    for source in known:
        publisher = next((text.value for text in source.publisher.names), "")
        passing_on = "may be redistributed" if source.redistribution == "allowed" else "texts may not be redistributed"
        if not source.licence:
            publisher, passing_on = "a format: set in source.toml", "set in source.toml"
        rows.add_row(
            f"[bold]{escape(source.id)}[/]\n{escape(source.title)}",
            escape(publisher),
            escape(source.reads),
            escape("\n".join(part for part in (source.licence, passing_on, source.homepage) if part)),
            escape(", ".join(found.pop(source.id, [])) or "–"),
        )
    for edition in added_:
        if edition.source in found:
            said = declaration(edition)
            title = said.get("source", {}).get("title", {}).get("sv", "")
            reads = f"declared in its source.toml, read by {said.get('loader', '?')}"
            versions = ", ".join(found.pop(edition.source))
            rows.add_row(f"[bold]{escape(edition.source)}[/]\n{escape(title)}", "", reads, "", escape(versions))
    print_table(
        rows,
        f"Add files with `begrepp add SOURCE FILE… --edition E`; they are stored in {settings.raw}. "
        f"The bundled starter adds {len(starter)} code lists, mapping sets and registers.",
    )


def _contents(part: Part) -> str:
    """Return the contents of a part as text, such as "132 variables with 8,624 values in 51 lists"."""
    if part.variables or part.elements:
        words = [
            f"{count:,} {what}" for count, what in ((part.variables, "variables"), (part.elements, "elements")) if count
        ]
        lists = f" with {part.coded_values:,} values in {part.code_lists:,} lists" if part.code_lists else ""
        return " and ".join(words) + lists
    return f"{part.concepts or part.mappings or part.value_sets or part.datasets:,}"


def print_added(result: LoadReport, target: Path, newer: Sequence[str] = ()) -> None:
    """Print the result of adding files; an edition older than the current one becomes history."""
    parts = ", ".join(f"{_contents(part)} in {part.id}" for part in result.parts)
    stdout.print(f"[green]✓[/] {escape(f'{result.source} {result.version}: {result.rows_read:,} rows; {parts}')}")
    _skips(result.skips, result.skipped)
    for where, text in result.remarks:
        stdout.print(f"[yellow]note[/] {escape(where)}: {escape(text)}")
    if newer:
        stdout.print(
            f"[yellow]older[/] This edition is older than {escape(', '.join(newer))}, which stays the current edition. "
            "The older edition is kept as history: in its own graph, in as-of lookups and in the difference to the "
            "next edition; codes that occur only in it are marked as retired."
        )
    stdout.print(f"Stored in {escape(str(target))}. Run `begrepp build` to add it to the graph.")


def _skips(skips: Sequence[tuple[str, str]], count: int) -> None:
    for where, reason in skips[:5]:
        stdout.print(f"[yellow]skipped[/] {escape(where)}: {escape(reason)}")
    if count > 5:
        stdout.print(f"[yellow]skipped[/] … and {count - 5:,} more")


def print_build(manifest: Manifest) -> None:
    """Print the summary of a published build."""
    stdout.print(
        f"[green]Published[/] {manifest.id}: {manifest.triples:,} triples, {manifest.things:,} indexed items, "
        f"{manifest.seconds} s, hash {manifest.hash[:12]}"
    )
    for load in manifest.loads:
        for remark in load.remarks:
            words = f"{load.source} {load.version}: {remark.where}: {remark.reason}"
            stdout.print(f"[yellow]note[/] {escape(words)}")
    for failed in manifest.failed:
        stdout.print(f"[red]left out[/] {escape(f'{failed.source}: {failed.reason}')}")
    _print_checks(manifest)


_COUNTED = ("concepts", "inactive", "datasets", "variables", "elements", "code_lists", "mappings")


def print_status(manifest: Manifest, folder: Path) -> None:
    """Print the contents of the current build."""
    rows = Table(*headings("code system, mapping set or dataset", "edition", "", "contents", "triples", "from"))
    for graph in sorted(manifest.graphs, key=lambda g: (g.kind != "scheme", g.kind, g.id, version_key(g.version))):
        contents = [f"{count:,} {phrase(key)}" for key in _COUNTED if (count := getattr(graph, key))]
        contents += [f"{count:,} {level}" for level, count in graph.levels.items()]
        rows.add_row(
            escape(graph.id),
            escape(graph.version),
            _state(graph),
            "\n".join(contents),
            f"{graph.triples:,}",
            escape(graph.source),
        )
    stdout.print(rows)
    for load in manifest.loads:
        for file in load.files:
            about = f"{load.source} {load.version}: {file.name} {file.bytes:,} bytes"
            stdout.print(f"[dim]{escape(about)}, sha256 {file.sha256[:16]}…[/]")
    kind = "public, without texts that may not be redistributed" if manifest.public else "for internal use"
    stdout.print(
        f"{manifest.id} ({kind}), built {manifest.built_at} in {manifest.seconds} s by {manifest.software}\n"
        f"{manifest.triples:,} triples in the current view; hash {manifest.hash}\n{folder}"
    )


def _state(graph: GraphEntry) -> str:
    """Return the state of an edition in the current view."""
    if graph.current:
        return phrase("current")
    if graph.valid_from > date.today():
        return phrase("not in force yet")
    return phrase("partial" if graph.coverage == "partial" else "superseded")


def print_serving(manifest: Manifest, host: str, port: int) -> None:
    """Print the address of the server; warn if protected texts would leave the machine."""
    stdout.print(f"begrepp serves {manifest.id} ({manifest.triples:,} triples) at [bold]http://{host}:{port}[/]")
    protected = [g.id for g in manifest.graphs if g.redistribution != "allowed"]
    if protected and not manifest.public and host not in ("127.0.0.1", "localhost", "::1"):
        stderr.print(
            f"[yellow]The build has texts that may not be redistributed ({escape(', '.join(sorted(set(protected))))}). "
            "Run `begrepp build --public` before others can reach this address.[/]"
        )


def print_lines(said: Iterable[str], target: Path | None) -> None:
    """Print lines of rich markup to the terminal, or as plain text to a file."""
    if target is None:
        for line in said:
            stdout.print(line, soft_wrap=True)
        return
    with target.open("w", encoding="utf-8") as file:
        console = Console(file=file, highlight=False, soft_wrap=True, width=200)
        for line in said:
            console.print(line)


def print_to_stderr(said: Iterable[str]) -> None:
    """Print lines that are not part of the output to stderr."""
    for line in said:
        stderr.print(line)


def _print_checks(manifest: Manifest) -> None:
    """Print what the checks across all sources found, with the first examples."""
    for finding in manifest.checks:
        stdout.print(f"[yellow]{finding.severity}[/] {finding.count:,} × {escape(finding.title)}")
        for example in finding.examples[:3]:
            stdout.print(f"    {escape(example)}", soft_wrap=True)


def print_build_validation(manifest: Manifest) -> None:
    """Print the validation results of the build: sources with results only."""
    for load in manifest.loads:
        for group in load.warning_groups:
            words = f"{load.source} {load.version}: {group.count:,} × {group.messages.get('en', '')}"
            stdout.print(f"[yellow]{group.severity}[/] {escape(words)}")
            for example in group.examples[:3]:
                stdout.print(f"    {escape(str(example))}")
    _print_checks(manifest)
    violations = sum(load.violations for load in manifest.loads)
    warnings = sum(load.warnings for load in manifest.loads)
    stdout.print(
        f"{manifest.id}: {len(manifest.loads)} sources validated, {violations:,} violations, {warnings:,} warnings; "
        f"{len(manifest.checks)} checks across all sources have findings. A source with a violation is never published."
    )
