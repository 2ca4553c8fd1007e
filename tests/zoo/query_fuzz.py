"""Mutated queries that try to make an engine send a request: `python -m tests.zoo.query_fuzz MODE URL SEED COUNT`.

A query is made of a frame, a SERVICE clause to URL, and up to six mutations: tokens are glued, parts are hidden in
strings, comments and IRIs or escaped, white space and letters are replaced by similar ones, and text is cut or doubled.
The modes: `checked` evaluates what the check of queries accepts, `isolated` evaluates everything in a process without a
network, and `open` evaluates everything. Prints how many queries the engine evaluated.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryBoolean, Store

from begrepp.errors import QueryError, QueryRefused
from begrepp.rdf.namespaces import prefixes
from begrepp.sparql.checked_query import check_query
from begrepp.store.isolation import isolate_process

_FRAMES = (
    "SELECT * {{ {0} {1} }}",
    "SELECT * {{ ?s ?p ?o . FILTER(1<2) {0} {1} }}",
    "SELECT ?s {{ ?s ?p ?o FILTER(?o < 5 && ?o > 1) {0} OPTIONAL {{ {1} }} }}",
    'SELECT * {{ BIND("text" AS ?x) {0} FILTER(?x != "a\\"b") {1} }} ORDER BY ?x',
    "ASK {{ ?s <http://example.org/p#q> true . {0} {1} }}",
    "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o . {0} {1} }}",
    "PREFIX e: <http://example.org/> SELECT * {{ ?s e:p-q\\.r 'x'@en . {0} # note\n {1} }} LIMIT 3",
    "SELECT * {{ {{ SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o {0} }} }} UNION {{ {1} }} VALUES ?v {{ 1 <http://a/> 'v' }} }}",
    'SELECT * {{ ?s ?p """long "quoted" text""" . {0} ?s <http://a/>/<http://b/>* ?z . {1} }}',
    "SELECT * {{ ?s ?p ?o {0} FILTER(NOT EXISTS {{ {1} }} || ?o<3) }}",
    "SELECT*{{FILTER(1<2){1}}}",
    "SELECT*{{?s ?p ?o FILTER(?o<5&&?o>1){1}}}",
    "SELECT * {{ ?s ?p true {1} }}",
    "SELECT * {{ OPTIONAL {{ ?s <http://example.org/A#p> ?o }} . {1} }}",
    # The clause as text: a mutation may turn it into code.
    'SELECT * {{ ?s ?p """{1}""" . {0} }}',
    "SELECT * {{ ?s ?p '{1}'@en . {0} }}",
    'SELECT * {{ ?s ?p "\\"{1}", "x" . {0} }}',
    "SELECT * {{ # {1}\n ?s ?p ?o {0} }}",
    "SELECT * {{ ?s ?p ?o . FILTER(?o<2||?o>1) #> {1}\n {0} }}",
    "SELECT * {{ ?s <http://example.org/SERVICE#p> ?o . {0} # {1}\r }}",
    "SELECT * {{ ?s ?p '''{1}''' . ?s ?q ?o FILTER(?o<1) {0} }}",
    "PREFIX SERVICE: <http://x/> SELECT ?SERVICE {{ ?SERVICE SERVICE:SILENT _:SERVICE . {0} #{1}\n }}",
)
_CLAUSE = "SERVICE {silent}<{url}> {{ ?a ?b ?leak }}"
_OPENERS = (
    "<", "<x", "<2)", "'", '"', "'''", '"""', "#", "# ", "true", "false", "a", "1", "1.", "?v", "e:", "_:b", "@en",
    "\\", "\\u0041", "<http://x/\\u0041#p> ", "(1<2)", "1<2)", "?o<?s&&", "<<", "<<(", "{|", "''", '""', "IN", "NOT",
    "LIMIT1", "UNION{", "%23", "e:\\#", "e:a%", "^^<x>", "\u2028", "\ufeff", "\u00a0",
)  # fmt: skip
_CLOSERS = (
    "",
    "#>",
    ">",
    "'",
    '"',
    "'''",
    '"""',
    "\n",
    "#>\n",
    "\r",
    "\\",
    ")",
    "}",
    "#'''\n",
    '#"""\n',
    "\u2028",
    "\x85",
)
_SPACES = (
    "",
    "\t",
    "\r",
    "\n",
    "\x0b",
    "\x0c",
    "\u00a0",
    "\u2028",
    "\u2029",
    "\u3000",
    "\ufeff",
    "\x85",
    "#\n",
    "#x>\n",
    "#'\n",
)
_LIKE = {
    "S": "\u017f",
    "s": "\u017f",
    "K": "\u212a",
    "i": "\u0131",
    "I": "\u0130",
    "E": "\u0415",
    "<": "\uff1c",
    "{": "\uff5b",
}
_PIECES = re.compile(r"\s+|\w+|.", re.DOTALL)


def _glue(random_: random.Random, text: str) -> str:
    return _replace_one(random_, text, r"\s+", lambda _: "")


def _replace_space(random_: random.Random, text: str) -> str:
    return _replace_one(random_, text, r"\s+", lambda _: random_.choice(_SPACES))


def _insert(random_: random.Random, text: str) -> str:
    pieces = _PIECES.findall(text)
    pieces.insert(random_.randrange(len(pieces) + 1), random_.choice((*_OPENERS, *_CLOSERS)))
    return "".join(pieces)


def _hide(random_: random.Random, text: str) -> str:
    """Put an opener before SERVICE or its IRI, and a closer soon after."""
    return _replace_one(
        random_, text, r"(?i)SERVICE\s*(SILENT)?|<http://127[^>]*>",
        lambda found: random_.choice(_OPENERS) + random_.choice(("", " ", "\n")) + found[0] + random_.choice(_CLOSERS),
    )  # fmt: skip


def _escape(random_: random.Random, text: str) -> str:
    return _replace_one(random_, text, r"[A-Za-z#'\"<>{}\n]", _code_point)


def _code_point(letter: re.Match[str]) -> str:
    return f"\\u{ord(letter[0]):04X}"


def _escape_in_iri(random_: random.Random, text: str) -> str:
    return _replace_one(
        random_, text, r"<http:[^>]*>",
        lambda found: re.sub("[a-zA#]", _code_point, found[0], count=random_.randrange(1, 9)),
    )  # fmt: skip


def _comment_after_service(random_: random.Random, text: str) -> str:
    return _replace_one(
        random_, text, r"(?i)SERVICE\s*", lambda found: found[0] + random_.choice(("#>\n", "#'\n", '#"\r'))
    )


def _glue_service(random_: random.Random, text: str) -> str:
    return _replace_one(random_, text, r"\s+(?=SERVICE)", lambda _: random_.choice(("", "", ")", "1", ".")))


def _look_alike(random_: random.Random, text: str) -> str:
    return _replace_one(random_, text, "[SsKiIE<{]", lambda found: _LIKE[found[0]])


def _change_case(random_: random.Random, text: str) -> str:
    return _replace_one(random_, text, r"[A-Za-z]+", lambda found: found[0].swapcase())


def _cut(random_: random.Random, text: str) -> str:
    at = random_.randrange(len(text))
    return text[:at] + text[at + random_.randrange(1, 4) :]


def _double(random_: random.Random, text: str) -> str:
    return _replace_one(random_, text, r"\w+|[<>#'\"{}().]", lambda found: found[0] * 2)


def _replace_one(random_: random.Random, text: str, pattern: str, new: Callable[[re.Match[str]], str]) -> str:
    found = [*re.finditer(pattern, text)]
    if not found:
        return text
    chosen = random_.choice(found)
    return text[: chosen.start()] + new(chosen) + text[chosen.end() :]


_MUTATIONS = (
    _glue, _replace_space, _insert, _hide, _hide, _escape, _escape_in_iri, _comment_after_service, _glue_service,
    _look_alike, _change_case, _cut, _double,
)  # fmt: skip


def mutated_queries(url: str, seed: int, count: int) -> Iterator[str]:
    """Yield queries, the same for the same seed."""
    random_ = random.Random(seed)
    for _ in range(count):
        clause = _CLAUSE.format(silent=random_.choice(("", "SILENT ")), url=url)
        text = random_.choice(_FRAMES).format(random_.choice(("", "", ".", "?s ?q ?r .")), clause)
        for _ in range(random_.randrange(7)):
            text = random_.choice(_MUTATIONS)(random_, text) or clause
        yield text


def main(mode: str, url: str, seed: str, count: str) -> None:
    """Evaluate mutated queries on a small store."""
    if mode == "isolated":
        assert isolate_process(), "this machine can isolate no process"
    store = Store()
    node = NamedNode("http://example.org/s")
    store.extend(Quad(node, NamedNode(f"http://example.org/p{n}"), Literal(n)) for n in range(3))
    store.add(Quad(node, NamedNode("http://example.org/p#q"), BlankNode()))
    evaluated = 0
    for text in mutated_queries(url, int(seed), int(count)):
        with suppress(QueryError, QueryRefused, SyntaxError, ValueError, OSError, RuntimeError):
            results = store.query(check_query(text) if mode == "checked" else text, prefixes=prefixes())
            evaluated += 1
            if not isinstance(results, QueryBoolean):
                list(islice(results, 20))
    sys.stdout.write(str(evaluated))


if __name__ == "__main__":
    main(*sys.argv[1:])
