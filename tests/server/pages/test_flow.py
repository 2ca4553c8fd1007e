"""Flow drawings: ribbons as wide as their numbers, nodes as high as their ribbons; the flow of a mapping set."""

from __future__ import annotations

import csv
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup

from begrepp.records import Text
from server.pages.flow import FlowLink, FlowNode, flow_drawing
from server.pages.schemes.edition_timeline import edition_timeline
from server.pages.schemes.editions import EditionRow

HTML = {"Accept": "text/html", "Accept-Language": "sv"}


def draw(app: Flask, left: str, right: str, links: list[tuple[str, str, float]]) -> Markup:
    starts, ends = (
        [FlowNode(id=name, label=f"{name} <", href=f"/{name}") for name in side.split()] for side in (left, right)
    )
    ribbons = [FlowLink(start=a, end=b, size=size, kind="near", title=f"{a} → {b}") for a, b, size in links]
    with app.test_request_context("/"):
        return flow_drawing(starts, ends, ribbons, 'Flow "x"')


def test_widths_are_numbers_and_nodes_hold_their_ribbons(app: Flask) -> None:
    drawing = draw(app, "a b", "c d", [("a", "c", 3), ("a", "d", 1), ("b", "d", 2)])
    widths = {t: float(w) for w, t in re.findall(r'stroke-width="([\d.]+)"><title>(.*?)</title>', drawing)}
    unit = widths["a → d"]
    assert widths["a → c"] == pytest.approx(3 * unit, abs=0.2) and widths["b → d"] == pytest.approx(2 * unit, abs=0.2)
    heights = dict(re.findall(r'href="/(\w)"><rect class="node" [^>]*height="([\d.]+)"', drawing))
    assert {name: round(float(height) / unit) for name, height in heights.items()} == {"a": 4, "b": 2, "c": 3, "d": 3}


def test_ribbons_of_a_node_lie_below_one_another(app: Flask) -> None:
    drawing = draw(app, "a", "c d e", [("a", "e", 1), ("a", "c", 1), ("a", "d", 1)])
    starts = {t: float(y) for y, t in re.findall(r'd="M\d+,([\d.]+) [^>]*><title>a → (\w)</title>', drawing)}
    assert starts["c"] < starts["d"] < starts["e"]
    step = starts["d"] - starts["c"]
    assert starts["e"] - starts["d"] == pytest.approx(step, abs=0.2)


def test_the_drawing_has_words_and_no_markup_from_labels(app: Flask) -> None:
    drawing = draw(app, "a", "a", [("a", "a", 1)])
    assert 'role="group" aria-label="Flow &quot;x&quot;"' in drawing
    assert "a &lt;" in drawing and "a <<" not in drawing and "<title>a → a</title>" in drawing
    assert "ribbons" in draw(app, "", "", [])


def test_a_mapping_set_is_drawn_between_chapters_and_systems(client: FlaskClient) -> None:
    page = client.get("/mapping/onkologi", headers=HTML).text
    drawing = page[page.index('<svg class="ribbons"') :].partition("</svg>")[0]
    titles = re.findall(r"<title>(\w[^<]* → [^<]*)</title>", drawing)
    assert any(title.startswith("tumörsjukdom → ICD-10-SE: exakt motsvarighet, ") for title in titles)
    total = sum(int(title.rpartition(", ")[2].replace("\xa0", "")) for title in titles)
    listed = csv.DictReader(client.get("/mapping/onkologi.csv").text.splitlines())
    assert total == sum(not row["modifier"] for row in listed)
    only = client.get("/mapping/onkologi?to=icd-10-se", headers=HTML).text
    assert (
        "Här visas bara mappningar till" in only and "LOINC" not in only[only.index("ribbons") :].partition("</svg>")[0]
    )
    assert client.get("/mapping/onkologi?to=nothing", headers=HTML).status_code == 200


def test_editions_are_bars_up_to_the_next_one() -> None:
    def edition(version: str, valid_from: str) -> EditionRow:
        return EditionRow(
            href=f"/{version}",
            graph="",
            version=version,
            valid_from=valid_from,
            current=False,
            partial=False,
            concepts=1,
            redistribution="allowed",
            label=Text("", ""),
        )

    drawn = edition_timeline([edition("3", "2023-07-01"), edition("1", "2020-01-01"), edition("2", "2022-01-01")], 2026)
    assert drawn is not None
    assert [(span.code, span.since, span.until) for span in drawn.spans] == [
        ("1", "2020", "2021"),
        ("2", "2022", "2023"),
        ("3", "2023", ""),
    ]
    assert drawn.spans[0].x == 0 and drawn.spans[2].x + drawn.spans[2].width == pytest.approx(100, abs=0.1)
    assert edition_timeline([], 2026) is None
    assert edition_timeline([edition("1", "2020-01-01")], 2026) is None
    assert edition_timeline([edition("1", "2020-01-01"), edition("2", "")], 2026) is None
    same = edition_timeline([edition("1", "2020-01-01"), edition("2", "2020-01-01")], 2026)
    assert same is not None and [span.until for span in same.spans] == ["2020", ""]
