"""Template environment: translations, links, dates, sizes and the page frame."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from urllib.parse import quote, urlencode

from flask import Flask, current_app, g
from markupsafe import Markup, escape
from msgspec import Struct

from begrepp.rdf.namespaces import compact
from begrepp.records import Text, in_language
from begrepp.search.query_operators import MAX_QUERY_LENGTH
from server.http.i18n import LANGUAGES, Translator
from server.http.negotiation import GRAPH_FORMATS, Format, choose_language
from server.http.urls import AlternateFormat, quote_address
from server.http.web_request import WebRequest, current_request
from server.pages.authority_names import authority_name, licence_name
from server.pages.parameter_notices import parameter_notices, used_parameters
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
        g.language, g.read_cookie = choose_language(current_request()), True
        made = g.translator = Translator(g.language)
    assert isinstance(made, Translator)
    return made


def register_template_helpers(
    app: Flask, schema_org: Callable[..., object], report_link: str, cite: Callable[[str, str], object]
) -> None:
    """Register the template functions.

    `schema_org` returns the schema.org description of a page, `cite` the citation of the thing with an IRI in a
    language. `report_link` is the address for problem reports, a mailto: or an issue tracker; without one, links lead
    to `/report`.
    """
    app.jinja_env.globals |= {
        "languages": LANGUAGES,
        "brief": brief,
        "max_query": MAX_QUERY_LENGTH,
        "day": _day,
        "short": compact,
        "with_query": _with_query,
        "with_suffix": _with_suffix,
        "has_icons": Path(str(app.static_folder), _ICONS).exists(),
        "split_addresses": split_addresses,
        "schema_org": schema_org,
        "cite": cite,
        "report_link": report_link,
    }


def _words(
    environment: PageEnvironment, language: str, prefix: str, url_language: str, link_: Callable[[str], str]
) -> dict[str, object]:
    """Return the template variables of a language and a form of links."""
    translate, text = Translator(language), _make_text(language)
    report_link = str(environment.globals["report_link"])

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
        "language_links": partial(_language_links, translate),
        "mine": lambda texts: texts_in_language(texts, language),
        "size": lambda count: _size(count, language),
        "part": partial(_render_part, environment, (language, prefix, url_language)),
        "report_to": lambda iri: _report_to(report_link, iri, link_),
        "icons": f"{prefix}/static/{_ICONS}" if environment.globals["has_icons"] else "",
    }


def _report_to(report_link: str, iri: str, link_: Callable[[str], str]) -> str:
    """Return the operator's link for reporting problems, with the page as subject; without one, that of `/report`."""
    if not report_link:
        return link_(f"/report?about={quote_address(iri, safe='')}")
    key = "subject" if report_link.startswith("mailto:") else "title"
    return f"{report_link}{'&' if '?' in report_link else '?'}{urlencode({key: iri}, quote_via=quote)}"


def address(path: str) -> str:
    """Return a path with the prefix that the application is mounted under."""
    return current_request().script_root + path


def link(path: str) -> str:
    """Return a path as a link that keeps the language of the page's URL."""
    here = current_request()
    return _make_link(here.script_root, _url_language(here))(path)


def _url_language(here: WebRequest) -> str:
    """Return the language in the URL of this page; empty without one."""
    language = here.args.get("lang", "")
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


def render(template: str, own_link: Callable[[str], str] | None = None, /, **values: object) -> bytes:
    """Return a template rendered in the language of the request, with a link function of its own if given."""
    html = _render(template, own_link, values)
    try:
        return html.encode()
    except UnicodeEncodeError:  # an escape in a text may stand for a lone surrogate
        return html.encode("utf-8", "replace")


def _render(template: str, own_link: Callable[[str], str] | None, values: dict[str, object]) -> str:
    environment = current_app.jinja_env
    assert isinstance(environment, PageEnvironment)
    here = current_request()
    language, prefix, url_language = translator().language, here.script_root, _url_language(here)
    if own_link:
        g.own_link = own_link
    key = (language, prefix, url_language, own_link is None)
    variant = environment.variants.get(key)
    if variant is None:
        link_ = _link_of_page if own_link else _make_link(prefix, url_language)
        words = _words(environment, language, prefix, url_language, link_)
        compiled = None if prefix else TemplateCache(key)  # prefixes come with requests, so there may be many
        variant = environment.add_variant(key, words, has_fixed_links=own_link is None, compiled=compiled)
    return variant.get_template(template).render(values | parameter_notices())


def _render_part(
    environment: PageEnvironment, form: tuple[str, ...], template: str, key: tuple[str, ...], **values: object
) -> Markup:
    """Return a part of a page; one with the same key, in the same language and with the same links is not made anew.

    `form` is the language and the form of links, and `key` begins with the view of the build. Two applications in one
    process share no parts, since they may have different stores for the same build.
    """
    full_key = (form, template, key)
    with environment.parts_lock:
        made = environment.parts.get(full_key)
    if made is None:
        made = Markup(_render(template, None, values))
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


class LanguageLink(Struct, frozen=True):
    """A link that switches this page to another language."""

    language: str
    name: str
    href: str


def _language_links(translate: Translator) -> list[LanguageLink]:
    """Return the links that switch this page to its other languages."""
    here = current_request()
    kept = [(key, value) for key, value in used_parameters(here) if key != "lang"]
    links = []
    for language in translate.others:
        back = quote_address(f"{here.raw_path}?{_encode_parameters((*kept, ('lang', language)))}", safe="")
        href = f"{here.script_root}/language/{language}?back={back}"
        links.append(LanguageLink(language, translate.language_name(language), href))
    return links


def _with_query(**changes: object) -> str:
    """Return the URL of this page with changed parameters; None removes a parameter."""
    here = current_request()
    kept = [(key, value) for key, value in used_parameters(here) if key not in changes]
    kept += [(key, str(value)) for key, value in changes.items() if value not in (None, "")]
    return here.script_root + here.raw_path + (f"?{_encode_parameters(tuple(kept))}" if kept else "")


@lru_cache(64)
def _encode_parameters(parameters: tuple[tuple[str, str], ...]) -> str:
    return urlencode(parameters)


def _with_suffix(path: str, suffix: str) -> str:
    """Return the URL of the table of this page in a format: with the filters in force, without the page of a list."""
    here = current_request()
    kept = [(key, value) for key, value in used_parameters(here) if key not in ("offset", "format")]
    return f"{here.script_root}{path}.{suffix}" + (f"?{urlencode(kept)}" if kept else "")


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
