"""Claims: the addresses that the records of an edition propose, with the identity of what each address is for.

An address is the part of an IRI below its root: `cs/kon`, `vs/urval`, `dataset/nkbc/list/er`. The id in it is local: a
FHIR resource is identified by its `url`, a dataset of a catalogue by its IRI, a code list by the variables that use
it. `begrepp.history.addresses` decides which of two different things keeps the address.
"""

from __future__ import annotations

from begrepp.artefact.parts import LOCAL, Claim
from begrepp.graph.triple_writer import TripleWriter
from begrepp.records import (
    Agent,
    Catalogue,
    CodeList,
    Concept,
    Dataset,
    Edition,
    MappingSet,
    Record,
    Scheme,
    Structure,
    ValueSet,
    Variable,
    is_iri,
)


class ClaimCollector:
    """Collects the claims of the records of one edition."""

    def __init__(self, triple_writer: TripleWriter) -> None:
        self._writer = triple_writer
        self._keys: dict[str, dict[str, None]] = {}
        self._publishers: dict[str, str] = {}
        self._iris: dict[str, str] = {}
        self._fallbacks: dict[str, str] = {}

    def add(self, record: Record) -> None:
        """Add the claim of a record, if its kind has an address of its own."""
        match record:
            case Concept():
                if record.identity:
                    address = self._address(record.iri or self._writer.concept_iri(record.scheme, record.notation))
                    self._claim(address, f"{LOCAL}concept:{record.identity}")
            case Variable():
                self._add_variable(record)
            case Scheme():
                keys = [record.iri, record.preferred_system_uri, record.iri_template, *record.identifiers]
                self._claim(f"cs/{record.id}", *(_normal(key) for key in keys if is_iri(key)))
                self._iris[f"cs/{record.id}"] = record.iri
            case Edition():
                self._publishers[f"cs/{record.scheme}"] = record.publisher.id
            case ValueSet():
                publisher = self._writer.editions[record.scheme].publisher
                keys = [_normal(key) for key in record.identifiers if is_iri(key)]
                self._claim(f"vs/{record.id}", *keys, publisher=publisher)
            case MappingSet():
                local = [f"{LOCAL}file:{record.identity}"] if record.identity else []
                keys = [_normal(record.iri)] if record.iri else local
                self._claim(f"mapping/{record.id}", *keys, publisher=record.publisher)
            case Catalogue():
                keys = [_normal(record.iri)] if record.iri else []
                self._claim(f"catalogue/{record.id}", *keys, publisher=record.publisher)
            case Dataset():
                # Two catalogues may describe the same dataset; each description has an address of its own.
                local = [f"{LOCAL}dataset:{identifier}" for identifier in record.identifiers]
                keys = [f"{record.catalogue} {record.iri}"] if record.iri else local
                holder = record.custodian or record.publisher or record.catalogue_publisher
                self._claim(f"dataset/{record.id}", *keys, publisher=holder)
            case Structure():
                kind = "model" if record.is_model else "structure"
                self._claim(f"{kind}/{record.id}", record.specification or record.id, publisher=record.publisher)
            case CodeList():
                names = (f"{LOCAL}list:{name}" for name in record.identifiers)
                self._claim(self._address(self._list_iri(record)), *names)
            case _:
                pass

    def _add_variable(self, variable: Variable) -> None:
        iri = self._writer.variable_iri(variable)
        dataset = self._writer.iris.dataset(variable.dataset)
        address = self._address(iri[: iri.index("/var/", len(dataset)) + len("/var")])
        self._claim(address, f"{LOCAL}table:{variable.table}")
        self._fallbacks[address] = self._address(self._writer.iris.part(dataset, variable.table, "var"))
        for code_list in filter(None, (variable.code_list, variable.missing_list)):
            user = f"{LOCAL}variable:{variable.table}/{variable.name}/{variable.part}".rstrip("/")
            self._claim(self._address(self._writer.iris.code_list(dataset, code_list)), user)

    def _list_iri(self, code_list: CodeList) -> str:
        return self._writer.iris.code_list(self._writer.owner_iri(code_list.owner), code_list.id)

    def _address(self, iri: str) -> str:
        return iri.removeprefix(self._writer.iris.root)

    def _claim(self, address: str, *keys: str, publisher: Agent | None = None) -> None:
        self._keys.setdefault(address, {}).update(dict.fromkeys(keys))
        if publisher:
            self._publishers[address] = publisher.id

    def claims(self) -> list[Claim]:
        """Return the claims in the order of the records."""
        return [
            Claim(
                address=address,
                keys=tuple(keys),
                publisher=self._publishers.get(address, ""),
                iri=self._iris.get(address, ""),
                fallback=self._fallbacks.get(address, ""),
            )
            for address, keys in self._keys.items()
        ]


def _normal(iri: str) -> str:
    """Return an identifier for comparison: with https for http, without a slash at the end."""
    return iri.replace("http://", "https://", 1).rstrip("/") if iri.startswith("http://") else iri.rstrip("/")
