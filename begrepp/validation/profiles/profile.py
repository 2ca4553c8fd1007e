"""A profile as it lies in its folder: what it is called, whose it is, and the files of rules it consists of.

`profile.toml` in the folder says it:

    order = 30                                   its place in lists
    title = { sv = "…", en = "…" }
    summary = { sv = "…", en = "…" }
    version = "3.0.1"
    publisher = "…"
    source = "https://…"                         where it comes from, and where its documentation is
    licence = "CC BY 4.0"
    licence_url = "https://…"
    shapes = ["*.ttl"]                           SHACL, as patterns within the folder
    includes = ["dcat-ap"]                       other profiles whose rules hold too
    background = ["../background/*.ttl"]         graphs to look things up in that are not judged themselves
    changes = ["…"]                              what differs from the publisher's files
    per = "http://www.w3.org/ns/dcat#Dataset"    the class whose members a report is about, one by one
    [provides]
    "https://…/shapes.ttl" = "shapes.ttl"        the address that owl:imports elsewhere may name
    [sha256]
    "shapes.ttl" = "…"                           every file as it was when the version was pinned

All but `shapes` may be missing: a folder with a few Turtle files is a profile too. Examples lie in `examples/`,
named `valid-….ttl` and `invalid-….ttl`.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from begrepp.errors import InputError, UsageError
from begrepp.settings import ROOT, Settings

BUNDLED = ROOT / "shapes" / "profiles"
MANIFEST = "profile.toml"
_KEYS = frozenset(
    {"order", "title", "summary", "version", "publisher", "source", "licence", "licence_url", "shapes", "includes"}
    | {"background", "changes", "per", "provides", "sha256"}
)
NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
"""What a profile may be called: so that a name is never a path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One profile; `files` and `background` include those of the profiles that it builds on."""

    name: str
    folder: Path
    order: int
    title: Mapping[str, str]
    summary: Mapping[str, str]
    version: str
    publisher: str
    source: str
    licence: str
    licence_url: str
    own_files: tuple[Path, ...]
    own_background: tuple[Path, ...]
    includes: tuple[Profile, ...]
    changes: tuple[str, ...]
    per: str
    provides: Mapping[str, Path]
    sha256: Mapping[str, str]

    @property
    def files(self) -> tuple[Path, ...]:
        """The shapes, those of included profiles first, each file once."""
        return _once([*(path for each in self.includes for path in each.files), *self.own_files])

    @property
    def background(self) -> tuple[Path, ...]:
        """Graphs to look things up in, each file once."""
        return _once([*(path for each in self.includes for path in each.background), *self.own_background])

    def examples(self, kind: str) -> list[Path]:
        """The `valid` or `invalid` examples."""
        return sorted((self.folder / "examples").glob(f"{kind}*.ttl"))

    def checksums(self) -> dict[str, str]:
        """The SHA-256 of each of the profile's own files, by its path from the folder."""
        return {relative(path, self.folder): sha256(path) for path in (*self.own_files, *self.own_background)}

    def check(self) -> None:
        """Raise `InputError` where a pinned file is not what it was."""
        for each in self.includes:
            each.check()
        if not self.sha256:
            return
        now = self.checksums()
        for name in sorted(now.keys() | self.sha256.keys()):
            if now.get(name) != self.sha256.get(name):
                raise InputError(
                    f"{self.name}/{name}",
                    f"does not match the checksum pinned for version {self.version}.",
                    f"Restore it, or, if the change is intended, run `begrepp profiles {self.name} --pin`.",
                )


def profiles(settings: Settings) -> list[Profile]:
    """The bundled profiles and those in `data/profiles/`, in their order."""
    folders = [*_folders(BUNDLED), *_folders(settings.data / "profiles")]
    return sorted((read_profile(folder) for folder in folders), key=lambda each: (each.order, each.name))


def find_profile(wanted: str, settings: Settings) -> Profile:
    """A profile by its name or by the path of its folder. Raises `UsageError` where there is none."""
    folders = {folder.name: folder for folder in (*_folders(BUNDLED), *_folders(settings.data / "profiles"))}
    if wanted in folders:
        return read_profile(folders[wanted])
    path = Path(wanted)
    if path.is_dir():
        return read_profile(path)
    raise UsageError(
        f"There is no profile '{wanted}'.",
        f"There are {', '.join(sorted(folders))}. You can also give the path of your own profile folder.",
    )


def read_profile(folder: Path, *, within: tuple[str, ...] = ()) -> Profile:
    """The profile in a folder. Raises `InputError` where its manifest cannot be used."""
    said = _manifest(folder)
    shapes = _files(folder, said.get("shapes", ["*.ttl"]))
    includes = tuple(_included(folder, str(name), within) for name in said.get("includes", []))
    if not shapes and not includes:
        raise InputError(folder / MANIFEST, "has no shapes files.", 'Add Turtle files, or set shapes = ["…"].')
    return Profile(
        name=folder.resolve().name,
        folder=folder,
        order=int(said.get("order", 1000)),
        title=_texts(said.get("title"), folder.resolve().name),
        summary=_texts(said.get("summary"), ""),
        version=str(said.get("version", "")),
        publisher=str(said.get("publisher", "")),
        source=str(said.get("source", "")),
        licence=str(said.get("licence", "")),
        licence_url=str(said.get("licence_url", "")),
        own_files=shapes,
        own_background=_files(folder, said.get("background", [])),
        includes=includes,
        changes=tuple(map(str, said.get("changes", []))),
        per=str(said.get("per", "")),
        provides={str(iri): folder / str(file) for iri, file in dict(said.get("provides", {})).items()},
        sha256={str(file): str(value) for file, value in dict(said.get("sha256", {})).items()},
    )


def pin(profile: Profile) -> Path:
    """Write the checksums of the profile's files into its manifest, in place of what was there."""
    path = profile.folder / MANIFEST
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    kept = re.split(r"(?m)^\[sha256\]$", text)[0].rstrip()
    rows = "\n".join(f'"{name}" = "{value}"' for name, value in sorted(profile.checksums().items()))
    path.write_text(f"{kept}\n\n[sha256]\n{rows}\n".lstrip(), encoding="utf-8")
    return path


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def relative(path: Path, folder: Path) -> str:
    """A file's path from a folder, also where it lies beside it."""
    return Path(os.path.relpath(path, folder)).as_posix()


def _folders(above: Path) -> Iterable[Path]:
    if above.is_dir():
        yield from (path for path in sorted(above.iterdir()) if path.is_dir() and _is_profile(path))


def _is_profile(folder: Path) -> bool:
    return bool(NAME.fullmatch(folder.name)) and ((folder / MANIFEST).exists() or any(folder.glob("*.ttl")))


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.exists():
        return {}
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            path, f"is not valid TOML: {error}", "Fix it; see docs/how-to/profiles.md for an example."
        ) from error
    if unknown := sorted(said.keys() - _KEYS):
        raise InputError(path, f"says {unknown[0]}, which is not a known key.", f"Use {', '.join(sorted(_KEYS))}.")
    return said


def _included(folder: Path, name: str, within: tuple[str, ...]) -> Profile:
    chain = (*within, folder.resolve().name)
    if name in chain:
        raise InputError(folder / MANIFEST, f"includes itself: {' → '.join((*chain, name))}.", "Remove one of them.")
    for above in (folder.resolve().parent, BUNDLED):
        if NAME.fullmatch(name) and (above / name).is_dir():
            return read_profile(above / name, within=chain)
    raise InputError(
        folder / MANIFEST, f"includes '{name}', which does not exist.", "Use the name of a bundled profile."
    )


def _files(folder: Path, patterns: Sequence[object]) -> tuple[Path, ...]:
    found: list[Path] = []
    for pattern in map(str, patterns):
        above, rest = folder, pattern
        while rest.startswith("../"):
            above, rest = above.resolve().parent, rest.removeprefix("../")
        if not (matching := sorted(above.glob(rest))):
            raise InputError(folder / MANIFEST, f"names '{pattern}', which does not exist.", "Correct the name.")
        found += matching
    return _once(found)


def _texts(said: object, default: str) -> Mapping[str, str]:
    if isinstance(said, dict):
        return {str(language): str(words) for language, words in said.items()}
    return {"": str(said) if said else default} if said or default else {}


def _once(paths: Iterable[Path]) -> tuple[Path, ...]:
    return tuple({path.resolve(): path for path in paths}.values())
