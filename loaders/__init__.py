"""Loaders: take the files of an edition, yield records (`begrepp.records`).

Every module or package here with `SOURCE` and `load` is a loader; its name is the loader's id. A loader whose
`SOURCE.schemes` is empty reads a *format* and requires a `source.toml` beside the files. `declared/*.toml` are
such declarations, bundled with begrepp. `support/` and `declaration/` hold shared code.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import cast

from begrepp.errors import UsageError
from begrepp.records import EditionFiles, Load, Loader, PartitionedLoader, Record, Source
from begrepp.settings import ROOT
from begrepp.sources import editions
from begrepp.sources.personal_data_check import refuse_personal_data_files
from loaders.declaration.known_source import with_declaration
from loaders.declaration.source_toml import read_declared_source

DECLARED = ROOT / "loaders" / "declared"


@cache
def loader_modules() -> dict[str, Loader]:
    """Return every loader module by its name."""
    found: dict[str, Loader] = {}
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        if hasattr(module, "SOURCE"):
            found[info.name] = cast(Loader, module)
    return found


@cache
def declared_lists() -> dict[str, dict[str, object]]:
    """Return the declarations in `declared/` by source id."""
    return {path.stem: editions.read_toml(path) for path in sorted(DECLARED.glob("*.toml"))}


def all_sources() -> list[Source]:
    """Return every source: those with a loader of their own, then declared lists, then formats."""
    sources = sorted((module.SOURCE for module in loader_modules().values()), key=lambda source: source.id)
    lists = [read_declared_source(id_, declaration) for id_, declaration in declared_lists().items()]
    return [*(s for s in sources if s.schemes), *lists, *(s for s in sources if not s.schemes)]


def loader_of(edition: EditionFiles) -> Load:
    """Return the `load` function for an edition: of the module named as the source, or as the declaration's `loader`.

    Raises `UsageError` if there is none.
    """
    if edition.source in loader_modules():
        return _load_of(loader_modules()[edition.source])
    known_declaration = declared_lists().get(edition.source)
    declaration = known_declaration or editions.declaration(edition)
    loader = declaration.get("loader")
    if loader not in loader_modules():
        if loader:
            reason = f"its source.toml names the loader '{loader}', which there is not."
        elif declaration:
            reason = "its source.toml names no `loader` at the top, above the first [table]."
        else:
            reason = "there is no loader of that name, and no source.toml beside the files names one."
        raise UsageError(
            f"{edition.source}: {reason}",
            f"Name one of {', '.join(sorted(loader_modules()))} as `loader` in source.toml; "
            "see docs/how-to/source-toml.md.",
        )
    load: Callable[..., Iterator[Record]] = _load_of(loader_modules()[str(loader)])
    return partial(load, declared=known_declaration) if known_declaration else load


def _load_of(module: Loader) -> Load:
    """Return the `load` of a loader; that of a known source does not read `source.toml`, which is read before it."""
    return partial(with_declaration, load=module.load) if module.SOURCE.schemes else module.load


def schemes_of(edition: EditionFiles) -> frozenset[str]:
    """Return the ids of the code systems that an edition is declared to hold, without reading its data.

    Empty for mappings and datasets, and for a format whose files themselves name the code systems.
    """
    if module := loader_modules().get(edition.source):
        return frozenset(scheme.id for scheme in module.SOURCE.schemes)
    declaration = declared_lists().get(edition.source, {}) | editions.declaration(edition)
    scheme = declaration.get("scheme")
    return frozenset({str(scheme.get("id", edition.source))} if isinstance(scheme, dict) else ())


def read_records(edition: EditionFiles) -> Iterator[Record]:
    """Check all files of an edition for personal data, then yield the records of its loader.

    Raises `PersonalDataError`, and the errors of the loader.
    """
    refuse_personal_data_files(edition.files)
    yield from loader_of(edition)(edition)


def partitions_of(edition: EditionFiles) -> tuple[Load, ...]:
    """Return the functions that load parts of an edition in parallel; empty if its loader has none (`PARTITIONS`)."""
    module = loader_modules().get(edition.source)
    parts = module.PARTITIONS if module and isinstance(module, PartitionedLoader) else ()
    return tuple(partial(with_declaration, load=load) for load in parts)
