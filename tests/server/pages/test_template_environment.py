"""Templates compiled with texts and links in place give the output of Jinja's own environment."""

from __future__ import annotations

from typing import Any, ClassVar

import jinja2
import pytest
from flask import Flask
from markupsafe import Markup, escape

from server.http.i18n import Translator
from server.pages.template_environment import PageEnvironment, escape_output


class Html:
    """An object with HTML of its own, and other text."""

    def __html__(self) -> str:
        return "<b>fett</b>"

    def __str__(self) -> str:
        return "<fel>"


class Item:
    """An object with attributes, one of them a mapping with the name of a method."""

    name = "<name>"
    values: ClassVar = {"first": "a", "values": 3}


class Word(str):
    """A text of another type."""

    __slots__ = ()


def link(path: str) -> str:
    return f"/prefix{path}?a=1&b=2"


def rendered(template: str, *, has_fixed_links: bool = True, **values: object) -> tuple[str, str]:
    """The output of a variant and that of Jinja's own environment."""
    words: dict[str, Any] = {"t": Translator("sv"), "u": link}
    variant = PageEnvironment(Flask(__name__), autoescape=True).add_variant("", words, has_fixed_links=has_fixed_links)
    plain = jinja2.Environment(autoescape=True)
    plain.globals |= words
    return variant.from_string(template).render(values), plain.from_string(template).render(values)


@pytest.mark.parametrize("value", [
    "", "bröst", "a & b", "<i>", "\"'", Markup("<i>&amp;</i>"), Word("<x>"), Html(), 5, None, 1.5, True, "&amp;",
])  # fmt: skip
def test_a_value_is_escaped_as_by_markupsafe(value: object) -> None:
    assert str(escape_output(value)) == str(escape(value))


@pytest.mark.parametrize("template", [
    '{% for path, key in (("/cs", "schemes"), ("/dataset", "datasets")) %}<a href="{{ u(path) }}"'
    '{% if here == path %} aria-current="page"{% endif %}>{{ t("nav." ~ key) }}</a>{% endfor %}',
    '{% for each in ("<a>", "b") %}{{ each }}{{ x }}{% endfor %}{{ each }}',
    '{% for each in ("a", "b") %}{{ each }}{{ "," if not loop.last }}{% endfor %}',
    '{% for each in ("a", "b") if each != x %}{{ each }}{% else %}none{% endfor %}',
    '{% for each in ("a", "b") %}{% set x = each %}{{ x }}{% endfor %}{{ x }}',
    '{% for each in ("a", "b") %}{% for each in ("c", each) %}{{ each }}{% endfor %}{{ each }}{% endfor %}',
    '{% for each in ("a", x) %}{{ each }}{% endfor %}',
    '{% for each in () %}{{ each }}{% else %}none{% endfor %}',
    '{% for a, b in ((1, (2, 3)), ("4", [5])) %}{{ a }}{{ b[0] }}{% endfor %}',
    '{% for a, (b, c) in ((1, (2, 3)),) %}{{ a }}{{ b }}{{ c }}{% endfor %}',
    '{% macro m(each) %}{{ each }}{% endmacro %}{% for each in ("a", "b") %}{{ m(each) }}{{ caller }}{% endfor %}',
    '{% for each in ("a",) %}{% if each == "a" %}{{ u("/" ~ each) }}{% elif x %}{{ x }}{% else %}-'
    "{% endif %}{% endfor %}",
    "{{ item.name }}{{ item.values.first.upper() }}{{ item.none }}{{ item.values.none is defined }}",
    "{% for row in rows if row.name.x == 1 %}{{ row.name.x }}{{ rows[0].name.x }}{% endfor %}"
    "{{ rows | map(attribute='a') | list }}",
    '{{ u("/cs") }} {{ u(here) }} {{ u("/cs/x") }} {{ t("nav.schemes") | upper }}',
])  # fmt: skip
@pytest.mark.parametrize("has_fixed_links", [True, False])
def test_a_template_gives_the_output_of_jinja(template: str, has_fixed_links: bool) -> None:
    filled, plain = rendered(
        template, has_fixed_links=has_fixed_links, here="/cs", x="<x>", item=Item(), rows=[{"name": {"x": 1}, "a": 2}]
    )
    assert filled == plain


def test_a_page_may_have_links_of_its_own() -> None:
    filled, plain = rendered('{{ u("/cs") }}', has_fixed_links=False, u=lambda path: path + "!")
    assert filled == plain == "/cs!"
