"""Validation over HTTP gives the results that the standard and the command give."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from flask.testing import FlaskClient
from rdflib.namespace import SH

from begrepp.settings import Settings
from server.app import create_app
from tests.support.standard_cases import StandardCase, difference, standard_cases

CASES = standard_cases()[::2]


@pytest.fixture(scope="module")
def desk(built: Settings) -> Iterator[FlaskClient]:
    application = create_app(Settings(data=built.data, validation_seconds=120, validation_rate=1000))
    yield application.test_client()
    application.extensions["begrepp.validation"].pool.close()
    application.extensions["begrepp"].pool.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_gives_the_same_results_over_http(case: StandardCase, desk: FlaskClient, tmp_path: Path) -> None:
    def validated(data: Path, shapes: Path) -> rdflib.Graph | None:
        with data.open("rb") as first, shapes.open("rb") as second:
            form = {"data": (first, data.name), "shapes": (second, shapes.name)}
            answer = desk.post("/validation/own?format=turtle", data=form)
        if answer.status_code == 422:
            assert case.refused in answer.text
            return None
        assert answer.status_code == 200
        graph = rdflib.Graph().parse(data=answer.text, format="turtle")
        assert [bool(each) for each in graph.objects(None, SH.conforms)] == [not case.results]
        return graph

    assert not difference(case, validated, tmp_path)


def test_there_are_forty_cases() -> None:
    assert len(CASES) >= 40
