"""Publishers' files as records: one module per source or format, nothing registered by hand.

A module with `SOURCE` and `load` is a loader. One whose `SOURCE.schemes` is empty reads a *format*
and needs a `source.toml` beside the files that declares what they are; `declared/*.toml` are such
declarations for lists that begrepp knows.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import cast

from begrepp.errors import UsageError
from begrepp.records import EditionFiles, Load, Loader, Record, SharedLoader, Source
from begrepp.settings import ROOT
from begrepp.sources import editions
from loaders.declaration.source_toml import read_declared_source

DECLARED = ROOT / "loaders" / "declared"


@cache
def loader_modules() -> dict[str, Loader]:
    """Every loader module by its name."""
    found: dict[str, Loader] = {}
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        if hasattr(module, "SOURCE"):
            found[info.name] = cast(Loader, module)
    return found


@cache
def declared_lists() -> dict[str, dict[str, object]]:
    """The declarations of lists that begrepp knows, by source id."""
    return {path.stem: editions.read_toml(path) for path in sorted(DECLARED.glob("*.toml"))}


def all_sources() -> list[Source]:
    """Every source: first those with a loader of their own, then declared lists, then the formats."""
    known = sorted((module.SOURCE for module in loader_modules().values()), key=lambda source: source.id)
    lists = [read_declared_source(id_, said) for id_, said in declared_lists().items()]
    return [*(s for s in known if s.schemes), *lists, *(s for s in known if not s.schemes)]


def loader_of(edition: EditionFiles) -> Load:
    """The loader for an edition: the module of the source's name, or the one that a declaration names."""
    if edition.source in loader_modules():
        return loader_modules()[edition.source].load
    known = declared_lists().get(edition.source)
    said = known or editions.declaration(edition)
    loader = said.get("loader")
    if loader not in loader_modules():
        if loader:
            reason = f"its source.toml names the loader '{loader}', which there is not."
        elif said:
            reason = "its source.toml names no `loader` at the top, above the first [table]."
        else:
            reason = "there is no loader of that name, and no source.toml beside the files names one."
        raise UsageError(
            f"{edition.source}: {reason}",
            f"Name one of {', '.join(sorted(loader_modules()))} as `loader` in source.toml; "
            "see docs/how-to/source-toml.md.",
        )
    load: Callable[..., Iterator[Record]] = loader_modules()[str(loader)].load
    return partial(load, declared=known) if known else load


def shares_of(edition: EditionFiles) -> tuple[Load, ...]:
    """What the loader of an edition does in shares that can be read side by side; nothing where it does not."""
    module = loader_modules().get(edition.source)
    return module.SHARES if module and isinstance(module, SharedLoader) else ()
