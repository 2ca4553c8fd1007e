"""Organisations in a declaration: known ones by their id, others by name and type; and ids made of names."""

from __future__ import annotations

import re
from collections.abc import Mapping

from begrepp.records import Agent, Text
from loaders.declaration.toml_table import TomlTable
from loaders.support.agencies import KNOWN

PUBLISHER_TYPES = {
    # The publisher types of ADMS, which DCAT-AP-SE 3.0.1 requires of every agent.
    "national": "NationalAuthority",
    "regional": "RegionalAuthority",
    "local": "LocalAuthority",
    "supranational": "SupraNationalAuthority",
    "academia": "Academia-ScientificOrganisation",
    "company": "Company",
    "standards": "StandardisationBody",
    "nonprofit": "NonProfitOrganisation",
    "ngo": "NonGovernmentalOrganisation",
    "person": "PrivateIndividual(s)",
}
_ADMS = "http://purl.org/adms/publishertype/"


def is_publisher_type(iri: str) -> bool:
    """Return whether an IRI is a publisher type of ADMS."""
    return iri.removeprefix(_ADMS) in PUBLISHER_TYPES.values() and iri.startswith(_ADMS)


def read_agent(
    toml: TomlTable, key: str, default: str = "", agents: Mapping[str, Agent] = KNOWN, *, default_type: str = ""
) -> Agent:
    """Read an agent: the id of a known one, or a name with its type (`<key>_type`).

    `default` and `default_type` (an IRI) are those that the data file states.
    """
    is_stated = key not in toml
    name = toml.text(key, default=default)
    kind = toml.text(f"{key}_type")
    if is_stated and default_type and not kind and name not in agents:
        return Agent(id=slug(name), names=(Text(name, "sv"),), type=default_type)
    if name in agents:
        return agents[name]
    known = ", ".join(sorted(agents))
    if not name:
        toml.add_problem(
            key, "is missing.", f'Name the organisation: {key} = "…"; begrepp knows {known}.', is_missing=True
        )
    elif not kind:
        toml.add_problem(
            f"{key}_type",
            f"is missing, and '{name}' is none of the organisations that begrepp knows ({known}).",
            f'Write what kind of organisation it is: {key}_type = "…", one of {", ".join(PUBLISHER_TYPES)}.',
            is_missing=True,
        )
    elif kind not in PUBLISHER_TYPES:
        toml.add_choice_problem(f"{key}_type", kind, PUBLISHER_TYPES)
    return Agent(id=slug(name), names=(Text(name, "sv"),), type=_ADMS + PUBLISHER_TYPES.get(kind, ""))


def read_agents(toml: TomlTable) -> dict[str, Agent]:
    """Read `[agents.*]`; return the declared and the known organisations by id."""
    agents = dict(KNOWN)
    section = toml.table("agents")
    for id_, values in section.take_rest():
        agent = section.inner(id_, values if isinstance(values, dict) else {})
        kind = agent.text("type", required=True)
        agents[id_] = Agent(
            id=id_,
            names=agent.texts("name", required=True),
            homepage=agent.iri("homepage"),
            email=agent.text("email"),
            contact_page=agent.iri("contact_page"),
            type=_ADMS + PUBLISHER_TYPES[kind] if kind in PUBLISHER_TYPES else kind,
        )
        agent.done()
    return agents


def slug(text: str) -> str:
    """Return a text as an id for IRIs: `Ändtarmscancer (CT)` → `andtarmscancer-ct`."""
    plain = text.lower().translate(str.maketrans("åäöéèüæøß", "aaoeeuaos"))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
