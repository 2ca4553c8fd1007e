"""Ledger of addresses: an address once given stays with what it was given to, in every later build.

The ids in files are local: two publishers' code systems may both be called `status`, and two datasets of a catalogue
may have IRIs with the same last segment. The ledger (`data/addresses.csv`) says which source gave each address to
which thing, so that neither the order of a file nor what is deleted from it, added to it or renamed in it gives an
address to something else. Reasons: docs/decisions/addresses.md.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from begrepp.artefact.parts import LOCAL, Claim
from begrepp.history.ledger_file import read_rows, write_rows

COLUMNS = ("address", "source", "identity")
_NAME, _PUBLISHER = "name:", "publisher:"
"""Beginnings of identities that are not keys: by the address that a source proposed, and by the publisher."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedAddress:
    """A thing that gets another address than its source proposed, since that is the address of something else."""

    proposed: str
    given: str
    identity: str
    holder: str
    """Identity of the thing that has the proposed address."""


@dataclass(slots=True)
class AddressLedger:
    """Table of the addresses that were given, with the sources and identities of what they were given to."""

    given: dict[str, dict[str, dict[str, None]]] = field(default_factory=dict)
    """Identities by address and source."""
    _addresses: dict[tuple[str, str], dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    """Addresses by source and identity."""

    @classmethod
    def read(cls, path: Path) -> AddressLedger:
        """Read the table; it is empty if there is no file. Raises `InputError` if it is malformed."""
        ledger = cls()
        for address, source, identity in read_rows(path, COLUMNS):
            ledger.record(address, source, identity)
        return ledger

    def write(self, path: Path) -> None:
        """Write the table, so that the next build gives the same addresses."""
        rows = [
            (address, source, identity)
            for address in sorted(self.given)
            for source, identities in sorted(self.given[address].items())
            for identity in identities
        ]
        write_rows(path, COLUMNS, rows)

    def record(self, address: str, source: str, identity: str) -> None:
        """Add a row."""
        self.given.setdefault(address, {}).setdefault(source, {})[identity] = None
        self._addresses[source, identity][address] = None

    def record_name(self, address: str, source: str, proposed: str) -> None:
        """Add a row for something that a source proposes an address for."""
        self.record(address, source, f"{_NAME}{proposed}")

    def assign(
        self, source: str, claims: Sequence[Claim], avoided: Collection[str] = ()
    ) -> tuple[dict[str, str], list[MovedAddress]]:
        """Give an address to each claim of an edition; return those that differ from the proposed ones, and why.

        Addresses that were given before come first, whatever the order of the claims. `avoided` are addresses that
        another source has for the same edition of the same thing; a source that did not have them gets others.
        """
        renames: dict[str, str] = {}
        moved: list[MovedAddress] = []
        claimed = {key for claim in claims for key in claim.keys}
        for _, group in sorted(_by_depth(claims).items()):
            placed = {claim.address: _below(claim.address, renames) for claim in group}
            addresses: dict[str, str] = {}
            for find in (self._address_by_key, self._address_by_name):
                for claim in group:
                    if claim.address not in addresses:
                        used = {*addresses.values()}
                        if known := find(source, claim, placed[claim.address], claimed, used):
                            addresses[claim.address] = known
            for claim in group:
                proposed = placed[claim.address]
                if claim.address not in addresses:
                    used = {*addresses.values(), *avoided}
                    address = addresses[claim.address] = self._new_address(source, claim, proposed, used)
                    if address not in (proposed, claim.fallback):
                        moved.append(self._moved(source, claim, proposed, address))
                self._record_claim(source, claim, proposed, addresses[claim.address])
            renames |= {old: new for old, new in addresses.items() if old != new}
        return renames, moved

    def _address_by_key(
        self, source: str, claim: Claim, proposed: str, claimed: Collection[str], used: Collection[str]
    ) -> str:
        """Return an address that the source has given to something with a key of the claim, or an empty string."""
        matches = [a for key in claim.keys for a in self._addresses.get((source, key), ()) if a not in used]
        return proposed if proposed in matches else next(iter(matches), "")

    def _address_by_name(
        self, source: str, claim: Claim, proposed: str, claimed: Collection[str], used: Collection[str]
    ) -> str:
        """Return the address that the source has given to what it called the same, unless that is something else.

        Something whose local keys are no longer claimed has been renamed.
        """
        for address in self._addresses.get((source, f"{_NAME}{proposed}"), ()):
            identities = self.given[address].get(source, {})
            renamed = all(key.startswith(LOCAL) and key not in claimed for key in _keys(identities))
            if address not in used and (renamed or not _differ(identities, claim.keys)):
                return address
        return ""

    def _new_address(self, source: str, claim: Claim, proposed: str, used: Collection[str]) -> str:
        """Return the proposed address if it is free or another source gave it to the same thing, else a free one."""
        others = self.given.get(proposed, {})
        holders = {identity for identities in others.values() for identity in identities}
        if proposed not in used and source not in others and not self._is_other(holders, claim):
            return proposed
        return next(a for a in self._alternatives(source, claim, proposed) if a not in used and a not in self.given)

    def _is_other(self, holders: Iterable[str], claim: Claim) -> bool:
        """Return whether an address of other sources is that of something else; without keys the publisher decides."""
        identities = {*holders}
        if not identities.isdisjoint(claim.keys):
            return False
        publishers = {each for each in identities if each.startswith(_PUBLISHER)}
        other_publisher = bool(claim.publisher and publishers) and f"{_PUBLISHER}{claim.publisher}" not in publishers
        return other_publisher or _differ(identities, claim.keys)

    def _alternatives(self, source: str, claim: Claim, proposed: str) -> Iterator[str]:
        """Yield other addresses: with the name of the source before the id, then with numbers after it."""
        if claim.fallback:
            yield claim.fallback
        kind, _, last = proposed.rpartition("/")
        base = proposed
        if "/" not in kind and last != source and not last.startswith(f"{source}-"):
            base = f"{kind}/{source}-{last}"
            yield base
        unnumbered = re.sub(r"-\d+$", "", base)
        base = unnumbered if unnumbered in self.given else base
        yield from (f"{base}-{number}" for number in count(2))

    def _moved(self, source: str, claim: Claim, proposed: str, address: str) -> MovedAddress:
        others = self.given.get(proposed, {})
        holder = next((_describe(holding, identities) for holding, identities in others.items()), source)
        return MovedAddress(proposed=proposed, given=address, identity=_describe(source, claim.keys), holder=holder)

    def _record_claim(self, source: str, claim: Claim, proposed: str, address: str) -> None:
        if not self._addresses.get((source, f"{_NAME}{proposed}")):
            self.record_name(address, source, proposed)
        for key in (*claim.keys, *([f"{_PUBLISHER}{claim.publisher}"] if claim.publisher else ())):
            self.record(address, source, key)


def _differ(identities: Iterable[str], keys: Sequence[str]) -> bool:
    """Return whether both things have keys, and none in common."""
    known = _keys(identities)
    return bool(known and keys) and known.isdisjoint(keys)


def _keys(identities: Iterable[str]) -> set[str]:
    return {identity for identity in identities if not identity.startswith((_NAME, _PUBLISHER))}


def _by_depth(claims: Iterable[Claim]) -> dict[int, list[Claim]]:
    """Return the claims by the number of segments of their addresses: a dataset comes before its lists."""
    groups: dict[int, list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[claim.address.count("/")].append(claim)
    return groups


def _below(address: str, renames: Mapping[str, str]) -> str:
    """Return an address with the new address of the thing that it is a part of."""
    for end in (match.start() for match in reversed([*re.finditer("/", address)])):
        if address[:end] in renames:
            return renames[address[:end]] + address[end:]
    return address


def _describe(source: str, identities: Iterable[str]) -> str:
    """Return what a thing is, for a message: its identifier, or the source that describes it."""
    return next((identity for identity in identities if not identity.startswith((_NAME, _PUBLISHER))), source)
