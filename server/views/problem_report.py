"""`/report`: what a report of a fault in the content needs, as a text to complete and copy, and who receives it."""

from __future__ import annotations

from flask import Blueprint, request

from server.pages.citation import publisher_of
from server.pages.templating import render, translator
from server.served.labels import find_refs
from server.state import served_build

blueprint = Blueprint("problem_report", __name__)
_MAX_ADDRESS = 2000


@blueprint.get("/report")
def problem_report() -> bytes:
    """Return the page with the text of a report about a thing or page (`about`, an IRI or address)."""
    build, translate = served_build(), translator()
    about = " ".join(request.args.get("about", "").split())[:_MAX_ADDRESS]
    ref = find_refs(build, [about] if about else [], translate.language).get(about)
    thing = ref if ref and ref.known else None
    name = f"{thing.code} {thing.label.value}".strip() if thing else ""
    manifest = build.manifest
    rows = (
        ("report.subject", " ".join(part for part in (name, f"<{about}>" if about else "") if part)),
        (
            "report.version",
            f"{manifest.built_at[:10]}, {manifest.hash[:12]} (begrepp {manifest.software.removeprefix('begrepp ')})",
        ),
        ("report.wrong", ""),
        ("report.right", ""),
    )
    words = "\n\n".join(f"{translate(key)}: {value}".rstrip() for key, value in rows)
    publisher = publisher_of(build, about, translate.language) if thing else None
    return render("problem_report.html", about=about, thing=thing, words=words, publisher=publisher)
