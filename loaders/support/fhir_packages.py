"""Reader of FHIR resources from JSON files and packages (`.tgz`), without extraction to disk."""

from __future__ import annotations

import json
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path, PurePosixPath

from begrepp.errors import InputError, Origin
from begrepp.records import EditionFiles, Scheme, Text
from begrepp.sources.archives import MAX_RATIO, MAX_UNPACKED
from begrepp.sources.editions import data_files
from begrepp.sources.json_errors import json_error
from begrepp.sources.meter import current_meter
from begrepp.sources.row_faults import add_remark
from loaders.declaration.agents import slug
from loaders.declaration.source_toml import DeclaredRights, EditionDates
from loaders.declaration.toml_table import TomlTable
from loaders.support.fhir_labels import Json

_NO_LANGUAGE = (
    "the resource does not say in which language its texts are; they are loaded as 'und', undetermined. Set [fhir] "
    'language = "…" in source.toml.'
)
_MAX_FILE = 500 * 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A FHIR resource with its origin."""

    body: Json
    origin: Origin
    in_package: bool
    default_language: str = "und"
    unique_id: str = ""
    """The id in IRIs, if it is not the one of the resource (`loaders.support.fhir_identity`)."""

    @property
    def language(self) -> str:
        """The language of its texts; FHIR has no default."""
        return language_tag(self.body.get("language")) or self.default_language

    def note_missing_language(self) -> None:
        """Add a remark if the language of its texts is not given, or is not written as a language tag is."""
        written = str(self.body.get("language") or "")
        if "_" in written:
            add_remark(self.origin, f"the language '{written}' is read as '{self.language}' (BCP 47).")
        if self.language == "und" and self.kind != "NamingSystem":
            add_remark(self.origin, _NO_LANGUAGE)

    @property
    def identity(self) -> str:
        """The identity of the resource: its `url`, or if it has none, its id."""
        return str(self.body.get("url") or f"id:{self.id}")

    @property
    def kind(self) -> str:
        """The resource type."""
        return str(self.body.get("resourceType") or "")

    @property
    def id(self) -> str:
        """The id of the resource in IRIs."""
        if self.unique_id:
            return self.unique_id
        own = self.body.get("id") or self.body.get("name") or str(self.body.get("url") or "").rstrip("/").split("/")[-1]
        return slug(str(own))

    def titles(self) -> tuple[Text, ...]:
        """Return the title in the language of the resource."""
        title = self.body.get("title") or self.body.get("name") or self.body.get("url") or self.id
        return (Text(str(title), self.language),)


def language_tag(value: object) -> str:
    """Return the `language` of a resource or designation, empty if there is none; `sv_SE` becomes `sv-SE`."""
    return str(value or "").strip().replace("_", "-")


@dataclass(slots=True)
class FhirContext:
    """Scheme, rights, dates and code systems that all resources of an edition share."""

    scheme: Scheme
    rights: DeclaredRights
    dates: EditionDates
    systems: dict[str, str]


def resource_descriptions(resource: Resource) -> tuple[Text, ...]:
    """Return the description in the language of the resource."""
    description = resource.body.get("description")
    return (Text(str(description), resource.language),) if description else ()


def read_language(declaration: TomlTable) -> str:
    """Read `[fhir] language`: that of resources that state none; `und` without it."""
    options = declaration.table("fhir")
    language = options.language("language")
    options.done()
    return language or "und"


def read_resources(edition: EditionFiles, language: str) -> Iterator[Resource]:
    """Yield the resources of an edition, those of bundles one by one. Raises `InputError` for damaged files.

    `language` is that of the resources that state none.
    """
    for resource in _read_files(edition):
        yield replace(resource, default_language=language)


def _read_files(edition: EditionFiles) -> Iterator[Resource]:
    for path in data_files(edition):
        current_meter().place = Origin(path.name)
        if path.name.endswith((".tgz", ".tar.gz")):
            for name, data in _read_members(path):
                yield from _parse_resources(data, Origin(f"{path.name}/{name}"), in_package=True)
        elif path.suffix == ".json":
            if path.stat().st_size > _MAX_FILE:
                raise InputError(path, "the file is larger than 500 MB.", "Check that you added the right file.")
            yield from _parse_resources(path.read_bytes(), Origin(path.name), in_package=False)
        else:
            yield Resource(body={"resourceType": f"a file {path.suffix}"}, origin=Origin(path.name), in_package=False)


def _read_members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each JSON file of a package. Raises `InputError` for unsafe archives."""
    unpacked_size, compressed_size = 0, max(path.stat().st_size, 1)
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                parts = PurePosixPath(member.name.replace("\\", "/")).parts
                if ".." in parts or (parts and parts[0] == "/"):
                    raise InputError(path, f"the member '{member.name}' points outside.", "Check where it comes from.")
                unpacked_size += member.size
                if unpacked_size > MAX_UNPACKED or (
                    unpacked_size > 10 * 1024**2 and unpacked_size // compressed_size > MAX_RATIO
                ):
                    raise InputError(path, "it expands far beyond its size.", "Check where the file comes from.")
                name = parts[-1] if parts else ""
                # package.json and .index.json describe the package.
                if not member.isfile() or not name.endswith(".json") or name in ("package.json", ".index.json"):
                    continue
                if member.size <= _MAX_FILE and (stream := archive.extractfile(member)):
                    yield name, stream.read()
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise InputError(path, f"the package is damaged ({error}).", "Download it again from its publisher.") from None


def _parse_resources(data: bytes, origin: Origin, *, in_package: bool) -> Iterator[Resource]:
    try:
        body = json.loads(data, parse_float=Decimal)  # a decimal keeps its precision
    except (ValueError, RecursionError) as error:
        raise json_error(data, origin, error) from None
    if not body:
        raise InputError(origin, "the file is empty: there is nothing to load.", "Download the file again.")
    if not isinstance(body, dict):
        raise InputError(origin, "it is not a FHIR resource.", "Check that you added the right file.")
    current_meter().rows += 1
    if body.get("resourceType") == "Bundle":
        entries = [entry.get("resource") for entry in body.get("entry", []) if isinstance(entry, dict)]
        for entry in entries:
            if isinstance(entry, dict):
                yield Resource(body=entry, origin=origin, in_package=in_package)
        return
    yield Resource(body=body, origin=origin, in_package=in_package)
