"""SSSOM output of suggestions, marked as not reviewed."""

from __future__ import annotations

import csv
import io
import json

from begrepp.rdf.namespaces import prefixes
from begrepp.records.mappings import UNREVIEWED
from begrepp.variables.suggestion.dataset_suggestions import SuggestionRun

_COLUMNS = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "object_id",
    "object_label",
    "mapping_justification",
    "mapping_tool",
    "confidence",
    "comment",
)


def to_sssom(run: SuggestionRun) -> str:
    """Return suggestions as SSSOM (TSV) whose header marks them as not reviewed; loaders reject such a file."""
    prefixes_used = _namespace_prefixes(run)
    by_namespace = {namespace: prefix for prefix, namespace in prefixes_used.items()}
    common = common_prefixes()
    out = io.StringIO()
    slug = run.title.rpartition("/")[2]
    out.write('#sssom_version: "1.1"\n#curie_map:\n')
    for prefix, namespace in sorted((prefixes_used | common).items()):
        out.write(f"#  {prefix}: {json.dumps(namespace)}\n")
    out.write(f"#mapping_set_id: {json.dumps(run.iris.mapping_set(f'suggestions-{slug}'))}\n")
    out.write(f'#mapping_set_title: "Suggestions for {slug}"\n')
    out.write(f'#other: "{UNREVIEWED}"\n#license: "https://w3id.org/sssom/license/unspecified"\n')
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(_COLUMNS)
    for suggestion, predicate in run.rows():
        writer.writerow(
            [
                _curie(suggestion.entry.iri, by_namespace),
                suggestion.entry.label,
                predicate,
                _curie(suggestion.target.iri, by_namespace),
                suggestion.target.name,
                "semapv:CompositeMatching",
                "begrepp suggest",
                f"{suggestion.score:g}",
                "; ".join(suggestion.reasons),
            ]
        )
    return out.getvalue()


def common_prefixes() -> dict[str, str]:
    """Return the prefixes that every file of suggestions uses, with their namespaces."""
    return {prefix: prefixes()[prefix] for prefix in ("semapv", "skos", "begrepp")}


def _namespace_prefixes(run: SuggestionRun) -> dict[str, str]:
    namespaces = sorted({_namespace(iri) for s, _ in run.rows() for iri in (s.entry.iri, s.target.iri)})
    return {f"ns{number}": namespace for number, namespace in enumerate(namespaces, start=1)}


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("/"), iri.rfind("#")) + 1]


def _curie(iri: str, by_namespace: dict[str, str]) -> str:
    namespace = _namespace(iri)
    return f"{by_namespace[namespace]}:{iri.removeprefix(namespace)}"
