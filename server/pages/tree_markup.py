"""HTML of links to things and of concept trees: a page has dozens, and a template takes six times as long for each."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from markupsafe import Markup

from begrepp.records import Text
from server.http.i18n import Translator
from server.http.urls import quote_address
from server.pages.template_environment import escape_output as escaped
from server.served.refs import Ref, TreeNode

TreeFunction = Callable[[TreeNode, str, Callable[[str], str]], Markup]


def make_tree(t: Translator, text: Callable[[Text | None], str], with_query: Callable[..., str]) -> TreeFunction:
    """Return the function that shows a node with those below it, as an item of a list; `text` returns HTML.

    Its arguments are the node, the id of its code system if the node has none, and the link function of the page.
    """

    @lru_cache(256)
    def count(below: int) -> str:
        return f' <span class="count" title="{escaped(t("tree.below", n=below))}">{t.number(below)}</span>'

    def tree(node: TreeNode, scheme: str, u: Callable[[str], str]) -> Markup:
        return Markup("".join(item(node, scheme, u)))

    def item(node: TreeNode, scheme: str, u: Callable[[str], str]) -> list[str]:
        ref, below = node.ref, node.below
        parts = ['<li><span class="leaf here">' if node.current else '<li><span class="leaf">']
        if below and not node.children and not node.current:
            branch = u(f"/cs/{ref.scheme or scheme}/children?of={quote_address(ref.iri)}")
            words = t("tree.expand", label=ref.notation or ref.label.value)
            parts.append(
                f'<button type="button" class="expand" aria-expanded="false" data-branch="{escaped(branch)}" hidden>'
                f'<span class="unseen">{escaped(words)}</span></button>'
            )
        current = ' aria-current="page"' if node.current else ""
        retired = "" if ref.active else ' class="retired"'
        code = f'<span class="code">{escaped(shown)}</span> ' if (shown := ref.code) else ""
        parts.append(f'<a href="{escaped(u(ref.href))}"{current}{retired}>{code}{text(ref.label)}</a>')
        if below:
            parts.append(count(below))
        parts.append("</span>")
        if node.children:
            parts.append("<ul>\n")
            for child in node.children:
                parts += item(child, scheme, u)
            if node.hidden:
                key, href = ("tree.all", with_query(all=1)) if node.current else ("tree.siblings", u(ref.href))
                parts.append(f'<li class="more"><a href="{escaped(href)}">{escaped(t(key, n=below))}</a></li>\n')
            parts.append("</ul>")
        parts.append("</li>\n")
        return parts

    return tree


def make_reference(t: Translator, text: Callable[[Text | None], str], u: Callable[[str], str]) -> Callable[..., Markup]:
    """Return the function that shows a link to a thing, with its code unless told not to, and that it is retired.

    `text` returns HTML, `u` makes links.
    """
    retired = f' <span class="tag warn">{escaped(t("status.inactive"))}</span>'

    def reference(ref: Ref, with_code: bool = True) -> Markup:
        code = f'<span class="code">{escaped(shown)}</span> ' if with_code and (shown := ref.code) else ""
        kind, after = ("ref", "") if ref.active else ("ref retired", retired)
        return Markup(f'<a class="{kind}" href="{escaped(u(ref.href))}">{code}{text(ref.label)}</a>{after}')

    return reference
