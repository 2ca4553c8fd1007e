"""Documentation of a profile for a terminal, by class and property."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.markup import escape

from begrepp.rdf.namespaces import compact
from begrepp.validation.profiles.profile import Profile
from begrepp.validation.profiles.shape_doc import PropertyDoc, ShapeDoc
from begrepp.validation.reports.i18n import choose_text, rule_words, translate

_COLOURS = {"Violation": "red", "Warning": "yellow", "Info": "cyan"}


def documentation_lines(profile: Profile, shapes: Sequence[ShapeDoc], language: str) -> Iterator[str]:
    """Return the lines of the documentation in rich markup."""
    yield f"[bold]{escape(choose_text(profile.title, language))}[/] {escape(profile.version)}"
    yield escape(choose_text(profile.summary, language))
    for part in (f"{profile.publisher} {profile.source}", f"{profile.licence} {profile.licence_url}", *profile.changes):
        if part.strip():
            yield f"[dim]{escape(part.strip())}[/]"
    for shape in shapes:
        yield ""
        colour = _COLOURS.get(shape.severity, "red")
        yield f"[bold]{escape(choose_text(shape.label, language) or shape.id)}[/] [{colour}]{escape(shape.id)}[/]"
        targets = [translate(language, f"target.{name}", value=compact(value)) for name, value in shape.targets]
        if targets:
            yield f"  [dim]{escape(', '.join(targets))}[/]"
        for rule in shape.rules:
            yield f"  {escape(rule_words(rule, language))}"
        for constraint in shape.sparql_rules:
            yield f"  {escape(choose_text(constraint.messages, language))}"
        for each in shape.properties:
            yield _property(each, language)


def _property(each: PropertyDoc, language: str) -> str:
    rules = "; ".join(rule_words(rule, language) for rule in each.rules)
    name = choose_text(each.name, language)
    colour = _COLOURS.get(each.severity, "red")
    label = f"{each.path}{f' ({name})' if name else ''}"
    return f"  [{colour}]{each.cardinality:>4}[/] {escape(label)}{escape(f': {rules}') if rules else ''}"
