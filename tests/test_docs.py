"""The documentation names only files, modules, RDF terms, headings and pages that exist."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from begrepp.settings import ROOT

FOLDERS = tuple(sorted(path.name for path in ROOT.iterdir() if path.is_dir() and path.name not in {".git", "data"}))
PACKAGES = ("begrepp", "bench", "loaders", "server", "tests")
PLACEHOLDER = re.compile(r"<[^<>]*>|\{[^{}]*\}|…|\*+|\b[A-Z]{4,}\b(?!\.)")
DATED = r"Decided \d{4}-\d\d-\d\d(, last changed \d{4}-\d\d-\d\d)?\. Status: (accepted|superseded by \[)"
PATH = re.compile(r"[^\s\"'()=:]+/[^\s\"'()=:]*")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    """Every tracked Markdown file except fixtures, which are test data."""
    done = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("this is no git checkout, so there is no list of tracked files")
    return [ROOT / name for name in done.stdout.splitlines() if not name.startswith("tests/fixtures/")]


def path_exists(token: str) -> bool:
    """Whether a path relative to the root exists; a placeholder such as `<id>` stands for any name."""
    pattern = re.sub(r"\*+", "*", PLACEHOLDER.sub("*", token)).rstrip("/")
    return any(True for _ in ROOT.glob(pattern)) if "*" in pattern else (ROOT / pattern).exists()


def file_exists(name: str) -> bool:
    """Whether any folder of the project contains a file of this name."""
    return any(True for _ in ROOT.glob(f"[!.]*/**/{name}"))


def module_exists(name: str) -> bool:
    """Whether a dotted name is a module of the project, or a name that its module contains."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:length])
        module = next((f for f in (place.with_suffix(".py"), place / "__init__.py") if f.is_file()), None)
        if module:
            return length == len(parts) or parts[length] in module.read_text(encoding="utf-8")
        if place.is_dir():
            return False
    return False


def named_paths(text: str) -> Iterator[str]:
    """The tokens of a page that name a path of the repository: in backquotes, and in code blocks."""
    blocks = FENCED.findall(text)
    for token in re.findall(r"`([^`\n]+)`", FENCED.sub("", text)):
        ours = token.partition("/")[0] in FOLDERS and PATH.fullmatch(token)
        if ours or re.fullmatch(r"[a-z0-9_-]+\.(py|rq)", token):
            yield token
    for block in blocks:
        for token in re.findall(r"(?<![\w./@-])([\w.-]+/[\w.<>{},*…@/-]+)", block):
            if token.partition("/")[0] in FOLDERS and token != "server/":
                yield token


def named_modules(text: str) -> Iterator[str]:
    """The modules that a page names, in backquotes or after `python -m`."""
    names = "|".join(PACKAGES)
    yield from re.findall(rf"`((?:{names})(?:\.[A-Za-z_]\w*)+)`", FENCED.sub("", text))
    yield from re.findall(rf"python -m ((?:{names})(?:\.[a-z_]\w*)*)", text)


def unknown_terms(text: str) -> list[str]:
    """The RDF terms of our own namespace that a page names and that the vocabulary does not define."""
    vocabulary = (ROOT / "ontology" / "vocabulary.ttl").read_text(encoding="utf-8")
    defined = set(re.findall(r"^begrepp:(\w+)", vocabulary, re.MULTILINE))
    return sorted(set(re.findall(r"\bbegrepp:([A-Za-z]\w+)", text)) - defined)


def slug(heading: str) -> str:
    """The anchor that GitHub gives to a heading."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")


def link_exists(page: Path, link: str) -> bool:
    """Whether a relative link leads to a file, and its fragment to a heading of it."""
    target, _, fragment = link.partition("#")
    file = (page.parent / target).resolve() if target else page
    if not file.exists():
        return False
    if not fragment or file.suffix != ".md":
        return True
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", file.read_text(encoding="utf-8")), re.MULTILINE)
    return fragment in map(slug, headings)


def missing(page: Path, text: str) -> list[str]:
    """Everything that the text of a page names and that does not exist."""
    found = []
    for token in named_paths(text):
        if not (path_exists(token) if "/" in token else file_exists(token)):
            found.append(token)
    found += [name for name in named_modules(text) if not (module_exists(name) or file_exists(name))]
    links = re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", FENCED.sub("", text))
    return found + unknown_terms(text) + [link for link in links if not link_exists(page, link)]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_everything_that_a_page_names_exists(page: Path) -> None:
    assert missing(page, page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "`begrepp/no_such_room/iris.py`",
        "`begrepp/no_such_room/`",
        "`loaders/no-such-folder/<id>.toml`",
        "`queries/examples/no-such-*.rq`",
        "`no_such_module.py`",
        "`begrepp.no_such_room.iris`",
        "`begrepp.settings.NoSuchName`",
        "`begrepp:noSuchTerm`",
        "[a page](docs/no-such-page.md)",
        "[a heading](README.md#no-such-heading)",
        "```sh\npython -m begrepp.no_such_module\n```",
        "```sh\ncp docs/no-such-folder/file.csv .\n```",
    ],
)
def test_an_invented_name_is_found(text: str) -> None:
    assert len(missing(ROOT / "README.md", text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "`begrepp/settings.py` and `begrepp.settings.Settings`",
        "`loaders/<id>.py`, `queries/*/*.rq` and `tests/fixtures/<id>/…`",
        "`settings.py`, `data/raw/`, `/id/cs/atc`, `application/json` and `begrepp:search`",
        "```sh\npython -m bench build DATA\ncurl localhost:8080/begrepp/x\n```",
        "[a page](docs/README.md), [a heading](#begrepp) and [elsewhere](https://example.org/no-such-page.md)",
    ],
)
def test_a_name_that_exists_or_is_not_ours_passes(text: str) -> None:
    assert missing(ROOT / "README.md", text) == []


def test_the_index_links_to_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    for folder, names in ((ROOT / "docs", index), (ROOT / "docs" / "how-to", index)):
        for page in folder.glob("*.md"):
            assert page.name == "README.md" or f"{page.relative_to(ROOT / 'docs')})" in names, page
    decisions = ROOT / "docs" / "decisions"
    for page in decisions.glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in (decisions / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "decisions").glob("[!R]*.md")), ids=lambda page: page.stem)
def test_every_decision_has_a_date_and_a_status(page: Path) -> None:
    line = page.read_text(encoding="utf-8").splitlines()[2]
    assert re.match(DATED, line), line
