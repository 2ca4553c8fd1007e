"""FHIR packages (NPM form): the code systems, value sets and concept maps of a build as resources of R4 or R5.

In: the terminology of a build. Out: a tar archive with `package/package.json` and one JSON file per resource. Texts
that may not be redistributed are left out; codes, hierarchy and status are kept.
"""

from __future__ import annotations

import io
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from begrepp.artefact.manifest import Manifest
from begrepp.fhir import exact_json
from begrepp.fhir.build_resources import BuildResources
from begrepp.fhir.published_headers import without_texts
from begrepp.fhir.r4_resources import to_r4
from begrepp.fhir.systems.code_system_resources import code_system_id, code_system_resource
from begrepp.fhir.value_elements import object_items
from begrepp.fhir.value_sets.value_set_resources import value_set_id, value_set_resource
from begrepp.terminology.terminology import StoredValueSet, Terminology

Json = dict[str, Any]
_FHIR_VERSIONS = {"fhir-r5.tgz": "5.0.0", "fhir-r4.tgz": "4.0.1"}
_TEXTS = frozenset({"display", "definition", "designation", "property", "extension", "title", "description"})


def write_fhir_package(build: Path, manifest: Manifest, name: str, out: IO[bytes], *, format_: str) -> None:
    """Write the package of a code system, or of everything without a name, as a tar archive.

    `format_` is the suffix of the file.
    """
    version = _FHIR_VERSIONS[format_]
    resources = [_in_base(each, version) for each in _resources(build, manifest, name)]
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        _add(archive, "package.json", _package(manifest, name, version))
        _add(archive, ".index.json", _index(resources))
        for each in resources:
            _add(archive, f"{each['resourceType']}-{each['id']}.json", each)


def _in_base(resource: Json, version: str) -> Json:
    return to_r4(resource) if version.startswith("4") else resource


def _resources(build: Path, manifest: Manifest, name: str) -> Iterator[Json]:
    """Yield the current edition of each code system, the value sets and the concept maps; of one system by its id."""
    terminology = Terminology(build)
    source = BuildResources(terminology, manifest)
    for system in terminology.schemes():
        about = system.description
        if name in ("", about.id):
            resource = code_system_resource(source.view(system), with_content=True, limit=None)
            resource["id"] = code_system_id(about, with_version=False)
            for each in (resource, *source.supplements(about)):
                yield each if about.redistributable and not about.withheld else _without_texts(each)
    if name:
        return
    value_sets = [each for each in terminology.value_sets() if isinstance(each, StoredValueSet)]
    versions = Counter(value_set_id(each, with_version=False) for each in value_sets)
    for value_set in value_sets:
        id_ = value_set_id(value_set, with_version=False)
        resource = value_set_resource(value_set, "", source.has_all)
        yield resource | ({"id": id_} if versions[id_] == 1 else {})
    for listed in source.resources("ConceptMap"):
        found = source.resource("ConceptMap", listed["id"], with_content=True)
        if found and found.get("group"):
            yield _without_displays(found)


def _without_texts(resource: Json) -> Json:
    """Return a code system with its codes, hierarchy and status only."""
    kept = without_texts(resource)
    return kept | ({"concept": [_bare(each) for each in resource["concept"]]} if "concept" in resource else {})


def _bare(concept: Json) -> Json:
    done = {key: value for key, value in concept.items() if key not in _TEXTS}
    kept = [each for each in concept.get("property", ()) if each["code"] in ("status", "parent")]
    if kept:
        done["property"] = kept
    if "concept" in concept:
        done["concept"] = [_bare(each) for each in concept["concept"]]
    return done


def _without_displays(resource: Json) -> Json:
    """Return a concept map without the names of its concepts, which may not be redistributed for all systems."""
    groups = []
    for group in object_items(resource, "group"):
        elements = [_without_display(element) for element in object_items(group, "element")]
        for element in elements:
            # An element without a mapping has no list of targets.
            if targets := [*object_items(element, "target")]:
                element["target"] = [_without_display(each) for each in targets]
        groups.append(group | ({"element": elements} if elements else {}))
    return resource | ({"group": groups} if groups else {})


def _without_display(item: Json) -> Json:
    return {key: value for key, value in item.items() if key != "display"}


def _package(manifest: Manifest, name: str, version: str) -> Json:
    core = "hl7.fhir.r4.core" if version.startswith("4") else "hl7.fhir.r5.core"
    return {
        "name": f"begrepp.{name}" if name else "begrepp",
        "version": ".".join(manifest.built_at[:10].split("-")).replace(".0", "."),
        "description": f"Code systems of begrepp, {manifest.built_at[:10]}, {manifest.hash[:12]}",
        "type": "fhir.ig",
        "fhirVersions": [version],
        "dependencies": {core: version},
        "author": "begrepp",
        "url": manifest.base,
    }


def _index(resources: list[Json]) -> Json:
    keys = ("resourceType", "id", "url", "version", "content")
    files = [
        {"filename": f"{each['resourceType']}-{each['id']}.json"} | {key: each[key] for key in keys if key in each}
        for each in resources
    ]
    return {"index-version": 2, "files": files}


def _add(archive: tarfile.TarFile, name: str, content: Json) -> None:
    data = exact_json.encode(content)
    entry = tarfile.TarInfo(f"package/{name}")
    entry.size = len(data)
    archive.addfile(entry, io.BytesIO(data))
