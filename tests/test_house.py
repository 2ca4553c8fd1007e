"""Rules of the repository: names, sizes, documentation, translations and pinned dependencies."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, parse

import loaders
from begrepp.cli.main import COMMANDS
from begrepp.rdf import ntriples
from begrepp.rdf.namespaces import expand, prefixes
from begrepp.settings import LANGUAGES, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
QUERIES = sorted((ROOT / "queries").rglob("*.rq"))
OWN = expand("begrepp:x").removesuffix("x")
MODULES = sorted(path for package in ("begrepp", "loaders", "server") for path in (ROOT / package).rglob("*.py"))
MOST_LINES = 300
NOUNS = {
    "caching",
    "encoding",
    "feed",
    "mapping",
    "paging",
    "ranking",
    "signposting",
    "staging",
    "stemming",
    "templating",
}
"""Names of modules that end as a gerund or a participle does, and are nouns."""
LAYERS = {ROOT / layer for layer in ("begrepp/cli", "begrepp/graph", "server/pages", "server/views")}
"""The command, the triples, the page and the view of one feature share its name."""
SHARED_NAMES = {
    "documents",  # of the text index; of the web
    "editions",  # folders of files; records
    "endpoint",  # the client; the server
    "i18n",  # of reports; of pages
    "openapi",  # of the JSON API; of validation
    "parameters",  # of queries; of the JSON API
    "pool",  # of query workers; of validation workers
    "schemes",  # records; the build that is served
    "variables",  # records; the source `variables`; tables of a declaration
    "worker",  # of queries; of validation
    "xml",  # publishers' files; RDF/XML
}
"""Names of modules in rooms of different features that each say the same of their own room."""
SHARED_CLASSES: set[str] = set()
"""Public classes that are defined twice and mean the same."""


def tracked() -> list[Path]:
    """The files of the repository."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("this is no git checkout, so there is no list of tracked files")
    return [ROOT / name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


@cache
def lines_of_code() -> list[tuple[Path, ast.Module, int]]:
    """Every module with its syntax tree and its number of lines."""
    texts = {path.relative_to(ROOT): path.read_text(encoding="utf-8") for path in MODULES}
    return [(path, ast.parse(text), text.count("\n")) for path, text in texts.items()]


def test_every_room_says_what_it_is() -> None:
    short = []
    for path, tree, _ in lines_of_code():
        docstring = ast.get_docstring(tree) or ""
        if path.name == "__init__.py" and (len(docstring) < 30 or "TO BE DESCRIBED" in docstring):
            short.append(path.as_posix())
    assert not short, "\n".join(["say in one sentence what the room is, what goes in and what comes out:", *short])


def test_every_module_has_a_docstring() -> None:
    assert not [path.as_posix() for path, tree, _ in lines_of_code() if not ast.get_docstring(tree)]


def test_docstrings_name_the_thing_that_they_describe() -> None:
    """A first line begins with a noun or a verb, not with a question word."""
    questions = {"What", "Who", "How", "Where", "Which", "When", "That"}
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = []
    for path in tracked():
        if path.suffix == ".py":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                docstring = (ast.get_docstring(node) or "") if isinstance(node, kinds) else ""
                if docstring.partition(" ")[0] in questions:
                    found.append(f"{path.relative_to(ROOT)}: {docstring.splitlines()[0]}")
    assert not found, "\n".join(found)


def test_no_module_is_longer_than_the_limit() -> None:
    long = [f"{path}: {lines} lines" for path, _, lines in lines_of_code() if lines > MOST_LINES]
    assert not long, "\n".join(long)


def test_modules_are_named_by_nouns() -> None:
    last_words = {path.relative_to(ROOT).as_posix(): path.stem.rpartition("_")[2] for path in MODULES}
    verbs = {path: word for path, word in last_words.items() if word.endswith(("ing", "ed")) and word not in NOUNS}
    assert not verbs
    riddles = {"asked", "found", "kept", "left", "made", "said", "told"}
    assert not [path.as_posix() for path in MODULES if set(path.stem.split("_")) & riddles]
    assert set(last_words.values()) >= NOUNS, "a noun that no module is named by goes from the list"


def test_no_two_modules_have_one_name() -> None:
    """Loaders of different sources may name their modules alike, and so may the layers of one feature."""
    named = defaultdict(list)
    for path in MODULES:
        relative = path.relative_to(ROOT)
        of_one_source = relative.parts[0] == "loaders" and len(relative.parts) > 2
        shared = of_one_source and relative.parts[1] in ("declaration", "support")
        in_layer = not LAYERS.isdisjoint(path.parents)
        if not path.stem.startswith("__") and not in_layer and (shared or not of_one_source):
            named[path.stem].append(relative.as_posix())
    twice = {name: paths for name, paths in named.items() if len(paths) > 1}
    alike = [f"{name}: {paths}" for name, paths in twice.items() if name not in SHARED_NAMES]
    assert not alike, "\n".join(alike)
    assert set(twice) == SHARED_NAMES, "a name that is not shared any more goes from the list"


def test_no_public_class_name_means_two_things() -> None:
    defined = defaultdict(list)
    for path, tree, _ in lines_of_code():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                defined[node.name].append(path.as_posix())
    twice = [f"{name}: {paths}" for name, paths in defined.items() if len(paths) > 1 and name not in SHARED_CLASSES]
    assert not twice, "\n".join(twice)


def test_every_command_is_in_the_readme() -> None:
    for name in COMMANDS:
        assert f"`begrepp {name}" in README, name


def test_every_root_folder_is_named_in_the_readme() -> None:
    folders = {path.relative_to(ROOT).parts[0] for path in tracked() if len(path.relative_to(ROOT).parts) > 1}
    for folder in folders - {".ci"}:
        assert f"{folder}/" in README, folder


def test_both_commands_stand_in_the_first_screen_of_the_readme() -> None:
    first_screen = "\n".join(README.splitlines()[:30])
    assert "make serve" in first_screen and "make test" in first_screen


def test_every_linked_file_exists() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        prose = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", prose):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


@pytest.mark.parametrize("source", sorted(loaders.loader_modules()))
def test_every_loader_has_fixture_and_golden(source: str) -> None:
    fixtures = ROOT / "tests" / "fixtures"
    found = [folder for folder in fixtures.iterdir() if folder.name == source or folder.name.startswith(f"{source}-")]
    assert found, f"tests/fixtures/{source}/ is missing"
    for folder in found:
        assert list(folder.rglob("expected.ttl")), folder


def test_every_own_word_is_labelled_and_defined_in_every_language() -> None:
    store = Store()
    store.extend(parse(path=ROOT / "ontology" / "vocabulary.ttl", format=RdfFormat.TURTLE))
    own = {quad.subject for quad in store if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(OWN)}
    assert len(own) > 40
    for word in own:
        for predicate in ("rdfs:label", "skos:definition"):
            objects = [q.object for q in store.quads_for_pattern(word, NamedNode(expand(predicate)), None)]
            languages = {o.language for o in objects if isinstance(o, Literal)}
            assert languages >= set(LANGUAGES), (word.value, predicate)


def test_every_own_word_that_the_code_writes_is_in_the_vocabulary() -> None:
    text = (ROOT / "ontology" / "vocabulary.ttl").read_text(encoding="utf-8")
    used = set()
    for file in [*(ROOT / "begrepp").rglob("*.py"), *(ROOT / "queries").rglob("*.rq")]:
        used |= set(re.findall(r"\bbegrepp:([A-Za-z]\w+)", file.read_text(encoding="utf-8")))
    missing = sorted(word for word in used if not re.search(rf"^begrepp:{word}\b", text, re.MULTILINE))
    assert not missing


def test_every_prefix_in_code_and_queries_is_declared() -> None:
    for file in [*(ROOT / "begrepp").rglob("*.py"), *(ROOT / "server").rglob("*.py")]:
        for prefixed in re.findall(r'name\("(\w+):\w', file.read_text(encoding="utf-8")):
            assert prefixed in prefixes(), (file.name, prefixed)
    assert ntriples.name("skos:Concept") == "<http://www.w3.org/2004/02/skos/core#Concept>"


@pytest.mark.parametrize("file", QUERIES, ids=lambda file: file.stem)
def test_every_query_has_words_and_runs(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.startswith("#+ title:") and "#+ summary:" in text
    if file.parent.name == "examples":
        for key in ("title_sv", "summary_sv", "area", "rows"):
            assert f"#+ {key}:" in text, key
    Store().query(text, prefixes=prefixes())


def test_no_two_queries_have_one_name() -> None:
    assert len({file.stem for file in QUERIES}) == len(QUERIES)


def test_no_file_names_a_download_host() -> None:
    hosts = re.compile(r"https?://\S+(\.whl|\.tgz|\.deb|/simple/?)(\s|$|\")|files\.pythonhosted|registry\.npmjs")
    for path in tracked():
        if path.suffix in {".toml", ".txt", ".cfg", ".json", ".yml", ".yaml", ".py", ".sh"} and path != Path(__file__):
            assert not hosts.search(path.read_text(encoding="utf-8")), path


def test_every_dependency_is_pinned() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.findall(r'^    "([a-z0-9-]+)(\S*)",', text, re.MULTILINE)
    names = {name for name, version in listed if version.startswith("==")}
    assert {"rdflib", "pyshacl", "owlready2", "sparqlwrapper", "flask"} <= names
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    for name in names:
        assert re.search(rf"^{name.replace('-', '[-_.]')}==", pinned, re.MULTILINE | re.IGNORECASE), name
