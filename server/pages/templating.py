"""Template environment: translations, links, dates, sizes and the page frame."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, quote_plus, urlencode

from flask import Flask, current_app, g, request
from markupsafe import Markup, escape

from begrepp.rdf.namespaces import compact
from begrepp.records import Text, in_language
from server.http.i18n import LANGUAGES, Translator
from server.http.negotiation import GRAPH_FORMATS, Format, choose_language
from server.http.query_parameters import nearest_name, shown_names
from server.http.urls import AlternateFormat, raw_path
from server.pages.authority_names import authority_name, licence_name
from server.pages.template_cache import TemplateCache
from server.pages.template_environment import PageEnvironment, escape_output
from server.pages.tree_markup import make_reference, make_tree
from server.pages.web_addresses import split_addresses
from server.served.labels import texts_in_language

_ICONS = "editor/icons.svg"
"""The icons, written by `make editor` with npm; without them the pages have none."""


def translator() -> Translator:
    """Return the translator for the language of this request."""
    made = g.get("translator")
    if made is None:
        g.language, g.read_cookie = choose_language(request), True
        made = g.translator = Translator(g.language)
    assert isinstance(made, Translator)
    return made


def register_template_helpers(
    app: Flask, schema_org: Callable[..., object], report_link: str, cite: Callable[[str], object]
) -> None:
    """Register the template functions.

    `schema_org` returns the schema.org description of a page, `cite` the citation of the thing with an IRI.
    `report_link` is the address for problem reports, a mailto: or an issue tracker; without one, links
    lead to `/report`.
    """
    app.jinja_env.globals |= {
        "languages": LANGUAGES,
        "switch": _switch,
        "brief": brief,
        "day": _day,
        "short": compact,
        "with_query": _with_query,
        "with_suffix": _with_suffix,
        "has_icons": Path(str(app.static_folder), _ICONS).exists(),
        "part": _render_part,
        "split_addresses": split_addresses,
        "schema_org": schema_org,
        "cite": cite,
        "report_link": report_link,
        "report_to": lambda iri: _report_to(report_link, iri),
    }


def _words(
    environment: PageEnvironment, language: str, prefix: str, url_language: str, link_: Callable[[str], str]
) -> dict[str, object]:
    """Return the template variables of a language and a form of links."""
    translate, text = Translator(language), _make_text(language)

    def marked(value: Text | None) -> Markup:
        return Markup(text(value))

    return {
        "t": translate,
        "lang": language,
        "u": link_,
        "language_field": _LANGUAGE_FIELD.format(url_language) if url_language else Markup(""),
        "text": marked,
        "tree": make_tree(translate, text, _with_query),
        "reference": make_reference(translate, text, link_),
        "licence_name": lambda iri: licence_name(iri, translate),
        "authority_name": lambda iri: authority_name(iri, translate),
        "mine": lambda texts: texts_in_language(texts, language),
        "size": lambda count: _size(count, language),
        "icons": f"{prefix}/static/{_ICONS}" if environment.globals["has_icons"] else "",
    }


def _report_to(report_link: str, iri: str) -> str:
    """Return the operator's link for reporting problems, with the page as subject; without one, that of `/report`."""
    if not report_link:
        return link(f"/report?about={quote_plus(iri)}")
    key = "subject" if report_link.startswith("mailto:") else "title"
    return f"{report_link}{'&' if '?' in report_link else '?'}{urlencode({key: iri}, quote_via=quote)}"


def address(path: str) -> str:
    """Return a path with the prefix that the application is mounted under."""
    return request.script_root + path


def link(path: str) -> str:
    """Return a path as a link that keeps the language of the page's URL."""
    return _make_link(request.script_root, _url_language())(path)


def _url_language() -> str:
    """Return the language in the URL of this page; empty without one."""
    here = request
    language = here.args.get("lang", "") if here.query_string else ""
    return language if language in LANGUAGES else ""


@lru_cache(64)
def _make_link(prefix: str, url_language: str) -> Callable[[str], str]:
    """Return the link function of pages below a prefix, whose URLs have a language or none."""

    def plain(path: str) -> str:
        return path if path.startswith(("http://", "https://")) else prefix + path

    def with_language(path: str) -> str:
        before, mark, fragment = path.partition("#")
        document = before.partition("?")[0]
        if document.startswith(_NOT_OF_PAGES) or document.endswith(_NO_PAGE) or "lang=" in before:
            return plain(path)
        return f"{prefix}{before}{'&' if '?' in before else '?'}lang={url_language}{mark}{fragment}"

    return with_language if url_language else plain


_NOT_OF_PAGES = ("http://", "https://", "/static/", "/api/", "/language/", "/.well-known/")
_NO_PAGE = tuple(f".{suffix}" for suffix in "ttl jsonld rdf nt json xml txt csv xlsx parquet atom gz sha256".split())  # noqa: SIM905


_LANGUAGE_FIELD = Markup('<input type="hidden" name="lang" value="{}">')
"""Hidden form field that keeps the language of the page's URL."""


def link_on_day(day: date) -> Callable[[str], str]:
    """Return a link function that keeps the day of an as-of page for dated documents."""

    def there(path: str) -> str:
        kind, _, rest = path.partition("?")[0].strip("/").partition("/")
        code = rest.partition("/")[2]
        if kind != "cs" or not rest or code == "index" or code.startswith(_UNDATED) or "asOf=" in path:
            return link(path)
        return link(f"{path}{'&' if '?' in path else '?'}asOf={day}")

    return there


_UNDATED = ("release/", "level/", "difference/", "changes.")


def _link_of_page(path: str) -> str:
    """Return a path as a link of a page with a link function of its own."""
    link_: Callable[[str], str] = g.own_link
    return link_(path)


def render(template: str, own_link: Callable[[str], str] | None = None, /, **values: object) -> str:
    """Return a template rendered in the language of the request, with a link function of its own if given."""
    environment = current_app.jinja_env
    assert isinstance(environment, PageEnvironment)
    language, prefix, url_language = translator().language, request.script_root, _url_language()
    if own_link:
        g.own_link = own_link
    key = (language, prefix, url_language, own_link is None)
    variant = environment.variants.get(key)
    if variant is None:
        link_ = _link_of_page if own_link else _make_link(prefix, url_language)
        words = _words(environment, language, prefix, url_language, link_)
        compiled = None if prefix else TemplateCache(key)  # prefixes come with requests, so there may be many
        variant = environment.add_variant(key, words, has_fixed_links=own_link is None, compiled=compiled)
    if unknown := g.get("unknown_parameters"):
        values["unknown_parameters"] = [(name, nearest_name(name, g.known_parameters)) for name in shown_names(unknown)]
    if repeated := g.get("repeated_parameters"):
        values["repeated_parameters"] = shown_names(repeated)
    html = variant.get_template(template).render(values)
    try:
        html.encode()
    except UnicodeEncodeError:  # an escape in a text may stand for a lone surrogate
        return html.encode("utf-8", "replace").decode()
    return html


def _render_part(template: str, key: tuple[str, ...], **values: object) -> Markup:
    """Return a part of a page; one with the same key, in the same language and with the same links is not made anew.

    `key` begins with the view of the build. Two applications in one process share no parts, since they may have
    different stores for the same build.
    """
    environment = current_app.jinja_env
    assert isinstance(environment, PageEnvironment)
    full_key = (template, key, translator().language, _url_language(), request.script_root)
    with environment.parts_lock:
        made = environment.parts.get(full_key)
    if made is None:
        made = Markup(render(template, **values))
        with environment.parts_lock:
            environment.parts[full_key] = made
    return made


def alternate_formats(path: str, formats: tuple[Format, ...] = GRAPH_FORMATS) -> tuple[AlternateFormat, ...]:
    """Return formats of a document, by default those of RDF, with their URLs."""
    return tuple(AlternateFormat(f.suffix, f.media_type, f"{path}.{f.suffix}") for f in formats)


def _make_text(language: str) -> Callable[[Text | None], str]:
    """Return the function that returns the HTML of a text in a page of a language.

    The HTML has `lang` if the text is not in the page's language, and the language in words if it is another.
    """
    own = ("", "zxx", language)  # zxx: no linguistic content, such as the name of a form (ISO 639-2)

    def text(value: Text | None) -> str:
        if value is None:
            return ""
        words = escape_output(value.value)
        if value.lang in own:
            return words
        lang = escape(value.lang)
        if in_language(value.lang, language):
            return f'<span lang="{lang}">{words}</span>'
        return f'<span lang="{lang}" class="other">{words}</span> <span class="tongue">{lang}</span>'

    return text


def brief(title: Text) -> Text:
    """Return a title up to its first comma: `ICD-10-SE`."""
    return Text(title.value.partition(",")[0], title.lang) if len(title.value) > 45 else title


def _switch(language: str) -> str:
    """Return the link that switches this page to another language."""
    here = request
    kept = [(key, value) for key, value in here.args.items(multi=True) if key != "lang"] if here.query_string else []
    more = f"{urlencode(kept)}&" if kept else ""
    return address(f"/language/{language}?back={_quote_address(f'{raw_path(here.environ)}?{more}lang={language}')}")


@lru_cache(16)
def _quote_address(url: str) -> str:
    """Return a URL as the value of a parameter; a page has the links to its other languages twice."""
    return quote_plus(url)


def _with_query(**changes: object) -> str:
    """Return the URL of this page with changed parameters; None removes a parameter."""
    here = request
    kept = here.args.to_dict(flat=False) if here.query_string else {}
    for key, value in changes.items():
        kept.pop(key, None)
        if value not in (None, ""):
            kept[key] = [str(value)]
    parameters = tuple((key, value) for key, values in kept.items() for value in values)
    return address(raw_path(here.environ)) + (f"?{_encode_parameters(parameters)}" if kept else "")


@lru_cache(64)
def _encode_parameters(parameters: tuple[tuple[str, str], ...]) -> str:
    return urlencode(parameters)


def _with_suffix(path: str, suffix: str) -> str:
    """Return the URL of the table of this page in a format: with the filters in force, without the page of a list."""
    kept = [(key, value) for key, value in request.args.items(multi=True) if key not in ("offset", "format")]
    return address(f"{path}.{suffix}") + (f"?{urlencode(kept)}" if kept else "")


def _day(value: str) -> str:
    """Return a date or time without seconds and time zone."""
    return value[:16].replace("T", " ") if "T" in value else value


def _size(count: int, language: str) -> str:
    """Return a number of bytes with a unit."""
    size, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB"):  # noqa: B007 - the last unit is used after the loop
        if size < 1000:
            break
        size /= 1000
    number = f"{size:.0f}" if size >= 10 or unit == "B" else f"{size:.1f}"
    return f"{number.replace('.', ',') if language == 'sv' else number} {unit}"
