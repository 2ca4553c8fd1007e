"""Crosswalk between datasets in CSV, SSSOM, FHIR ConceptMap (R5) and SQL.

The mappings are derived from chains of published mappings and justified as such (`semapv:MappingChaining`).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import expand
from begrepp.records import choose_label
from begrepp.variables.harmonisation.crosswalk_sql import to_sql
from begrepp.variables.harmonisation.dataset_comparison import ComparedConcept
from begrepp.variables.harmonisation.translation import Match, TranslationPath, format_path
from begrepp.variables.harmonisation.variable_pairs import CodeTranslation, DatasetColumn, VariablePair

FORMATS = ("csv", "sssom", "fhir", "sql")
MEDIA_TYPES = {
    "csv": "text/csv",
    "sssom": "text/tab-separated-values",
    "fhir": "application/fhir+json",
    "sql": "application/sql",
}
SUFFIXES = {"csv": "csv", "sssom": "sssom.tsv", "fhir": "conceptmap.json", "sql": "sql"}
# https://hl7.org/fhir/R5/valueset-concept-map-relationship.html
_FHIR_RELATIONSHIPS = {
    Match.SAME: "equivalent",
    Match.CLOSE: "related-to",
    Match.BROAD: "source-is-narrower-than-target",
    Match.NARROW: "source-is-broader-than-target",
}


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """The pairs of variables of a harmonisation, with the labels of datasets and concepts by IRI."""

    pairs: Sequence[VariablePair]
    names: dict[str, str]
    iris: Iris
    systems: dict[str, str] = field(default_factory=dict)
    """List IRI → preferred system URI."""
    rest: Sequence[ComparedConcept] = ()
    """Variables of the two datasets that are in no pair."""

    def system_uri(self, column: DatasetColumn) -> str:
        """Return the system URI of the code list of a column."""
        return self.systems.get(column.code_lists[0], column.code_lists[0])

    def write(self, format_: str) -> str:
        """Return the crosswalk in one of `FORMATS`."""
        if format_ == "sql":
            return to_sql(self.pairs, self.names)
        return {"csv": to_csv, "sssom": to_sssom, "fhir": to_fhir}[format_](self)


def code_rows(pair: VariablePair) -> Iterator[tuple[CodeTranslation, str, str, TranslationPath | None, str]]:
    """Yield each code of A with notation, label, path and IRI of each target; empty ones if it has no target."""
    for row in pair.codes:
        for code, path in row.targets:
            yield row, code.notation, choose_label(code.labels), path, code.iri
        if not row.targets:
            yield row, "", "", None, ""


def to_csv(crosswalk: Crosswalk) -> str:
    """Return CSV with a row per pair of codes, one per pair of variables without codes, and one per other variable.

    The relation of a variable that only one dataset has is `onlyA` or `onlyB`.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        [
            "dataset_a",
            "variable_a",
            "dataset_b",
            "variable_b",
            "relation",
            "concept",
            "code_a",
            "label_a",
            "match",
            "code_b",
            "label_b",
            "loss",
            "confidence",
            "via",
            "unit_a",
            "unit_b",
            "factor",
        ]
    )
    for pair in crosswalk.pairs:
        head = [
            crosswalk.names[pair.a.dataset],
            pair.a.name,
            crosswalk.names[pair.b.dataset],
            pair.b.name,
            pair.relation,
        ]
        head.append(crosswalk.names.get(pair.through, pair.through))
        units = [pair.a.unit, pair.b.unit, "" if pair.unit_factor is None else f"{pair.unit_factor:g}"]
        for row, notation, label, path, _ in code_rows(pair):
            match = path.match.predicate if path else ""
            confidence = "" if path is None or path.confidence is None else f"{path.confidence:g}"
            via = format_path(path) if path else ""
            cells = [
                row.code.notation,
                choose_label(row.code.labels),
                match,
                notation,
                label,
                row.loss,
                confidence,
                via,
            ]
            writer.writerow([*head, *cells, *units])
        if not pair.codes:
            writer.writerow([*head, *[""] * 8, *units])
    writer.writerows(_rest_cells(crosswalk))
    return out.getvalue()


def _rest_cells(crosswalk: Crosswalk) -> Iterator[list[str]]:
    """Yield the row of each variable without a pair; `a` is the first dataset of the pairs."""
    first = crosswalk.pairs[0].a.dataset
    second = crosswalk.pairs[0].b.dataset
    for row in crosswalk.rest:
        left, right = row.columns.get(first, ()), row.columns.get(second, ())
        relation = row.agreement.value if left and right else "onlyA" if left else "onlyB"
        for a, b in zip_longest(left, right):
            names = [crosswalk.names[first], a.name if a else "", crosswalk.names[second], b.name if b else ""]
            units = [a.unit if a else "", b.unit if b else "", ""]
            yield [*names, relation, crosswalk.names.get(row.concept, ""), *[""] * 8, *units]


def to_sssom(crosswalk: Crosswalk) -> str:
    """Return SSSOM 1.1 as TSV, without pairs of codes that are the same concept."""
    rows = [
        (row, path, target)
        for pair in crosswalk.pairs
        for row, _, _, path, target in code_rows(pair)
        if path and path.steps and target != row.code.iri
    ]
    lists = {iri.rpartition("/")[0] + "/" for row, _, target in rows for iri in (row.code.iri, target)}
    prefixes = {
        prefix: namespace for namespace, prefix in zip(sorted(lists), _unique_prefixes(sorted(lists)), strict=True)
    }
    by_namespace = {namespace: prefix for prefix, namespace in prefixes.items()}

    def curie(iri: str) -> str:
        namespace, _, local = iri.rpartition("/")
        return f"{by_namespace[namespace + '/']}:{local}"

    datasets = [*dict.fromkeys(column.dataset for pair in crosswalk.pairs for column in (pair.a, pair.b))]
    title = " / ".join(crosswalk.names[iri] for iri in datasets)
    lines = ['#sssom_version: "1.1"', "#curie_map:"]
    common = {"semapv": expand("semapv:x")[:-1], "skos": expand("skos:x")[:-1]}
    lines += [f"#  {prefix}: {json.dumps(namespace)}" for prefix, namespace in sorted((prefixes | common).items())]
    slug = "-".join(iri.rpartition("/")[2] for iri in datasets)
    lines += [
        f"#mapping_set_id: {json.dumps(crosswalk.iris.mapping_set('crosswalk-' + slug))}",
        f"#mapping_set_title: {json.dumps('Crosswalk: ' + title, ensure_ascii=False)}",
        '#mapping_set_description: "Worked out by begrepp from chains of mappings. Read it before you use it."',
        '#license: "https://w3id.org/sssom/license/unspecified"',
        '#mapping_tool: "begrepp"',
    ]
    out = io.StringIO()
    out.write("\n".join(lines) + "\n")
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(
        [
            "subject_id",
            "subject_label",
            "predicate_id",
            "object_id",
            "object_label",
            "mapping_justification",
            "confidence",
            "comment",
        ]
    )
    seen = set()
    for pair in crosswalk.pairs:
        for row, _, label, path, target in code_rows(pair):
            key = (row.code.iri, target)
            if not path or not path.steps or target == row.code.iri or key in seen:
                continue
            seen.add(key)
            confidence = "" if path.confidence is None else f"{path.confidence:g}"
            subject = [curie(row.code.iri), choose_label(row.code.labels, "en"), path.match.predicate]
            writer.writerow(
                [
                    *subject,
                    curie(target),
                    label,
                    "semapv:MappingChaining",
                    confidence,
                    f"{row.loss}; {format_path(path)}",
                ]
            )
    return out.getvalue()


def _unique_prefixes(namespaces: Sequence[str]) -> list[str]:
    """Return a unique prefix for each namespace, from its last path segment."""
    found: list[str] = []
    for namespace in namespaces:
        base = re.sub(r"[^a-z0-9-]", "", namespace.rstrip("/#").rpartition("/")[2].lower()) or "list"
        prefix, n = base, 2
        while prefix in found:
            prefix, n = f"{base}{n}", n + 1
        found.append(prefix)
    return found


def to_fhir(crosswalk: Crosswalk) -> str:
    """Return a FHIR R5 ConceptMap with a group per pair of variables with codes."""
    groups = []
    for pair in crosswalk.pairs:
        if not pair.codes:
            continue
        elements = []
        for row in pair.codes:
            element: dict[str, object] = {"code": row.code.notation, "display": choose_label(row.code.labels)}
            if row.targets:
                element["target"] = [
                    {
                        "code": code.notation,
                        "display": choose_label(code.labels),
                        "relationship": _FHIR_RELATIONSHIPS[path.match],
                        "comment": f"{row.loss}; {format_path(path)}" if path.steps else row.loss,
                    }
                    for code, path in row.targets
                ]
            else:
                element["noMap"] = True
            elements.append(element)
        groups.append(
            {"source": crosswalk.system_uri(pair.a), "target": crosswalk.system_uri(pair.b), "element": elements}
        )
    a, b = crosswalk.pairs[0].a.dataset, crosswalk.pairs[0].b.dataset
    id_ = f"{a.rpartition('/')[2]}-{b.rpartition('/')[2]}"
    resource = {
        "resourceType": "ConceptMap",
        "id": id_[:64],
        "url": crosswalk.iris.mapping_set(f"crosswalk-{id_}"),
        "name": re.sub(r"\W", "_", f"Crosswalk_{id_}"),
        "title": f"{crosswalk.names[a]} → {crosswalk.names[b]}",
        "status": "draft",
        "description": "Worked out by begrepp from chains of mappings. Read it before you use it.",
        "group": groups,
    }
    return json.dumps({k: v for k, v in resource.items() if v != []}, ensure_ascii=False, indent=1) + "\n"
