"""The query doctor at the endpoint: `/sparql?explain`, and under an answer that is empty or did not come."""

from __future__ import annotations

import json
from dataclasses import asdict

from begrepp.artefact.statistics import read_statistics
from begrepp.errors import BegreppError, QueryTimeout
from begrepp.queries.doctor import Doctor, Finding
from begrepp.store.worker import Question
from server.http.i18n import LANGUAGES, Speaker
from server.pages.templating import speaker
from server.sparql.request import Asked, client
from server.state import build, serving

_PROBE_SECONDS = 2.0


def explain(question: Asked) -> list[Finding]:
    """What the doctor finds of a query."""
    manifest = build().manifest
    graphs = [g["graph"] for g in (*manifest.graphs, *manifest.differences)]
    graphs += [build().iris.graph("catalog"), build().iris.graph("provenance")]
    doctor = Doctor(
        ask=lambda text: _ask(text, question),
        statistics=read_statistics(build().folder),
        index=build().index,
        graphs=graphs,
        default_graphs=question.default_graphs,
    )
    return doctor.examine(question.query)


def _ask(text: str, question: Asked) -> bool | None:
    probe = Question(
        store=build().where,
        query=text,
        results_format="application/sparql-results+json",
        graph_format="text/turtle",
        default_graphs=question.default_graphs,
        named_graphs=question.named_graphs,
        base=build().manifest.base,
        seconds=_PROBE_SECONDS,
    )
    try:
        return bool(json.loads(serving().pool.ask(probe, client()).read())["boolean"])
    except QueryTimeout:
        return None
    except BegreppError:
        return None


def described(finding: Finding, say: Speaker) -> str:
    """The finding as a sentence."""
    return say(f"doctor.{finding.kind}", about=finding.about, more=finding.more)


def for_machines(findings: list[Finding]) -> str:
    """The findings as JSON, with a sentence in each language."""
    speakers = {language: Speaker(language) for language in LANGUAGES}
    found = [
        {**asdict(finding), "says": {language: described(finding, say) for language, say in speakers.items()}}
        for finding in findings
    ]
    return json.dumps({"findings": found}, ensure_ascii=False, indent=1) + "\n"


def for_people(findings: list[Finding]) -> list[tuple[str, tuple[str, ...]]]:
    """The findings as sentences in the reader's language, each with what to write instead."""
    say = speaker()
    return [(described(finding, say), finding.instead) for finding in findings]
