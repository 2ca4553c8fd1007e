"""A crosswalk between two datasets as files: CSV, SSSOM, FHIR ConceptMap (R5), and SQL that is ready to run.

What was worked out here is a chain of other people's mappings, and is marked as that (`semapv:MappingChaining`).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import expand
from begrepp.records import Text
from begrepp.variables.harmonisation.translation import Match, TranslationPath, format_path
from begrepp.variables.harmonisation.variable_pairs import CodeTranslation, DatasetColumn, Loss, Relation, VariablePair

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
_PLAIN_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """The pairs of one harmonisation, and what its datasets and concepts are called."""

    pairs: Sequence[VariablePair]
    names: dict[str, str]
    iris: Iris
    systems: dict[str, str] = field(default_factory=dict)
    """The system URI that a list is known under elsewhere."""

    def system_uri(self, column: DatasetColumn) -> str:
        """What FHIR calls the list of a column."""
        return self.systems.get(column.code_lists[0], column.code_lists[0])

    def write(self, format_: str) -> str:
        """The file in one of `FORMATS`."""
        return {"csv": to_csv, "sssom": to_sssom, "fhir": to_fhir, "sql": to_sql}[format_](self)


def code_rows(pair: VariablePair) -> Iterator[tuple[CodeTranslation, str, str, TranslationPath | None, str]]:
    """Every code of A with the code, label and path of each code of B that it may become, or with none."""
    for row in pair.codes:
        for code, path in row.targets:
            yield row, code.notation, choose_label(code.labels), path, code.iri
        if not row.targets:
            yield row, "", "", None, ""


def choose_label(labels: Iterable[Text], language: str = "sv") -> str:
    """The label in Swedish, else in English, else any."""
    ordered = sorted(labels, key=lambda text: (text.lang != language, text.lang != "en", text))
    return ordered[0].value if ordered else ""


def to_csv(walk: Crosswalk) -> str:
    """A row per pair of codes, and one for each pair of variables without codes."""
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
    for pair in walk.pairs:
        head = [walk.names[pair.a.dataset], pair.a.name, walk.names[pair.b.dataset], pair.b.name, pair.relation]
        head.append(walk.names.get(pair.through, pair.through))
        units = [pair.a.unit, pair.b.unit, "" if pair.unit_factor is None else f"{pair.unit_factor:g}"]
        for row, notation, label, path, _ in code_rows(pair):
            match = path.match.predicate if path else ""
            sure = "" if path is None or path.confidence is None else f"{path.confidence:g}"
            via = format_path(path) if path else ""
            cells = [row.code.notation, choose_label(row.code.labels), match, notation, label, row.loss, sure, via]
            writer.writerow([*head, *cells, *units])
        if not pair.codes:
            writer.writerow([*head, *[""] * 8, *units])
    return out.getvalue()


def to_sssom(walk: Crosswalk) -> str:
    """SSSOM 1.1 as TSV; codes that are in fact the same concept need no mapping and are left out."""
    rows = [
        (row, path, target)
        for pair in walk.pairs
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

    datasets = [*dict.fromkeys(column.dataset for pair in walk.pairs for column in (pair.a, pair.b))]
    between = " / ".join(walk.names[iri] for iri in datasets)
    lines = ['#sssom_version: "1.1"', "#curie_map:"]
    known = {"semapv": expand("semapv:x")[:-1], "skos": expand("skos:x")[:-1]}
    lines += [f"#  {prefix}: {json.dumps(namespace)}" for prefix, namespace in sorted((prefixes | known).items())]
    slug = "-".join(iri.rpartition("/")[2] for iri in datasets)
    lines += [
        f"#mapping_set_id: {json.dumps(walk.iris.mapping_set('crosswalk-' + slug))}",
        f"#mapping_set_title: {json.dumps('Crosswalk: ' + between, ensure_ascii=False)}",
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
    for pair in walk.pairs:
        for row, _, label, path, target in code_rows(pair):
            key = (row.code.iri, target)
            if not path or not path.steps or target == row.code.iri or key in seen:
                continue
            seen.add(key)
            sure = "" if path.confidence is None else f"{path.confidence:g}"
            subject = [curie(row.code.iri), choose_label(row.code.labels, "en"), path.match.predicate]
            writer.writerow(
                [*subject, curie(target), label, "semapv:MappingChaining", sure, f"{row.loss}; {format_path(path)}"]
            )
    return out.getvalue()


def _unique_prefixes(namespaces: Sequence[str]) -> list[str]:
    """A short prefix for each namespace: its last telling part, made unique."""
    found: list[str] = []
    for namespace in namespaces:
        base = re.sub(r"[^a-z0-9-]", "", namespace.rstrip("/#").rpartition("/")[2].lower()) or "list"
        prefix, n = base, 2
        while prefix in found:
            prefix, n = f"{base}{n}", n + 1
        found.append(prefix)
    return found


def to_fhir(walk: Crosswalk) -> str:
    """A FHIR R5 ConceptMap: a group per pair of variables with codes."""
    groups = []
    for pair in walk.pairs:
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
        groups.append({"source": walk.system_uri(pair.a), "target": walk.system_uri(pair.b), "element": elements})
    a, b = walk.pairs[0].a.dataset, walk.pairs[0].b.dataset
    id_ = f"{a.rpartition('/')[2]}-{b.rpartition('/')[2]}"
    resource = {
        "resourceType": "ConceptMap",
        "id": id_[:64],
        "url": walk.iris.mapping_set(f"crosswalk-{id_}"),
        "name": re.sub(r"\W", "_", f"Crosswalk_{id_}"),
        "title": f"{walk.names[a]} → {walk.names[b]}",
        "status": "draft",
        "description": "Worked out by begrepp from chains of mappings. Read it before you use it.",
        "group": groups,
    }
    return json.dumps({k: v for k, v in resource.items() if v != []}, ensure_ascii=False, indent=1) + "\n"


def to_sql(walk: Crosswalk) -> str:
    """A CASE for each pair of variables with codes, and a product for each pair of units; what is lost is a comment."""
    parts = []
    for pair in walk.pairs:
        if pair.codes:
            parts.append(_sql_case(walk, pair))
        elif pair.unit_factor is not None:
            parts.append(
                f"{_sql_heading(walk, pair)}{_sql_identifier(pair.a)} * {pair.unit_factor:g} AS {_sql_identifier(pair.b)}"
                f"  -- {pair.a.unit} -> {pair.b.unit}\n"
            )
    return "\n".join(parts) or "-- The two have no variables whose values could be translated.\n"


def _sql_heading(walk: Crosswalk, pair: VariablePair) -> str:
    words = f"-- {walk.names[pair.a.dataset]}: {pair.a.name} -> {walk.names[pair.b.dataset]}: {pair.b.name}\n"
    if pair.relation is Relation.NARROWER:
        words += "-- Look out: what the target measures is narrower; use only the rows that are of its kind.\n"
    elif pair.relation is Relation.BROADER:
        words += "-- What the target measures is broader.\n"
    return words.replace("\r", " ")


def _sql_case(walk: Crosswalk, pair: VariablePair) -> str:
    lines = [_sql_heading(walk, pair), f"CASE {_sql_identifier(pair.a)}\n"]
    for row in pair.codes:
        one = row.single_target
        value = _sql_literal(one[0].notation) if one else "NULL"
        why = ""
        if row.loss is Loss.UNDECIDED:
            why = "one of " + ", ".join(code.notation for code, _ in row.targets)
        elif row.loss is not Loss.NOTHING:
            why = {Loss.NONE: "no counterpart", Loss.NEAR: "close, not the same"}.get(row.loss, str(row.loss))
        comment = f"  -- {_sql_comment(why)}" if why else ""
        lines.append(f"  WHEN {_sql_literal(row.code.notation)} THEN {value}{comment}\n")
    lines.append(f"END AS {_sql_identifier(pair.b)}\n")
    return "".join(lines)


def _sql_comment(words: str) -> str:
    return " ".join(words.split())


def _sql_literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _sql_identifier(column: DatasetColumn) -> str:
    """A column's name as SQL writes it; quoted where it is no plain identifier."""
    return column.name if _PLAIN_IDENTIFIER.fullmatch(column.name) else '"' + column.name.replace('"', '""') + '"'
