"""Identity of FHIR resources: by `url` and version, since an `id` is local to the server that assigned it.

http://hl7.org/fhir/resource.html#id, http://hl7.org/fhir/references.html#canonical
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from begrepp.errors import InputError
from begrepp.records import Skipped
from loaders.support.fhir_packages import Resource


def distinct_resources(resources: Iterable[Resource]) -> tuple[list[Resource], list[Skipped]]:
    """Return the resources of one kind, different ones with different ids, and those that repeat another as skipped.

    Raises `InputError` for two resources with the same `url` and version, or with the same `id` and no `url`, that
    are not identical; and for two versions of a code system or concept map, which are two editions.
    """
    distinct: dict[tuple[str, str], Resource] = {}
    skipped: list[Skipped] = []
    for resource in resources:
        version = str(resource.body.get("version") or "") if resource.kind == "ValueSet" else ""
        known = distinct.setdefault((resource.identity, version), resource)
        if known is resource:
            continue
        if known.body != resource.body:
            _refuse(known, resource)
        skipped.append(Skipped(origin=resource.origin, reason=f"the same {resource.kind} is in {known.origin}."))
    urls_by_id: dict[str, set[str]] = defaultdict(set)
    for resource in distinct.values():
        urls_by_id[resource.id].add(resource.identity)
    # The number follows the url, not the order of the files.
    ids = {
        (id_, url): id_ if number == 1 else f"{id_}-{number}"
        for id_, urls in urls_by_id.items()
        for number, url in enumerate(sorted(urls), start=1)
    }
    return [replace(each, unique_id=ids[each.id, each.identity]) for each in distinct.values()], skipped


def _refuse(known: Resource, resource: Resource) -> None:
    url, versions = resource.body.get("url"), (known.body.get("version"), resource.body.get("version"))
    if not url:
        raise InputError(
            resource.origin,
            f"the {resource.kind} has the id '{resource.id}' of another one, in {known.origin}, and neither has a url.",
            "Ask the publisher for the url of each: it tells one resource from another.",
        )
    if versions[0] != versions[1]:
        raise InputError(
            resource.origin,
            f"'{url}' has the version {versions[1]} here and {versions[0]} in {known.origin}.",
            "Add each version as an edition of its own.",
        )
    raise InputError(
        resource.origin,
        f"'{url}' is in {known.origin} too, with other content and the same version.",
        "Add one of the two files only.",
    )
