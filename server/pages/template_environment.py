"""Template environments whose templates are compiled for one language and one form of links.

A page has hundreds of small values. Texts of the interface and links to fixed pages are put in place when a template is
compiled, loops over fixed values are unrolled, the functions of pages are called without the template context, and a
text without special characters is not copied to be escaped. The output is the same as without all this.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from keyword import iskeyword
from threading import Lock
from typing import Any, cast

from cachetools import LRUCache
from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.bccache import BytecodeCache
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from server.http.i18n import Translator, translations

_DIRECT = frozenset(
    {"t", "u", "text", "brief", "mine", "licence_name", "authority_name", "with_query", "size", "day", "short", "tree"}
    | {"reference"}
)
"""Functions of pages that are called directly."""
_SPECIAL = re.compile("[&<>'\"]")
_UNDATED = ("/cs/", "http:", "https:")
"""Beginnings of paths whose links may depend on the page."""


def escape_output(value: object) -> str:
    """Return the HTML of a value; the same as `markupsafe.escape`, in a third of the time for most values."""
    if type(value) is Markup or (type(value) is str and _SPECIAL.search(value) is None):
        return value
    return escape(value)


class PageCodeGenerator(CodeGenerator):
    """Code generator that calls the functions of pages without the template context, and `escape_output`."""

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        """Write a call."""
        plain = not (node.dyn_args or node.dyn_kwargs or any(iskeyword(each.key) for each in node.kwargs))
        if not (isinstance(node.node, nodes.Name) and node.node.name in _DIRECT and plain):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in (*node.args, *node.kwargs):
            self.visit(argument, frame)
            self.write(", ")
        self.write(")")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        """Write the access to an attribute; the environment is called for mappings, and if there is no attribute."""
        self.write("(value if (value := getattr(whole := (")
        self.visit(node.node, frame)
        self.write(f"), {node.attr!r}, missing)) is not missing else environment.getattr(whole, {node.attr!r}))")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.escape_output(")


class PageTemplate(Template):
    """Template whose macros are made once, and not compared with the variables of each page that imports them."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()


class PageEnvironment(Environment):
    """Environment of the templates of pages, with a variant for each language and form of links."""

    code_generator_class = PageCodeGenerator
    template_class = PageTemplate
    escape_output = staticmethod(escape_output)
    filler: _ConstantFiller | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.variants: dict[object, PageEnvironment] = {}
        self.parts: LRUCache[Hashable, Markup] = LRUCache(maxsize=512)
        self.parts_lock = Lock()

    def add_variant(
        self,
        key: object,
        words: Mapping[str, Any],
        *,
        has_fixed_links: bool,
        compiled: BytecodeCache | None = None,
    ) -> PageEnvironment:
        """Add and return a variant whose templates have these variables.

        The texts of its translator `t` are in place, and with `has_fixed_links` the links of `u` to fixed pages.
        `compiled` is the cache of its compiled templates.
        """
        variant = self.overlay(bytecode_cache=compiled)
        variant.globals = {**self.globals, **words}
        variant.filler = _ConstantFiller(variant, words["t"], words["u"] if has_fixed_links else None)
        self.variants[key] = variant
        return variant

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        return cast(nodes.Template, self.filler.visit(template)) if self.filler else template


class _ConstantFiller(NodeTransformer):
    """Replaces `t("key")` and `u("/path")` by their values, a loop over fixed values by its rounds, and an included
    template that only writes by its body, which needs no context of its own."""

    def __init__(self, environment: PageEnvironment, translate: Translator, link: Callable[[str], str] | None) -> None:
        self._environment = environment
        self._translate, self._texts, self._link = translate, translations(translate.language), link

    def visit_Call(self, node: nodes.Call, *args: Any, **kwargs: Any) -> nodes.Node:
        self.generic_visit(node, *args, **kwargs)
        is_named = isinstance(node.node, nodes.Name) and len(node.args) == 1
        if not is_named or node.kwargs or node.dyn_args or node.dyn_kwargs:
            return node
        name, value = cast(nodes.Name, node.node).name, _constant(node.args[0])
        if name == "t" and value in self._texts:
            return nodes.Const(self._translate(value), lineno=node.lineno)
        if name == "u" and self._link and isinstance(value, str) and not value.startswith(_UNDATED):
            return nodes.Const(self._link(value), lineno=node.lineno)
        return node

    def visit_For(self, node: nodes.For, *args: Any, **kwargs: Any) -> nodes.Node | list[nodes.Node]:
        rounds = None if node.test or node.else_ or node.recursive else _rounds(node)
        if rounds is None:
            return self.generic_visit(node, *args, **kwargs)
        unrolled = [_with_values(each, values) for values in rounds for each in node.body]
        return [self.visit(each, *args, **kwargs) for each in unrolled]

    def visit_Include(self, node: nodes.Include, *args: Any, **kwargs: Any) -> nodes.Node:
        name = _constant(node.template)
        if not isinstance(name, str) or not node.with_context or node.ignore_missing:
            return self.generic_visit(node, *args, **kwargs)
        assert self._environment.loader is not None
        body = self._environment.parse(self._environment.loader.get_source(self._environment, name)[0], name).body
        only_writes = all(_is_simple(statement) for statement in body)
        return nodes.Scope(body, lineno=node.lineno) if only_writes else self.generic_visit(node, *args, **kwargs)


def _constant(node: nodes.Node) -> object:
    try:
        return cast(nodes.Expr, node).as_const()
    except nodes.Impossible:
        return None


def _rounds(node: nodes.For) -> list[dict[str, object]] | None:
    """Return the values of the variables in each round of a loop, or None if they are not fixed."""
    items = _constant(node.iter)
    targets = node.target.items if isinstance(node.target, nodes.Tuple) else [node.target]
    names = [each.name for each in targets if isinstance(each, nodes.Name)]
    if not isinstance(items, tuple) or len(names) != len(targets):
        return None
    # Only output and conditions: another statement may read the variables in its own way, or hide them.
    if not all(map(_is_simple, node.body)) or any(
        each.name == "loop" for statement in node.body for each in statement.find_all(nodes.Name)
    ):
        return None
    return [dict(zip(names, item if len(names) > 1 else (item,), strict=True)) for item in items]


def _is_simple(node: nodes.Node) -> bool:
    """Return whether a statement and those within it are output and conditions."""
    return all(isinstance(each, nodes.Output | nodes.If) for each in (node, *node.find_all(nodes.Stmt)))


def _with_values(node: nodes.Node, values: Mapping[str, object]) -> nodes.Node:
    """Return a copy of a node with values in place of variables."""
    if isinstance(node, nodes.Name) and node.name in values:
        return nodes.Const(values[node.name], lineno=node.lineno)

    def copied(field: Any) -> Any:
        if isinstance(field, list):
            return [copied(each) for each in field]
        return _with_values(field, values) if isinstance(field, nodes.Node) else field

    fields = (copied(getattr(node, name)) for name in node.fields)
    return type(node)(*fields, lineno=node.lineno, environment=node.environment)
