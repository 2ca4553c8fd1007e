"""Advice on queries: `/sparql?explain`, and with a result that is empty or an error."""

from __future__ import annotations

import json
from dataclasses import asdict

from begrepp.artefact.statistics import read_statistics
from begrepp.errors import BegreppError, QueryTimeout, QueryTooLarge
from begrepp.queries.diagnostics import QueryAdvice, QueryDiagnostics
from begrepp.sparql.patterns import TriplePattern
from server.http.i18n import LANGUAGES, Translator
from server.http.work_limit import DIAGNOSES
from server.pages.templating import translator
from server.sparql.probe import read_patterns, run_probe
from server.sparql.request import SparqlRequest
from server.state import served_build

_PROBE_SECONDS = 2.0


def explain(query: SparqlRequest) -> list[QueryAdvice]:
    """Return the query diagnostics. Raises `ServerBusy` if other queries are diagnosed all the while."""
    manifest = served_build().manifest
    graphs = [g.graph for g in manifest.graphs] + [d.graph for d in manifest.differences]
    graphs += [served_build().iris.graph("catalog"), served_build().iris.graph("provenance")]
    doctor = QueryDiagnostics(
        ask=lambda text: _run_probe(text, query),
        patterns=_find_patterns,
        statistics=read_statistics(served_build().folder),
        index=served_build().index,
        graphs=graphs,
        default_graphs=query.default_graphs,
    )
    with DIAGNOSES.slot():
        return doctor.examine(query.query)


def _find_patterns(text: str) -> list[TriplePattern]:
    try:
        return read_patterns(text)
    except (QueryTimeout, QueryTooLarge):
        return []


def _run_probe(text: str, query: SparqlRequest) -> bool | None:
    try:
        return bool(json.loads(run_probe(text, query, seconds=_PROBE_SECONDS))["boolean"])
    except BegreppError:
        return None


def advice_text(advice: QueryAdvice, translate: Translator) -> str:
    """Return the advice as a sentence."""
    return translate(f"doctor.{advice.kind}", about=advice.about, more=advice.more)


def advice_json(advice_list: list[QueryAdvice]) -> str:
    """Return the advice as JSON, with a sentence in each language."""
    translators = {language: Translator(language) for language in LANGUAGES}
    items = [
        {
            **asdict(advice),
            "says": {language: advice_text(advice, translate) for language, translate in translators.items()},
        }
        for advice in advice_list
    ]
    return json.dumps({"findings": items}, ensure_ascii=False, indent=1) + "\n"


def advice_sentences(advice_list: list[QueryAdvice]) -> list[tuple[str, tuple[str, ...]]]:
    """Return the advice as sentences in the language of the page, each with the suggested replacements."""
    translate = translator()
    return [(advice_text(advice, translate), advice.instead) for advice in advice_list]
