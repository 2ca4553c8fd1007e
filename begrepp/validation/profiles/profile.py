"""A validation profile, read from its folder.

`profile.toml` in the folder has these keys:

    order = 30                                   position in lists
    title = { sv = "…", en = "…" }
    summary = { sv = "…", en = "…" }
    version = "3.0.1"
    publisher = "…"
    source = "https://…"                         publication with documentation
    licence = "CC BY 4.0"
    licence_url = "https://…"
    shapes = ["*.ttl"]                           SHACL files, as glob patterns within the folder
    includes = ["dcat-ap"]                       other profiles whose shapes apply too
    background = ["../background/*.ttl"]         graphs for look-ups, without target nodes
    changes = ["…"]                              differences from the publisher's files
    per = "http://www.w3.org/ns/dcat#Dataset"    class whose instances a report lists
    main = ["http://www.w3.org/ns/dcat#Dataset"] classes that the profile is about: without them nothing is validated
    [provides]
    "https://…/shapes.ttl" = "shapes.ttl"        IRI in owl:imports of other files
    [sha256]
    "shapes.ttl" = "…"                           checksum of each file of the pinned version

All keys are optional: a folder with Turtle files is a profile too. Examples are in `examples/`, named `valid-….ttl`
and `invalid-….ttl`.
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
    | {"background", "changes", "main", "per", "provides", "sha256"}
)
PROFILE_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
"""Pattern of profile names, which excludes file paths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A profile; `files` and `background` include those of its included profiles."""

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
    subject_class: str
    main_classes: tuple[str, ...]
    """IRIs of the classes that the profile is about; data without any of their nodes are not validated by it."""
    provides: Mapping[str, Path]
    sha256: Mapping[str, str]

    @property
    def files(self) -> tuple[Path, ...]:
        """The files with shapes, those of included profiles first, each once."""
        return _unique_paths([*(path for each in self.includes for path in each.files), *self.own_files])

    @property
    def background(self) -> tuple[Path, ...]:
        """The files with background graphs, each once."""
        return _unique_paths([*(path for each in self.includes for path in each.background), *self.own_background])

    def examples(self, kind: str) -> list[Path]:
        """Return the `valid` or `invalid` examples."""
        return sorted((self.folder / "examples").glob(f"{kind}*.ttl"))

    def checksums(self) -> dict[str, str]:
        """Return the SHA-256 of each of the profile's own files, by its path relative to the folder."""
        return {
            _relative_path(path, self.folder): _file_sha256(path) for path in (*self.own_files, *self.own_background)
        }

    def verify_checksums(self) -> None:
        """Raise `InputError` if a file does not match its pinned checksum."""
        for each in self.includes:
            each.verify_checksums()
        if not self.sha256:
            return
        actual = self.checksums()
        for name in sorted(actual.keys() | self.sha256.keys()):
            if actual.get(name) != self.sha256.get(name):
                raise InputError(
                    f"{self.name}/{name}",
                    f"does not match the checksum pinned for version {self.version}.",
                    f"Restore it, or, if the change is intended, run `begrepp profiles {self.name} --pin`.",
                )


def list_profiles(settings: Settings) -> list[Profile]:
    """Return the bundled profiles and those in `data/profiles/`, sorted by `order` and name."""
    folders = [*_profile_folders(BUNDLED), *_profile_folders(settings.data / "profiles")]
    return sorted((read_profile(folder) for folder in folders), key=lambda each: (each.order, each.name))


def find_named_profile(name: str, settings: Settings) -> Profile | None:
    """Return the bundled profile, or that of `data/profiles/`, with a name, or None; the name is never a path."""
    folders = _named_folders(settings)
    return read_profile(folders[name]) if name in folders else None


def _named_folders(settings: Settings) -> dict[str, Path]:
    return {
        folder.name: folder for folder in (*_profile_folders(BUNDLED), *_profile_folders(settings.data / "profiles"))
    }


def find_profile(name: str, settings: Settings) -> Profile:
    """Find a profile by its name or by the path of its folder. Raises `UsageError` if there is none."""
    if named := find_named_profile(name, settings):
        return named
    path = Path(name)
    if path.is_dir():
        return read_profile(path)
    names = ", ".join(sorted(_named_folders(settings)))
    raise UsageError(
        f"There is no profile '{name}'.",
        f"There are {names}. You can also give the path of your own profile folder.",
    )


def read_profile(folder: Path, *, included_by: tuple[str, ...] = ()) -> Profile:
    """Read the profile in a folder; `included_by` are the names of the profiles that include it.

    Raises `InputError` if its manifest is invalid.
    """
    manifest = _read_manifest(folder)
    shapes = _files(folder, manifest.get("shapes", ["*.ttl"]))
    includes = tuple(_read_included(folder, str(name), included_by) for name in manifest.get("includes", []))
    if not shapes and not includes:
        raise InputError(folder / MANIFEST, "has no shapes files.", 'Add Turtle files, or set shapes = ["…"].')
    return Profile(
        name=folder.resolve().name,
        folder=folder,
        order=int(manifest.get("order", 1000)),
        title=_texts(manifest.get("title"), folder.resolve().name),
        summary=_texts(manifest.get("summary"), ""),
        version=str(manifest.get("version", "")),
        publisher=str(manifest.get("publisher", "")),
        source=str(manifest.get("source", "")),
        licence=str(manifest.get("licence", "")),
        licence_url=str(manifest.get("licence_url", "")),
        own_files=shapes,
        own_background=_files(folder, manifest.get("background", [])),
        includes=includes,
        changes=tuple(map(str, manifest.get("changes", []))),
        subject_class=str(manifest.get("per", "")),
        main_classes=tuple(map(str, manifest.get("main", []))),
        provides={str(iri): folder / str(file) for iri, file in dict(manifest.get("provides", {})).items()},
        sha256={str(file): str(value) for file, value in dict(manifest.get("sha256", {})).items()},
    )


def pin_checksums(profile: Profile) -> Path:
    """Write the checksums of the profile's files into its manifest; returns the path of the manifest."""
    path = profile.folder / MANIFEST
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    head = re.split(r"(?m)^\[sha256\]$", text)[0].rstrip()
    rows = "\n".join(f'"{name}" = "{value}"' for name, value in sorted(profile.checksums().items()))
    path.write_text(f"{head}\n\n[sha256]\n{rows}\n".lstrip(), encoding="utf-8")
    return path


def _file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _relative_path(path: Path, folder: Path) -> str:
    """Return the path of a file relative to a folder, with `..` if it is outside of it."""
    return Path(os.path.relpath(path, folder)).as_posix()


def _profile_folders(parent: Path) -> Iterable[Path]:
    if parent.is_dir():
        yield from (path for path in sorted(parent.iterdir()) if path.is_dir() and _is_profile(path))


def _is_profile(folder: Path) -> bool:
    return bool(PROFILE_NAME.fullmatch(folder.name)) and ((folder / MANIFEST).exists() or any(folder.glob("*.ttl")))


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.exists():
        return {}
    try:
        manifest = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            path, f"is not valid TOML: {error}", "Fix it; see docs/how-to/profiles.md for an example."
        ) from error
    if unknown := sorted(manifest.keys() - _KEYS):
        raise InputError(path, f"has the unknown key {unknown[0]}.", f"Use {', '.join(sorted(_KEYS))}.")
    return manifest


def _read_included(folder: Path, name: str, included_by: tuple[str, ...]) -> Profile:
    chain = (*included_by, folder.resolve().name)
    if name in chain:
        raise InputError(folder / MANIFEST, f"includes itself: {' → '.join((*chain, name))}.", "Remove one of them.")
    for parent in (folder.resolve().parent, BUNDLED):
        if PROFILE_NAME.fullmatch(name) and (parent / name).is_dir():
            return read_profile(parent / name, included_by=chain)
    raise InputError(
        folder / MANIFEST, f"includes '{name}', which does not exist.", "Use the name of a bundled profile."
    )


def _files(folder: Path, patterns: Sequence[object]) -> tuple[Path, ...]:
    files: list[Path] = []
    for pattern in map(str, patterns):
        base, rest = folder, pattern
        while rest.startswith("../"):
            base, rest = base.resolve().parent, rest.removeprefix("../")
        if not (matching := sorted(base.glob(rest))):
            raise InputError(folder / MANIFEST, f"names '{pattern}', which does not exist.", "Correct the name.")
        files += matching
    return _unique_paths(files)


def _texts(value: object, default: str) -> Mapping[str, str]:
    if isinstance(value, dict):
        return {str(language): str(text) for language, text in value.items()}
    return {"": str(value) if value else default} if value or default else {}


def _unique_paths(paths: Iterable[Path]) -> tuple[Path, ...]:
    return tuple({path.resolve(): path for path in paths}.values())
