"""What rules refer to elsewhere: `owl:imports`, followed to copies that lie here and never to the network by itself.

A profile declares which addresses its files are copies of (`provides`). An operator may add copies of their own
(`BEGREPP_IMPORTS`, a folder with an `imports.toml` of address = "file"), and the command line takes
`--import ADDRESS=FILE`. An import that is nowhere stops the validation, unless the user says to leave it out:
a report by half of the rules must not read as if all had been applied.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from pyoxigraph import NamedNode

from begrepp.errors import InputError
from begrepp.settings import Settings
from begrepp.validation.profiles.profile import profiles
from begrepp.validation.shacl.rdf_reader import read
from begrepp.validation.shacl.vocabulary import OWL_IMPORTS


def copies(settings: Settings, own: Mapping[str, Path] | None = None) -> dict[str, Path]:
    """Every address that an import may name, with the file that lies here: the user's own first."""
    known = {iri: file for profile in profiles(settings) for iri, file in profile.provides.items()}
    if settings.imports is not None:
        listed = settings.imports / "imports.toml"
        try:
            said = tomllib.loads(listed.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise InputError(
                listed, f"cannot be used: {error}", 'Write one line per copy: "https://…" = "file".'
            ) from error
        known |= {iri: settings.imports / str(file) for iri, file in said.items()}
    return known | dict(own or {})


def with_imports(
    files: Sequence[Path], known: Mapping[str, Path], *, leave_out: bool = False
) -> tuple[list[Path], list[str]]:
    """The files and all that they import, each once, and the addresses that were left out.

    Raises `InputError` for an import that is not among the copies, unless `leave_out`.
    """
    found: dict[Path, Path] = {}
    missing: list[str] = []
    pending = list(files)
    while pending:
        path = pending.pop(0)
        if path.resolve() in found:
            continue
        found[path.resolve()] = path
        for iri in imported(path):
            if copy := known.get(iri) or known.get(iri.rstrip("#/")):
                pending.append(copy)
            elif leave_out:
                missing.append(iri)
            else:
                raise InputError(
                    path,
                    f"imports <{iri}>, which has no local copy; nothing is fetched from the network.",
                    f"Download it and use --import {iri}=FILE, or skip imports with --no-imports.",
                )
    return list(found.values()), sorted(set(missing))


def imported(path: Path) -> list[str]:
    """The addresses that a file imports."""
    wanted = NamedNode(OWL_IMPORTS)
    return [q.object.value for q in read([path]) if q.predicate == wanted and isinstance(q.object, NamedNode)]
