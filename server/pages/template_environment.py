"""Template environments whose templates are compiled for one language and one form of links.

A page has hundreds of small values. Texts of the interface and links to fixed pages are put in place when a template is
compiled, loops over fixed values are unrolled, the functions of pages are called without the template context, and a
text is escaped without a `Markup` object for each. The output is the same as without all this.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, MutableMapping
from json import JSONEncoder
from keyword import iskeyword
from threading import Lock
from typing import Any, cast

from cachetools import LRUCache
from flask.json.provider import DefaultJSONProvider
from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.bccache import BytecodeCache
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]

from server.http.i18n import Translator, translations

_HTML = frozenset({"text", "tree", "reference"})
"""Functions of pages that return HTML."""
_DIRECT = _HTML | {
    *(
        "t",
        "u",
        "brief",
        "mine",
        "licence_name",
        "authority_name",
        "with_query",
        "size",
        "day",
        "short",
        "language_links",
    ),
    *("schema_org", "cite", "report_to", "with_suffix", "part", "split_addresses"),
}
"""Functions of pages that are called directly."""
_MACROS = "m"
"""Name under which templates import the macros of pages, which are called directly and return HTML."""
_DIRECT_METHODS = frozenset({_MACROS, "t"})
"""Names whose attributes are called directly."""
_UNDATED = ("/cs/", "http:", "https:")
"""Beginnings of paths whose links may depend on the page."""


def escape_output(value: object) -> str:
    """Return the HTML of a value; the same as `markupsafe.escape`, in a fourth of the time for a string.

    `_escape_inner` is the part of `markupsafe.escape` that replaces characters; the other part makes a `Markup`.
    """
    if type(value) is str:
        return _escape_inner(value)
    return value if type(value) is Markup else escape(value)


_JSON = {
    "json.dumps_function": JSONEncoder(sort_keys=True, default=DefaultJSONProvider.default).encode,
    "json.dumps_kwargs": {},
}
"""Policies of the filter `tojson`: JSON as by Flask, with an encoder that is made once."""


class PageCodeGenerator(CodeGenerator):
    """Code generator that calls the functions of pages without the template context, and `escape_output`."""

    def write_commons(self) -> None:
        """Write the local names at the beginning of a function."""
        super().write_commons()
        self.writeline("escape_output = environment.escape_output")

    def blockvisit(self, body: Iterable[nodes.Node], frame: Frame) -> None:
        """Write statements; the output of a template and of a block is yielded at once.

        Each part would pass through the generators of all blocks and templates around it.
        """
        is_block = frame.block is not None and body is self.blocks[frame.block].body
        if frame.buffer is not None or not (is_block or frame.rootlevel):
            super().blockvisit(body, frame)
            return
        self.buffer(frame)
        super().blockvisit(body, frame)
        self.writeline(f"yield concat({frame.buffer})")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        """Write a call."""
        if forward_caller or not _is_direct(node):
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
            self.write("(" if _is_html(node) else "escape_output(")


def _is_direct(node: nodes.Call) -> bool:
    """Return whether a call is one of a function of pages with plain arguments."""
    if node.dyn_args or node.dyn_kwargs or any(iskeyword(each.key) for each in node.kwargs):
        return False
    return _name(node.node) in _DIRECT or _owner(node.node) in _DIRECT_METHODS


def _is_html(node: nodes.Expr) -> bool:
    """Return whether a value is the result of a function that returns HTML."""
    if not isinstance(node, nodes.Call):
        return False
    return _name(node.node) in _HTML or _owner(node.node) == _MACROS


def _name(node: nodes.Expr) -> str:
    return node.name if isinstance(node, nodes.Name) else ""


def _owner(node: nodes.Expr) -> str:
    """Return the name whose attribute an expression is; empty for another expression."""
    return _name(node.node) if isinstance(node, nodes.Getattr) else ""


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
        super().__init__(*args, **kwargs, cache_size=-1)  # all templates; with a limit each use would be recorded
        self.variants: dict[object, PageEnvironment] = {}
        self.parts: LRUCache[Hashable, Markup] = LRUCache(maxsize=512)
        self.parts_lock = Lock()

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the global variables of a template, in one dictionary, since each page copies them."""
        return {**self.globals, **(d or {})}

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
        variant.policies = {**self.policies, **_JSON}
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
        name, fillings = _name(node.node), {each.key: _constant(each.value) for each in node.kwargs}
        if len(node.args) != 1 or None in fillings.values() or node.dyn_args or node.dyn_kwargs:
            return node
        value = _constant(node.args[0])
        if name == "t" and value in self._texts:
            return nodes.Const(self._translate(value, **fillings), lineno=node.lineno)
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
