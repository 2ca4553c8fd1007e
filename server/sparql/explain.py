"""The query doctor at the endpoint: `/sparql?explain`, and under an answer that is empty or did not come."""

from __future__ import annotations

import json
from dataclasses import asdict

from begrepp.artefact.statistics import read_statistics
from begrepp.errors import BegreppError, QueryTimeout
from begrepp.queries.doctor import QueryAdvice, QueryDoctor
from begrepp.store.worker import QueryRequest
from server.http.i18n import LANGUAGES, Translator
from server.pages.templating import translator
from server.sparql.request import SparqlRequest, client_key
from server.state import app_state, served_build

_PROBE_SECONDS = 2.0


def explain(question: SparqlRequest) -> list[QueryAdvice]:
    """What the doctor finds of a query."""
    manifest = served_build().manifest
    graphs = [g.graph for g in manifest.graphs] + [d.graph for d in manifest.differences]
    graphs += [served_build().iris.graph("catalog"), served_build().iris.graph("provenance")]
    doctor = QueryDoctor(
        ask=lambda text: _ask(text, question),
        statistics=read_statistics(served_build().folder),
        index=served_build().index,
        graphs=graphs,
        default_graphs=question.default_graphs,
    )
    return doctor.examine(question.query)


def _ask(text: str, question: SparqlRequest) -> bool | None:
    probe = QueryRequest(
        store=served_build().location,
        query=text,
        results_format="application/sparql-results+json",
        graph_format="text/turtle",
        default_graphs=question.default_graphs,
        named_graphs=question.named_graphs,
        base=served_build().manifest.base,
        seconds=_PROBE_SECONDS,
    )
    try:
        return bool(json.loads(app_state().pool.run(probe, client_key()).read())["boolean"])
    except QueryTimeout:
        return None
    except BegreppError:
        return None


def advice_text(finding: QueryAdvice, say: Translator) -> str:
    """The finding as a sentence."""
    return say(f"doctor.{finding.kind}", about=finding.about, more=finding.more)


def advice_json(findings: list[QueryAdvice]) -> str:
    """The findings as JSON, with a sentence in each language."""
    speakers = {language: Translator(language) for language in LANGUAGES}
    found = [
        {**asdict(finding), "says": {language: advice_text(finding, say) for language, say in speakers.items()}}
        for finding in findings
    ]
    return json.dumps({"findings": found}, ensure_ascii=False, indent=1) + "\n"


def advice_sentences(findings: list[QueryAdvice]) -> list[tuple[str, tuple[str, ...]]]:
    """The findings as sentences in the reader's language, each with what to write instead."""
    say = translator()
    return [(advice_text(finding, say), finding.instead) for finding in findings]
