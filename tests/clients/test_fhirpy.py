"""fhirpy, the FHIR client for Python, against a real server on both bases."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.slow
ECOG = "https://w3id.org/begrepp/id/cs/ecog"


@pytest.mark.parametrize("base", ["r5", "r4"])
def test_fhirpy_runs_operations_searches_and_reads(url: str, base: str) -> None:
    fhirpy = pytest.importorskip("fhirpy", reason="fhirpy is not installed; pip install fhirpy==2.3.1")
    client = fhirpy.SyncFHIRClient(f"{url}/fhir/{base}")
    answer = client.execute("CodeSystem/$lookup", "get", params={"system": ECOG, "code": "1"})
    assert {"name": "code", "valueCode": "1"} in answer["parameter"]
    posted = {"resourceType": "Parameters", "parameter": [{"name": "url", "valueUri": f"{ECOG}?vs"}]}
    assert len(client.execute("ValueSet/$expand", "post", data=posted)["expansion"]["contains"]) == 6
    found = client.resources("CodeSystem").search(url=ECOG).first()
    assert found["url"] == ECOG
    assert len(client.reference("CodeSystem", found.id).to_resource()["concept"]) == 6
    assert client.resources("CodeSystem").count() == len(client.resources("CodeSystem").fetch_all()) > 20
    pages = client.resources("CodeSystem").limit(3).fetch_all()
    assert len({each.id for each in pages}) == client.resources("CodeSystem").count()
    with pytest.raises(fhirpy.base.exceptions.ResourceNotFound):
        client.execute("CodeSystem/$lookup", "get", params={"system": ECOG, "code": "x"})
    with pytest.raises(fhirpy.base.exceptions.OperationOutcome):
        client.resource("CodeSystem", name="x").save()
