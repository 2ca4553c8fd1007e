"""Data of the validation form and of profile pages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup
from msgspec import Struct

from begrepp.errors import NotFound
from begrepp.text.swedish import sort_key
from begrepp.validation.profiles.classes import ClassDoc, group_by_class
from begrepp.validation.profiles.diagram import render_diagram
from begrepp.validation.profiles.profile import Profile, find_named_profile, list_profiles, read_profile
from begrepp.validation.profiles.shape_doc import ShapeDoc, describe_profile
from begrepp.validation.rdf_input.syntax import SYNTAX_NAMES
from begrepp.validation.reports.i18n import choose_text
from server.state import app_state, served_build


class ProfileRow(Struct, frozen=True, kw_only=True):
    """A profile in a list."""

    name: str
    title: str
    summary: str
    version: str


class FormPage(Struct, frozen=True, kw_only=True):
    """Data of the validation form: profiles and limits."""

    profiles: Sequence[ProfileRow]
    chosen: str
    graphs: Sequence[tuple[str, str]]
    syntaxes: Sequence[str]
    megabytes: int
    urls: bool


class Example(Struct, frozen=True, kw_only=True):
    """An example file of a profile."""

    name: str
    text: str


class ProfilePage(Struct, frozen=True, kw_only=True):
    """Data of a profile page."""

    profile: Profile
    title: str
    summary: str
    classes: Sequence[ClassDoc]
    shapes: int
    diagram: Markup
    valid: Sequence[Example]
    invalid: Sequence[Example]


def form_page(language: str, chosen: str) -> FormPage:
    """Return the form with a profile preselected."""
    settings = app_state().settings
    graphs = [
        (each.graph, f"{choose_text(each.titles, language) or each.id} {each.version}")
        for each in served_build().manifest.graphs
    ]
    return FormPage(
        profiles=[
            ProfileRow(
                name=each.name,
                title=choose_text(each.title, language),
                summary=choose_text(each.summary, language),
                version=each.version,
            )
            for each in list_profiles(settings)
        ],
        chosen=chosen,
        graphs=sorted(graphs, key=lambda each: sort_key(each[1])),
        syntaxes=list(SYNTAX_NAMES),
        megabytes=settings.validation_mb,
        urls=bool(settings.validation_hosts),
    )


def profile_page(name: str, language: str) -> ProfilePage:
    """Return the data of a profile page by class. Raises `NotFound` for an unknown name."""
    profile = find_named_profile(name, app_state().settings)
    if profile is None:
        raise NotFound(f"There is no profile '{name}'.", "See /validation for the available profiles.")
    shapes = _documented(profile.folder, tuple((path, path.stat().st_mtime_ns) for path in profile.files))
    classes = group_by_class(shapes)
    title = choose_text(profile.title, language)
    return ProfilePage(
        profile=profile,
        title=title,
        summary=choose_text(profile.summary, language),
        classes=classes,
        shapes=len(shapes),
        # The SVG is trusted: `render_diagram` escapes all text from the shapes.
        diagram=Markup(render_diagram(classes, language, title)),
        valid=[Example(name=path.name, text=path.read_text(encoding="utf-8")) for path in profile.examples("valid")],
        invalid=[
            Example(name=path.name, text=path.read_text(encoding="utf-8")) for path in profile.examples("invalid")
        ],
    )


@lru_cache(maxsize=32)
def _documented(folder: Path, files: tuple[tuple[Path, int], ...]) -> tuple[ShapeDoc, ...]:
    """Return the documented shapes of a profile, cached by the checksums of its files."""
    return tuple(describe_profile(read_profile(folder)))
