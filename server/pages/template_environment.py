"""Template environments, one per language, whose templates are compiled with the texts of the language in place.

Jinja looks up each call of a function through its context, for functions that want the context; the functions of pages
do not, and are called directly. A concept page has 160 such calls.
"""

from __future__ import annotations

from keyword import iskeyword
from typing import Any, cast

from flask.templating import Environment
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer

from server.http.i18n import Translator, translations

_DIRECT = frozenset({"t", "u", "text", "brief", "mine", "licence_name", "with_query", "size", "day", "short"})
"""Functions of pages that are called directly."""


class DirectCallGenerator(CodeGenerator):
    """Code generator that calls the functions of pages without the template context."""

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


class PageEnvironment(Environment):
    """Environment of the templates of pages; `for_language` returns the one of a language."""

    code_generator_class = DirectCallGenerator
    language = ""

    def for_language(self, language: str) -> PageEnvironment:
        """Return the environment whose templates have the texts of a language in place, made on first use."""
        known: dict[str, PageEnvironment] = self.__dict__.setdefault("languages", {})
        if language not in known:
            environment = self.overlay()
            environment.language = language
            known[language] = environment
        return known[language]

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        if not self.language:
            return template
        return cast(nodes.Template, _TextFiller(self.language).visit(template))


class _TextFiller(NodeTransformer):
    """Replaces `t("key")` by the text of the language."""

    def __init__(self, language: str) -> None:
        self._translate, self._texts = Translator(language), translations(language)

    def visit_Call(self, node: nodes.Call, *args: Any, **kwargs: Any) -> nodes.Node:
        self.generic_visit(node, *args, **kwargs)
        is_text = isinstance(node.node, nodes.Name) and node.node.name == "t" and len(node.args) == 1
        if not is_text or node.kwargs or node.dyn_args or node.dyn_kwargs:
            return node
        key = node.args[0]
        if not (isinstance(key, nodes.Const) and key.value in self._texts):
            return node
        return nodes.Const(self._translate(key.value), lineno=node.lineno)
