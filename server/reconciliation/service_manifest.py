"""Manifests of a reconciliation service: one document for version 0.2, another for 1.0-draft.

Version 0.2 requires `identifierSpace`, `schemaSpace` and `{{id}}` in addresses; 1.0-draft has none of them and uses
`{id}` (RFC 6570). No document fits both, so the two are served apart.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from begrepp.rdf.namespaces import expand
from begrepp.records import Text
from server.http.i18n import LANGUAGES, Translator
from server.reconciliation.entity_types import EntityType, TypeIndex
from server.reconciliation.match_query import BATCH_SIZE
from server.reconciliation.service_address import ReconciliationService
from server.served.labels import choose_text

MEDIA_TYPE_1 = "application/reconciliation.v1+json"
"""Media type by which a client asks for the manifest of version 1.0-draft."""
WIDTH, HEIGHT = 430, 300
"""Pixels of a preview."""


def manifest(service: ReconciliationService, language: str) -> dict[str, Any]:
    """Return the manifest of version 0.2."""
    base = {"service_url": service.host}
    entity = {**base, "service_path": f"{service.path}/suggest/entity"}
    flyout = {"flyout_service_url": service.host, "flyout_service_path": f"{service.path}/flyout?id=${{id}}"}
    kinds = {kind: {**base, "service_path": f"{service.path}/suggest/{kind}"} for kind in ("property", "type")}
    settings = [
        {name: setting[key] for name, key in _SETTING_NAMES.items() if key in setting}
        for setting in _property_settings(Translator(language))
    ]
    return {
        "versions": ["0.2"],
        **_common(service, language),
        "identifierSpace": f"{service.schemes[0].iri}/" if service.has_codes_as_ids else service.build.iris.root,
        "schemaSpace": expand("begrepp:"),
        "view": {"url": _view(service, "{{id}}")},
        "defaultTypes": [{"id": each.id, "name": each.name.value} for each in TypeIndex(service, language).defaults],
        "preview": {"url": f"{service.host}{service.path}/preview?id={{{{id}}}}", "width": WIDTH, "height": HEIGHT},
        "suggest": {"entity": {**entity, **flyout}, **kinds},
        "extend": {
            "propose_properties": {**base, "service_path": f"{service.path}/propose"},
            "property_settings": settings,
        },
        "batchSize": BATCH_SIZE,
    }


def manifest_of_1(service: ReconciliationService, language: str) -> dict[str, Any]:
    """Return the manifest of version 1.0-draft."""
    return {
        "versions": ["1.0-draft"],
        **_common(service, language),
        "lang": language,
        "view": {"url": _view(service, "{id}")},
        "defaultTypes": [type_body(each) for each in TypeIndex(service, language).defaults],
        "preview": {"width": WIDTH, "height": HEIGHT},
        "suggest": {"entity": True, "property": True, "type": True},
        "extend": {"proposeProperties": True, "propertySettings": _property_settings(Translator(language))},
        "batchSize": BATCH_SIZE,
        "standardizedScore": True,
    }


def type_body(type_: EntityType) -> dict[str, Any]:
    """Return a type as both versions write it."""
    return {"id": type_.id, "name": type_.name.value}


def service_title(service: ReconciliationService, language: str) -> str:
    """Return the name of a service: the code system and the day."""
    translate = Translator(language)
    title = choose_text(service.scheme.titles, language) or Text(service.scheme.id, "") if service.scheme else None
    name = f"begrepp: {title.value if title else translate('reconcile.all')}"
    return f"{name} ({translate('reconcile.as_of', day=str(service.day))})" if service.day else name


def _common(service: ReconciliationService, language: str) -> dict[str, Any]:
    return {
        "name": service_title(service, language),
        "documentation": f"{service.host}/api",
        "serviceVersion": version("begrepp"),
        "logo": f"{service.host}/static/favicon.svg",
    }


def _view(service: ReconciliationService, id_: str) -> str:
    day = f"asOf={service.day}" if service.day else ""
    if service.has_codes_as_ids:
        return f"{service.host}/cs/{service.schemes[0].id}/{id_}{f'?{day}' if day else ''}"
    return f"{service.host}/resource?uri={id_}"


_SETTING_NAMES = {
    "name": "id",
    "label": "name",
    "type": "type",
    "default": "default",
    "help_text": "helpText",
    "choices": "choices",
}
"""Fields of a property setting in version 0.2, by the names of 1.0-draft."""


def _property_settings(translate: Translator) -> list[dict[str, Any]]:
    """Return the settings of a property in the form of version 1.0-draft."""
    choices = [{"value": each, "name": translate.language_name(each)} for each in LANGUAGES]
    return [
        {
            "id": "lang",
            "name": translate("reconcile.setting.lang"),
            "type": "select",
            "default": "",
            "helpText": translate("reconcile.setting.lang_help"),
            "choices": [{"value": "", "name": translate("reconcile.setting.any")}, *choices],
        },
        {
            "id": "limit",
            "name": translate("reconcile.setting.limit"),
            "type": "number",
            "default": 0,
            "helpText": translate("reconcile.setting.limit_help"),
        },
    ]
