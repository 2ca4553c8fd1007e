"""An address once given is never given to another thing, whatever a source lists first, leaves out or renames."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.artefact.parts import LOCAL, Claim
from begrepp.errors import InputError
from begrepp.history.addresses import AddressLedger


def _claim(address: str, *keys: str, publisher: str = "", fallback: str = "") -> Claim:
    return Claim(address=address, keys=keys, publisher=publisher, fallback=fallback)


def _given(ledger: AddressLedger, source: str, *claims: Claim) -> list[str]:
    """The addresses that the claims get, in their order."""
    renames, _ = ledger.assign(source, claims)
    return [renames.get(claim.address, claim.address) for claim in claims]


def test_two_things_with_one_id_stay_two_and_the_later_is_told() -> None:
    ledger = AddressLedger()
    assert _given(ledger, "norr", _claim("cs/status", "https://norr.ex/status")) == ["cs/status"]
    renames, moved = ledger.assign("syd", [_claim("cs/status", "https://syd.ex/status")])
    assert renames == {"cs/status": "cs/syd-status"}
    assert [(each.proposed, each.given, each.identity, each.holder) for each in moved] == [
        ("cs/status", "cs/syd-status", "https://syd.ex/status", "https://norr.ex/status")
    ]
    # In the next build, and in one without the first source, nothing is told and nothing changes.
    assert ledger.assign("syd", [_claim("cs/status", "https://syd.ex/status")]) == (renames, [])


def test_the_same_thing_in_two_sources_has_one_address() -> None:
    ledger = AddressLedger()
    _given(ledger, "demo", _claim("cs/atc", "https://whocc.no/atc", "urn:oid:1.2", publisher="begrepp"))
    assert _given(ledger, "atc", _claim("cs/atc", "urn:oid:1.2", publisher="who")) == ["cs/atc"]


@pytest.mark.parametrize(("publisher", "address"), [("begrepp", "cs/kon"), ("region", "cs/egen-kon")])
def test_without_keys_the_publisher_decides(publisher: str, address: str) -> None:
    ledger = AddressLedger()
    _given(ledger, "kon", _claim("cs/kon", publisher="begrepp"))
    assert _given(ledger, "egen", _claim("cs/kon", publisher=publisher)) == [address]


def test_the_order_of_a_file_does_not_matter() -> None:
    ledger = AddressLedger()
    alfa, beta = "kat https://a.ex/1", "kat https://b.ex/1"
    assert _given(ledger, "kat", _claim("dataset/kat-1", alfa), _claim("dataset/kat-1-2", beta)) == [
        "dataset/kat-1",
        "dataset/kat-1-2",
    ]
    swapped = (_claim("dataset/kat-1", beta), _claim("dataset/kat-1-2", alfa))
    assert _given(ledger, "kat", *swapped) == ["dataset/kat-1-2", "dataset/kat-1"]


def test_what_is_deleted_keeps_its_address_until_it_returns() -> None:
    ledger = AddressLedger()
    alfa, beta, gamma = "kat https://a.ex/1", "kat https://b.ex/1", "kat https://c.ex/1"
    _given(ledger, "kat", _claim("dataset/kat-1", alfa), _claim("dataset/kat-1-2", beta))
    without_alfa = (_claim("dataset/kat-1", beta), _claim("dataset/kat-1-2", gamma))
    assert _given(ledger, "kat", *without_alfa) == ["dataset/kat-1-2", "dataset/kat-1-3"]
    again = (_claim("dataset/kat-1", alfa), _claim("dataset/kat-1-2", beta), _claim("dataset/kat-1-3", gamma))
    assert _given(ledger, "kat", *again) == ["dataset/kat-1", "dataset/kat-1-2", "dataset/kat-1-3"]


def test_a_renamed_thing_with_a_local_key_keeps_its_address() -> None:
    ledger = AddressLedger()
    _given(ledger, "reg", _claim("dataset/reg/var", f"{LOCAL}table:v2025"))
    assert _given(ledger, "reg", _claim("dataset/reg/var", f"{LOCAL}table:v2026")) == ["dataset/reg/var"]


def test_variables_keep_their_addresses_when_a_second_table_is_added() -> None:
    ledger = AddressLedger()
    _given(ledger, "reg", _claim("dataset/reg/var", f"{LOCAL}table:vard", fallback="dataset/reg/vard/var"))
    two = (
        _claim("dataset/reg/vard/var", f"{LOCAL}table:vard", fallback="dataset/reg/vard/var"),
        _claim("dataset/reg/prov/var", f"{LOCAL}table:prov", fallback="dataset/reg/prov/var"),
    )
    assert _given(ledger, "reg", *two) == ["dataset/reg/var", "dataset/reg/prov/var"]
    alone = _claim("dataset/reg/var", f"{LOCAL}table:prov", fallback="dataset/reg/prov/var")
    assert _given(ledger, "reg", alone) == ["dataset/reg/prov/var"]


def test_a_list_keeps_the_address_that_its_first_variable_gave_it() -> None:
    ledger = AddressLedger()
    er, pr = f"{LOCAL}variable:t/er", f"{LOCAL}variable:t/pr"
    assert _given(ledger, "reg", _claim("dataset/reg/list/er", er, pr)) == ["dataset/reg/list/er"]
    assert _given(ledger, "reg", _claim("dataset/reg/list/pr", pr)) == ["dataset/reg/list/er"]
    both = (_claim("dataset/reg/list/er", er), _claim("dataset/reg/list/pr", pr))
    assert _given(ledger, "reg", *both) == ["dataset/reg/list/er", "dataset/reg/list/pr"]


def test_a_part_moves_with_what_it_is_a_part_of() -> None:
    ledger = AddressLedger()
    _given(ledger, "a", _claim("dataset/prov", publisher="a"))
    claims = (_claim("dataset/prov", publisher="b"), _claim("dataset/prov/list/er", f"{LOCAL}variable:t/er"))
    assert _given(ledger, "b", *claims) == ["dataset/b-prov", "dataset/b-prov/list/er"]


def test_the_same_edition_in_two_sources_becomes_two() -> None:
    ledger = AddressLedger()
    claim = _claim("structure/blodtryck", "openEHR-EHR-OBSERVATION.blood_pressure.v2")
    _given(ledger, "ckm", claim)
    assert ledger.assign("norge", [claim], {"structure/blodtryck"})[0] == {
        "structure/blodtryck": "structure/norge-blodtryck"
    }


def test_the_ledger_is_a_file(tmp_path: Path) -> None:
    ledger = AddressLedger()
    _given(ledger, "norr", _claim("cs/status", "https://norr.ex/status", publisher="norr"))
    _given(ledger, "syd", _claim("cs/status", "https://syd.ex/status", publisher="syd"))
    ledger.write(tmp_path / "addresses.csv")
    again = AddressLedger.read(tmp_path / "addresses.csv")
    assert _given(again, "syd", _claim("cs/status", "https://syd.ex/status", publisher="syd")) == ["cs/syd-status"]
    again.write(tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "addresses.csv").read_bytes()


@pytest.mark.parametrize(
    ("text", "where"),
    [("address,source\n", "addresses.csv"), ("address,source,identity\na,b\n", "addresses.csv row 2")],
)
def test_a_damaged_ledger_is_refused(tmp_path: Path, text: str, where: str) -> None:
    (tmp_path / "addresses.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=where):
        AddressLedger.read(tmp_path / "addresses.csv")
