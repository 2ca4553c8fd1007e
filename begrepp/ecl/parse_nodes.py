"""Nodes of lark's parse tree: their children by kind, and their place in the text."""

from __future__ import annotations

from lark import Token, Tree

from begrepp.ecl.syntax_tree import Span

ParseTree = Tree[Token]


def child_trees(tree: ParseTree) -> list[ParseTree]:
    """Return the children that are rules."""
    return [child for child in tree.children if isinstance(child, Tree)]


def child_tokens(tree: ParseTree) -> list[Token]:
    """Return the children that are tokens."""
    return [child for child in tree.children if isinstance(child, Token)]


def token_span(token: Token) -> Span:
    """Return start and end of a token."""
    return token.start_pos or 0, token.end_pos or 0


def span_of(tree: ParseTree) -> Span:
    """Return start and end of a rule."""
    return tree.meta.start_pos, tree.meta.end_pos
