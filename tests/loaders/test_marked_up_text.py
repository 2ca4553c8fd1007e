"""Texts with markup: superscripts, subscripts and elements within words, in HTML, XML and ClaML."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from begrepp.sources.xml import element_text, read_xml
from loaders.support.html_text import from_html
from tests.loaders.test_claml_modifiers import name
from tests.loaders.test_format_edges import concepts
from tests.loaders.test_legal_forms import load, skos


@pytest.mark.parametrize("paragraphs", [False, True])
@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Trombocyter 10<sup>9</sup>/L", "Trombocyter 10⁹/L"),
        ("H<SUB>2</SUB>O, CO<sub><b>2</b></sub>", "H₂O, CO₂"),
        ('10<span style="vertical-align: super; color: red">-6</span> m', "10⁻⁶ m"),
        ("Ca<sup>2+</sup> och x<sup>max</sup>", "Ca²⁺ och x^max"),
        ("e<sup>kt</sup>2", "e^kt 2"),
        ("10<sup>9<br>rad", "10⁹\nrad"),
        ("A17.0<sup>†</sup> G01<sup>*</sup>", "A17.0† G01*"),
        ("en <sup>2</sup> två</sup>", "en ² två"),
        ("10<sup>a<sub>1</sub></sup>", "10^a₁"),
        ("5 < 10 & <5 mm", "5 < 10 & <5 mm"),
        ("ett<script>alert(1)</script> <style>p {}</style>två", "ett två"),
    ],
)
def test_html_keeps_superscripts_and_subscripts(html: str, text: str, paragraphs: bool) -> None:
    assert from_html(html, paragraphs=paragraphs) == text


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ('<t>Text <emph>fet</emph> H<hi rend="sub">2</hi>O</t>', "Text fet H₂O"),
        ("<t>före <b>a</b>\n   mellan <b>b</b> efter</t>", "före a mellan b efter"),
        ("<t><p>10<sup>9</sup> celler</p><p>Andra <i>stycket</i></p></t>", "10⁹ celler\nAndra stycket"),
        ("<t><list><itm>ett</itm><itm>två</itm></list>tre</t>", "ett\ntvå\ntre"),
        ("<t><code>A</code><name>B</name></t>", "A B"),
        ('<t xmlns:x="http://www.w3.org/1999/xhtml"><x:code>in</x:code><x:q>til</x:q></t>', "intil"),
        ("<t>värde <![CDATA[<5]]> mm</t>", "värde <5 mm"),
    ],
)
def test_mixed_content_is_in_document_order(tmp_path: Path, xml: str, text: str) -> None:
    path = tmp_path / "t.xml"
    path.write_text(xml, encoding="utf-8")
    assert [node.text for node in read_xml(path)] == [text]
    assert element_text(fromstring(xml)) == text


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ('Vitamin B<Term class="subscript">12</Term>-brist', "Vitamin B₁₂-brist"),
        ("H<Term>2</Term>O", "H2O"),
        ('10<Term class="bold superscript">9</Term>/L', "10⁹/L"),
        ('ett<Term class="tab"/>två', "ett två"),
        ("<Row><Cell>ett</Cell><Cell>två</Cell></Row>", "ett två"),
    ],
)
def test_a_term_of_claml_is_part_of_its_word(tmp_path: Path, label: str, text: str) -> None:
    xml = f'<ClaML version="3.0.0"><Class code="A" kind="category">{name(label)}</Class></ClaML>'
    made = concepts(load(tmp_path, "claml", {"k.xml": xml}, '[scheme]\ntitle.sv = "K"\n'))
    assert [each.value for each in made["A"].pref_labels] == [text]


@pytest.mark.parametrize("datatype", ["XMLLiteral", "HTML"])
def test_a_definition_in_xml_or_html_is_read_as_text(tmp_path: Path, datatype: str) -> None:
    written = r"H<sub>2</sub>O &amp; <b xmlns='http://www.w3.org/1999/xhtml'>is</b>"
    statement = f':B skos:definition "{written}"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#{datatype}> .'
    found = concepts(load(tmp_path, "skos", skos(statement)))["B"]
    assert [text.value for text in found.definitions] == ["H₂O & is"]
