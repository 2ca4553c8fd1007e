"""`begrepp validate`: validates RDF files against a profile or shapes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import click

from begrepp.cli import console
from begrepp.cli.language import translator
from begrepp.cli.spinner import waiting
from begrepp.errors import BegreppError, UsageError
from begrepp.settings import LANGUAGES, Settings
from begrepp.validation.outcome import InputFile, RuleSet, ValidationOutcome, rule_set_from_profile
from begrepp.validation.profiles.profile import find_profile
from begrepp.validation.rdf_input.syntax import syntax_by_name
from begrepp.validation.report import Severity
from begrepp.validation.reports.baseline import apply_baseline, write_baseline
from begrepp.validation.reports.causes import remark_texts
from begrepp.validation.reports.formats import FORMATS
from begrepp.validation.reports.i18n import translate
from begrepp.validation.reports.terminal import report_lines
from begrepp.validation.validate import RESULTS_PER_SHAPE
from begrepp.validation.validate_files import validate_files

_COULD_NOT_RUN = 2
_NOTHING_VALIDATED = 3
_SEVERITIES = {severity.value.lower(): severity for severity in Severity}
_FILE = click.Path(path_type=Path, dir_okay=False)
language_option = click.option(
    "--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language."
)


@click.command("validate")
@click.argument("files", nargs=-1, type=_FILE)
@click.option(
    "--profile", "-p", default="", help="A name from `begrepp profiles`, or the path of your own profile folder."
)
@click.option(
    "--shapes", "-s", multiple=True, type=_FILE, help="Your own shapes, instead of or in addition to a profile."
)
@click.option("--format", "-f", "output", type=click.Choice(["text", *FORMATS]), default="text", show_default=True)
@click.option(
    "--output", "-o", "target", type=_FILE, help="Write the report to a file; the result is still printed on stderr."
)
@click.option("--severity", type=click.Choice([*_SEVERITIES]), help="Report this severity or higher, and fail on it.")
@click.option("--baseline", type=_FILE, help="Ignore findings listed in the baseline FILE.")
@click.option("--write-baseline", is_flag=True, help="Write the current findings to the --baseline file.")
@click.option("--background", multiple=True, type=_FILE, help="A graph used for lookups only, which is not validated.")
@click.option(
    "--syntax", default="", help="turtle, rdfxml, jsonld, …; needed if the file name extension does not show it."
)
@click.option(
    "--import", "imports", multiple=True, metavar="IRI=FILE", help="A local copy of a graph named by owl:imports."
)
@click.option("--no-imports", is_flag=True, help="Skip imports that have no local copy.")
@click.option(
    "--base",
    default="",
    metavar="IRI",
    help="Stands for the working folder in relative IRIs, so that reports hold no paths of this computer.",
)
@click.option(
    "--limit", type=click.IntRange(1), default=RESULTS_PER_SHAPE, show_default=True, help="Results reported per shape."
)
@language_option
def command(
    files: tuple[Path, ...],
    profile: str,
    shapes: tuple[Path, ...],
    output: str,
    target: Path | None,
    severity: str | None,
    baseline: Path | None,
    write_baseline: bool,
    background: tuple[Path, ...],
    syntax: str,
    imports: tuple[str, ...],
    no_imports: bool,
    base: str,
    limit: int,
    lang: str,
) -> None:
    """Validate RDF files, read as one graph. Without FILES, show the validation results of the build.

    Exit codes: 0 without violations (with --severity, without results of that severity or higher), 1 with them, 2 if
    the validation could not run.
    """
    if not files:
        from begrepp.artefact.manifest import current_build, read_manifest  # noqa: PLC0415  # slow to import

        console.print_build_validation(read_manifest(current_build(Settings())))
        return
    settings = Settings()
    try:
        if write_baseline and baseline is None:
            raise UsageError("--write-baseline requires --baseline FILE.", "Give the path of the baseline.")
        if base and not (urlsplit(base).scheme and urlsplit(base).netloc and base.endswith("/")):
            raise UsageError(f"--base {base} is not the address of a folder.", "Use an absolute IRI that ends with /.")
        rules = _rules(profile, shapes, background, base, settings)
        said = syntax_by_name(syntax).media_type if syntax else ""
        with waiting(translator()("cli.validating")):
            outcome = validate_files(
                [InputFile(path=path, name=str(path), media_type=said, root=base) for path in files],
                rules,
                settings,
                imports=_imports(imports),
                leave_out_imports=no_imports,
                limit=limit,
            )
        sys.exit(_write_report(outcome, output, target, severity, baseline, write_baseline, lang))
    except (BegreppError, OSError) as error:
        console.print_error(error if isinstance(error, BegreppError) else BegreppError(str(error), "Check the path."))
        sys.exit(_COULD_NOT_RUN)


def _rules(
    profile: str, shapes: tuple[Path, ...], background: tuple[Path, ...], root: str, settings: Settings
) -> RuleSet:
    """Return the rule set: a profile, given shapes, both, or by default the project's own shapes."""
    own, context = (
        tuple(InputFile(path=path, name=str(path), root=root) for path in paths) for paths in (shapes, background)
    )
    base = (
        rule_set_from_profile(find_profile(profile or "begrepp", settings))
        if profile or not shapes
        else RuleSet(files=())
    )
    name = base.name or ", ".join(path.name for path in shapes)
    return replace(base, name=name, own_shapes=own, own_background=context)


def _imports(given: Sequence[str]) -> dict[str, Path]:
    found = {}
    for each in given:
        address, equals, file = each.rpartition("=")
        if not equals or not Path(file).is_file():
            raise UsageError(f"--import {each} has no file.", "Use --import IRI=FILE.")
        found[address] = Path(file)
    return found


def _write_report(
    outcome: ValidationOutcome,
    output: str,
    target: Path | None,
    severity: str | None,
    baseline: Path | None,
    write: bool,
    language: str,
) -> int:
    """Write the report; return the exit code."""
    worst = _SEVERITIES[severity] if severity else Severity.VIOLATION
    kept = outcome.filter_by_severity(worst) if severity else outcome
    remarks = []
    if baseline is not None and write:
        causes = write_baseline(kept, baseline)
        remarks.append(f"{causes} → {baseline}")
    if baseline is not None:
        baseline_result = apply_baseline(kept, baseline)
        kept = baseline_result.outcome
        remarks.append(translate(language, "report.baseline", n=baseline_result.accepted))
        if baseline_result.can_shrink:
            remarks.append(translate(language, "report.shrunk"))
    lines = report_lines(kept, language)
    if output == "text":
        console.print_lines([*lines, *remarks], target)
    else:
        text = FORMATS[output].write(kept, language)
        if target is None:
            click.echo(text, nl=False)
        else:
            target.write_text(text, encoding="utf-8", newline="")
        console.print_to_stderr([*list(lines)[-1:], *remark_texts(kept, language), *remarks])
    ranks = list(Severity)
    failing = ranks[: ranks.index(worst) + 1]
    if any(group.severity in failing for group in kept.report.groups):
        return 1
    return _NOTHING_VALIDATED if any(remark.kind == "main" for remark in kept.remarks) else 0
