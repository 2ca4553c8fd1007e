"""Parts that the pictures share: the start of an SVG, links, languages, curves, and labels that are cut short."""

from __future__ import annotations

from html import escape

from server.http.i18n import Translator
from server.pages.templating import link


def start_svg(kind: str, view_box: str, title: str) -> str:
    """Return the start tag of a picture with links; `title` says in words what it shows."""
    return f'<svg class="{kind}" viewBox="{view_box}" role="group" aria-label="{escape(title, quote=True)}">'


def href(path: str) -> str:
    """Return a path as the value of an attribute `href`, with the language of the page's URL."""
    return escape(link(path), quote=True)


def language_attribute(language: str, translate: Translator) -> str:
    """Return an attribute `lang` with a space before it; empty for the language of the page, or none."""
    return "" if language in ("", translate.language) else f' lang="{escape(language, quote=True)}"'


def curve(x1: float, y1: float, x2: float, y2: float, bend: float) -> str:
    """Return the path of a line that leaves and arrives level; `bend` is the x coordinate where it turns."""
    return f"M{x1},{y1:.1f} C{bend:.0f},{y1:.1f} {bend:.0f},{y2:.1f} {x2},{y2:.1f}"


def shorten(label: str, characters: int) -> str:
    """Return a label of at most so many characters, with an ellipsis in place of the rest."""
    return label if len(label) <= characters else f"{label[: characters - 1]}…"
