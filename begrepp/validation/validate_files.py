"""Validation of input files against a rule set, with everything that a report format needs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat

from begrepp.files import temporary_folder
from begrepp.rdf.namespaces import expand
from begrepp.settings import Settings
from begrepp.sources.personal_data_check import refuse_personal_data_file
from begrepp.validation.data_remarks import data_remarks
from begrepp.validation.outcome import InputFile, Remark, RuleSet, Subject, ValidationOutcome
from begrepp.validation.profiles.imports import import_copies, resolve_imports
from begrepp.validation.profiles.shape_doc import ShapeDoc, describe_shapes
from begrepp.validation.rdf_input.converter import prepare_file
from begrepp.validation.report import Report, Result, Severity
from begrepp.validation.shacl.rdf_reader import read_quads
from begrepp.validation.shacl.recursion import recursive_shapes
from begrepp.validation.shacl.shapes import Shapes
from begrepp.validation.shacl.vocabulary import RDF_TYPE, display_text
from begrepp.validation.validate import RESULTS_PER_SHAPE, validate

_RESULTS_WITH_SUBJECTS = 100_000
_LABELS = frozenset(map(expand, ("dct:title", "skos:prefLabel", "rdfs:label")))


def validate_files(
    data: Sequence[InputFile],
    rules: RuleSet,
    settings: Settings,
    *,
    imports: Mapping[str, Path] | None = None,
    leave_out_imports: bool = False,
    limit: int = RESULTS_PER_SHAPE,
) -> ValidationOutcome:
    """Validate the files as one graph. Raises `InputError` if a file, the shapes or an import cannot be used.

    `imports` are copies of imported graphs by IRI; `limit` is the number of results per shape in the report.
    """
    started = time.perf_counter()
    with temporary_folder() as folder:
        own_shapes = [_prepare(each, folder) for each in rules.own_shapes]
        shapes, left_out = resolve_imports(
            [*rules.files, *own_shapes], import_copies(settings, imports), folder, leave_out=leave_out_imports
        )
        background = [*rules.background, *(_prepare(each, folder) for each in rules.own_background)]
        files = [_prepare(each, folder) for each in data]
        results_per_shape = _RESULTS_WITH_SUBJECTS if rules.subject_class else limit
        shapes_graph = Shapes(shapes)
        report = validate(files, shapes_graph, background=background, limit=results_per_shape)
        documented = tuple(describe_shapes(shapes_graph))
        subjects = _subjects(files, rules.subject_class, report) if rules.subject_class else []
        remarks = [Remark(kind="import", value=iri) for iri in left_out]
        remarks += [Remark(kind="recursion", value=name) for name in recursive_shapes(shapes_graph)]
        if (listed := len(report.results)) < report.total:
            remarks.append(Remark(kind="cut", value=f"{listed}/{report.total}"))
        remarks += data_remarks(data, files, rules.main_classes)
        is_about = not any(remark.kind == "main" for remark in remarks)
        if is_about and not report.groups and not _has_target_nodes(files, documented):
            remarks.append(Remark(kind="nothing"))
    return ValidationOutcome(
        report=report,
        rules=rules,
        shapes=documented,
        files=tuple(each.name or each.path.name for each in data),
        paths=tuple(each.path for each in data),
        remarks=tuple(remarks),
        subjects=tuple(subjects),
        seconds=round(time.perf_counter() - started, 2),
    )


def _prepare(source: InputFile, folder: Path) -> Path:
    syntax = RdfFormat.from_media_type(source.media_type) if source.media_type else None
    prepared = prepare_file(source.path, folder, base=source.base, syntax=syntax, name=source.name)
    refuse_personal_data_file(source.path, source.name)
    return prepared


def _has_target_nodes(files: Sequence[Path], shapes: Sequence[ShapeDoc]) -> bool:
    """Return whether the data has a focus node for any of the shapes."""
    classes = {NamedNode(value) for each in shapes for name, value in each.targets if name == "targetClass"}
    predicates = {
        NamedNode(value) for each in shapes for name, value in each.targets if name.endswith("Of") and "://" in value
    }
    if any(name == "targetNode" for each in shapes for name, _ in each.targets):
        return True
    return any(
        quad.predicate in predicates or (quad.predicate == RDF_TYPE and quad.object in classes)
        for quad in read_quads(files)
    )


def _subjects(files: Sequence[Path], subject_class: str, report: Report) -> list[Subject]:
    """Return the instances of a class in the data with their results; blank nodes only if they have results."""
    members: set[str] = set()
    labels: dict[str, dict[str, str]] = {}
    for quad in read_quads(files):
        if (
            quad.predicate == RDF_TYPE
            and quad.object == NamedNode(subject_class)
            and isinstance(quad.subject, NamedNode)
        ):
            members.add(quad.subject.value)
        elif quad.predicate.value in _LABELS and isinstance(quad.object, Literal):
            labels.setdefault(display_text(quad.subject), {})[quad.object.language or ""] = quad.object.value
    results: dict[str, list[Result]] = {}
    for result in report.results:
        results.setdefault(result.focus, []).append(result)
    return [
        Subject(
            iri=member,
            labels=labels.get(member, {}),
            violations=tuple(each for each in results.get(member, ()) if each.severity is Severity.VIOLATION),
            conditional=tuple(each for each in results.get(member, ()) if each.severity is not Severity.VIOLATION),
        )
        for member in sorted(members | results.keys())
    ]
