"""Editions with a last day: after it, no edition is in force until another one is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask.testing import FlaskClient

from begrepp.settings import Settings
from server.app import create_app
from tests.support.small import build_small

DECLARATION = """loader = "table"
[source]
publisher = "begrepp"
licence = "https://creativecommons.org/publicdomain/zero/1.0/"
[release]
{days}
[scheme]
id = "{scheme}"
title.sv = "Lista"
[[file]]
name = "codes.csv"
[file.columns]
notation = "code"
pref_label.sv = "label"
"""
EDITIONS = {
    ("ended", "2020"): "valid_from = 2020-01-01\nvalid_to = 2021-12-31",
    ("gap", "2023"): "valid_from = 2023-01-01\nvalid_to = 2023-06-30",
    ("gap", "2024"): "valid_from = 2024-01-01",
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    settings = Settings(data=tmp_path_factory.mktemp("ended") / "data", query_seconds=10, query_workers=1)
    for (scheme, version), days in EDITIONS.items():
        folder = settings.raw / scheme / version
        folder.mkdir(parents=True)
        (folder / "source.toml").write_text(DECLARATION.format(days=days, scheme=scheme), encoding="utf-8")
        (folder / "codes.csv").write_text("code,label\nA,Ett\n", encoding="utf-8")
    build_small(settings)
    app = create_app(settings)
    yield app.test_client()
    app.extensions["begrepp"].pool.close()


@pytest.mark.parametrize(
    ("scheme", "day", "status"),
    [
        ("ended", "2021-12-31", "active"),
        ("ended", "2022-01-01", None),
        ("ended", date.today().isoformat(), None),
        ("gap", "2023-06-30", "active"),
        ("gap", "2023-09-01", None),
        ("gap", "2024-01-01", "active"),
    ],
)
def test_no_edition_is_in_force_after_its_last_day(
    client: FlaskClient, scheme: str, day: str, status: str | None
) -> None:
    (item,) = client.post("/resolve", json=[{"system": scheme, "code": "A", "asOf": day}]).get_json()
    page = client.get(f"/cs/{scheme}/A?asOf={day}", headers={"Accept": "application/json"})
    expanded = client.get(f"/fhir/r5/ValueSet/$expand?url=https://w3id.org/begrepp/id/cs/{scheme}?fhir_vs&date={day}")
    if status:
        assert (item["status"], page.status_code, expanded.status_code) == (status, 200, 200)
    else:
        assert f"in force on {day}" in item["reason"] and page.status_code == 404 and expanded.status_code != 200


def test_a_dated_service_over_all_systems_has_no_ended_edition(client: FlaskClient) -> None:
    status = {day: client.get(f"/reconcile/@{day}").status_code for day in ("2021-12-31", "2022-06-01", "2024-01-01")}
    assert status == {"2021-12-31": 200, "2022-06-01": 404, "2024-01-01": 200}


def test_the_message_names_the_last_day(client: FlaskClient) -> None:
    told = client.get("/cs/gap/A?asOf=2023-09-01", headers={"Accept": "application/json"}).text
    assert "The edition 2023 ended on 2023-06-30" in told
