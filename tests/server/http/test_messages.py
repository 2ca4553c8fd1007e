"""Error messages on pages are in the language of the page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from begrepp.settings import ROOT
from begrepp.validation.shacl.syntax_rules import KINDS, LISTS
from server.http.i18n import LANGUAGES, Translator, messages

HTML = {"Accept": "text/html"}
# Errors of the core that a page can show; those of loading and building reach the command line only.
SHOWN = (
    "EclError",
    "QueryError",
    "QueryRefused",
    "QueryTimeout",
    "QueryTooLarge",
    "NotFound",
    "NoBuild",
    "ParameterError",
)
INTERNAL = {"NotImplementedError", "AssertionError", "ConnectionError", "TypeError", "ValueError", "KeyError"}
ERROR = re.compile(
    r"(Error|Missing|Gone|Found|Refused|TooLarge|RateLimited|NotRdf|FetchError|Timeout|Busy|Queries|Abandoned|FileInProgress|Killed"
    r"|Ambiguous|NoBuild|DamagedBuild|NotAcceptable|MediaType|PreconditionFailed)$"
)


def _template(node: ast.expr) -> str:
    """A string literal, with `{}` for each value of an f-string."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _raised(folder: str) -> Iterator[str]:
    """The sentences that errors are raised with in the modules of a folder."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            name = node.func.id
            if name in INTERNAL or not ERROR.search(name) or (folder != "server" and name not in SHOWN):
                continue
            for text in map(_template, node.args):
                if re.search(r"[a-z] |\.$", text):
                    yield text


@pytest.mark.parametrize("folder", ["server", "begrepp"])
def test_every_message_that_a_page_shows_is_translated(folder: str) -> None:
    raised = {*_raised(folder)}
    assert len(raised) > 20
    for language in set(LANGUAGES) - {"en"}:
        assert not raised - messages(language).keys(), language


REASONS = {"InputError", "PatternError", "_ill_formed", "_excluded", "_not_a_path", "_error"}
"""Calls in the validation package whose texts a page shows, also as a part of another message."""


def _alternatives(node: ast.expr) -> Iterator[str]:
    """The texts of an argument, which may be a choice of two."""
    if isinstance(node, ast.IfExp):
        yield from _alternatives(node.body)
        yield from _alternatives(node.orelse)
    elif text := _template(node):
        yield text


def _reasons() -> Iterator[str]:
    """The reasons and next steps of errors about shapes; of `is ill-formed: REASON.` the reason."""
    for path in sorted((ROOT / "begrepp/validation/shacl").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                texts = [text for argument in node.args for text in _alternatives(argument)] if name in REASONS else []
                for text in texts:
                    inner = text.removeprefix("is ill-formed: ")
                    yield inner if inner == text else inner.removesuffix(".")
    for words in (KINDS, LISTS):
        yield from (kind for _, kind in words.values() if not kind.startswith("xsd:"))


def test_every_reason_why_a_shape_is_ill_formed_is_translated() -> None:
    say, reasons = Translator("sv"), {*_reasons()} - {"shapes", "{}.", "{}"}
    assert len(reasons) > 60
    for reason in reasons:
        filled = reason.replace("{}", "X")
        assert say.message(filled) != filled or "sh:declare [" in filled, reason


@pytest.mark.parametrize(
    ("english", "swedish"),
    [
        (
            "is ill-formed: sh:minCount cannot be <http://ex/a>; it must be an xsd:integer.",
            "är felaktig: sh:minCount kan inte vara <http://ex/a>; det ska vara ett xsd:integer.",
        ),
        (
            "is ill-formed: its sh:path is not a property path but a blank node: it contains itself.",
            "är felaktig: dess sh:path är ingen egenskapsväg utan en tom nod: den innehåller sig själv.",
        ),
        (
            "'(a' is not a valid regular expression: position 3: a group is not closed.",
            "'(a' är inget giltigt reguljärt uttryck: tecken 3: en grupp är inte avslutad.",
        ),
        (
            "its query cannot be evaluated: it uses MINUS.",
            "dess fråga kan inte besvaras: den använder MINUS.",
        ),
    ],
)
def test_reasons_within_messages_are_translated(english: str, swedish: str) -> None:
    assert Translator("sv").message(english) == swedish


def test_the_title_of_every_check_is_translated() -> None:
    titles = {
        found[1]
        for path in (ROOT / "queries/checks").glob("*.rq")
        if (found := re.search(r"^#\+ title: (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE))
    }
    assert titles and not titles - messages("sv").keys()


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_a_translation_has_the_values_of_the_message(language: str) -> None:
    for english, words in messages(language).items():
        assert len(re.findall(r"\{(?:\d*|!)\}", words)) <= english.count("{}"), english


def test_a_message_keeps_its_values_and_the_name_before_it() -> None:
    say = Translator("sv")
    assert say.message("There is no code system xyz.") == "Kodverket xyz finns inte."
    assert say.message("since: '2019' is not a date.") == "since: ”2019” är inget datum."
    assert say.message("Not a message.") == "Not a message."
    assert Translator("en").message("There is no code system xyz.") == "There is no code system xyz."


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/cs/finns-inte/index", 404, "Kodverket finns-inte finns inte."),
        ("/sparql?query=SELECT+*+%7B", 400, "Rad 1, kolumn 11: frågan slutar för tidigt."),
        ("/queries/what-a-code-meant-on-a-day?day=igår", 400, "är inget datum"),
        ("/queries/finns-inte", 404, "Exempelfrågan ”finns-inte” finns inte."),
        ("/cs/onkologi?asOf=i-dag", 400, "är inget datum"),
        ("/harmonise?a=nkbc&b=nkbc", 400, "Datamängderna är desamma."),
    ],
)
def test_a_page_shows_an_error_in_its_language(client: FlaskClient, path: str, status: int, words: str) -> None:
    response = client.get(path, headers={**HTML, "Accept-Language": "sv"})
    assert (response.status_code, words in response.text) == (status, True)
    english = client.get(path, headers={**HTML, "Accept-Language": "en"})
    assert words not in english.text


def test_a_refused_upload_is_explained_in_the_language_of_the_page(client: FlaskClient) -> None:
    response = client.post("/check?lang=sv", data={"list": "kon", "values": "811218-9876"}, headers=HTML)
    assert "innehåller ett personnummer" in response.text
    empty = client.post("/validation?lang=sv", data={"profile": "dcat-ap-se"}, headers=HTML)
    assert "Det finns inga data att validera." in empty.text


def test_machines_get_messages_in_english(client: FlaskClient) -> None:
    response = client.get("/cs/finns-inte", headers={"Accept": "application/json", "Accept-Language": "sv"})
    assert "finns inte" not in response.text.replace("finns-inte", "")
