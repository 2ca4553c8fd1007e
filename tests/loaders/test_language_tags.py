"""Language tags that are not as BCP 47 writes them, in every format that has tags of its own: never an inner error."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.build.loads.text_checks import clean_record
from begrepp.errors import InputError, Origin
from begrepp.graph.triple_writer import TripleWriter
from begrepp.rdf.iris import Iris
from begrepp.rdf.literal_languages import is_language_tag
from begrepp.rdf.ntriples import LanguageTagError
from begrepp.records import LoadRemark, Record, Skipped
from tests.loaders.test_legal_forms import load

SCHEME = '[scheme]\nid = "s"\ntitle.sv = "S"\n'
DATASET = '[dataset]\nid = "d"\ntitle.sv = "D"\ndescription.sv = "d"\n'
CLAML = (
    '<ClaML version="2.0.0"><Title name="x" date="2026-01-01" version="1">x</Title><ClassKinds><ClassKind name="k"/>'
    '</ClassKinds><RubricKinds><RubricKind name="preferred"/></RubricKinds><Class code="A" kind="k">'
    '<Rubric kind="preferred"><Label xml:lang="TAG">ett</Label></Rubric></Class></ClaML>'
)
ODM = (
    '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" ODMVersion="1.3.2" FileType="Snapshot" FileOID="f" '
    'CreationDateTime="2026-01-01T00:00:00"><Study OID="S"><GlobalVariables><StudyName>s</StudyName>'
    "<StudyDescription>d</StudyDescription><ProtocolName>p</ProtocolName></GlobalVariables>"
    '<MetaDataVersion OID="M" Name="m"><FormDef OID="F" Name="f" Repeating="No"><ItemGroupRef ItemGroupOID="G" '
    'Mandatory="Yes"/></FormDef><ItemGroupDef OID="G" Name="g" Repeating="No"><ItemRef ItemOID="I" Mandatory="Yes"/>'
    '</ItemGroupDef><ItemDef OID="I" Name="i" DataType="integer"><Question><TranslatedText xml:lang="TAG">Antal'
    "</TranslatedText></Question></ItemDef></MetaDataVersion></Study></ODM>"
)
DDI = (
    '<codeBook xmlns="ddi:codebook:2_5" version="2.5"><stdyDscr><citation><titlStmt><titl>Studie</titl></titlStmt>'
    '</citation></stdyDscr><dataDscr><var ID="V1" name="a"><labl xml:lang="TAG">Antal</labl></var></dataDscr>'
    "</codeBook>"
)
CSVW = (
    '{"@context": ["http://www.w3.org/ns/csvw", {"@language": "TAG"}], "url": "t.csv", '
    '"tableSchema": {"columns": [{"name": "a", "titles": "Antal"}]}}'
)
FORMATS = [
    ("claml", "c.xml", CLAML, SCHEME),
    ("odm", "o.xml", ODM, ""),
    ("ddi", "d.xml", DDI, DATASET),
    ("csvw", "t-metadata.json", CSVW, DATASET),
]


WHOLE = Origin("the edition")


def written(records: list[Record]) -> tuple[str, list[str]]:
    """The triples of records as N-Triples, repaired where needed, and the remarks of the repair."""
    mint = TripleWriter(Iris(), load_iri="urn:load", file_iris=("urn:file",))
    lines, remarks = [], []
    for record in records:
        if isinstance(record, Skipped | LoadRemark):
            continue
        try:
            triples = [*mint.triples(record)]
        except LanguageTagError:
            repaired, found = clean_record(record, getattr(record, "origin", WHOLE))
            remarks += found
            triples = [*mint.triples(repaired)]
        lines += [" ".join(triple) for triple in triples]
    return "\n".join(lines), remarks


@pytest.mark.parametrize(("loader", "name", "content", "more"), FORMATS)
def test_an_underscore_in_a_language_tag_is_read_as_a_hyphen_with_a_remark(
    tmp_path: Path, loader: str, name: str, content: str, more: str
) -> None:
    text, remarks = written(load(tmp_path, loader, {name: content.replace("TAG", "sv_SE")}, more))
    assert "@sv-SE" in text and "_SE" not in text
    assert set(remarks) == {"the language 'sv_SE' is read as 'sv-SE' (BCP 47)."}


@pytest.mark.parametrize(("loader", "name", "content", "more"), FORMATS)
def test_an_empty_language_tag_says_that_there_is_none(
    tmp_path: Path, loader: str, name: str, content: str, more: str
) -> None:
    text, remarks = written(load(tmp_path, loader, {name: content.replace("TAG", "")}, more))
    assert "@und" in text and not remarks


@pytest.mark.parametrize(("loader", "name", "content", "more"), FORMATS)
def test_words_in_place_of_a_language_tag_are_refused_with_their_place(
    tmp_path: Path, loader: str, name: str, content: str, more: str
) -> None:
    records = load(tmp_path, loader, {name: content.replace("TAG", "på svenska")}, more)
    with pytest.raises(InputError, match="the language tag 'på svenska' is not one") as raised:
        written(records)
    assert raised.value.origin.file.startswith(name)


@pytest.mark.parametrize(
    ("loader", "name", "content", "declared"),
    [
        ("redcap", "d.csv", "field_name,form_name\n", DATASET + '[redcap]\nlanguage = "TAG"\n'),
        ("frictionless", "datapackage.json", "{}", DATASET + '[frictionless]\nlanguage = "TAG"\n'),
        ("odm", "o.xml", ODM, "TAG"),
        ("ddi", "d.xml", DDI, "TAG"),
        ("dcat", "c.ttl", "", "TAG"),
        (
            "skos",
            "v.ttl",
            "<urn:s> a <http://www.w3.org/2004/02/skos/core#ConceptScheme> .",
            SCHEME + 'language = "TAG"\n',
        ),
    ],
)
def test_a_language_of_the_declaration_is_refused_with_its_line(
    tmp_path: Path, loader: str, name: str, content: str, declared: str
) -> None:
    at_top = declared == "TAG"
    with pytest.raises(InputError, match=r"language is 'sv_SE', which is no language code") as raised:
        load(
            tmp_path,
            loader,
            {name: content},
            "" if at_top else declared.replace("TAG", "sv_SE"),
            'language = "sv_SE"' if at_top else "",
        )
    assert raised.value.origin.file == "source.toml"


def test_tags_are_judged_as_a_store_judges_them() -> None:
    assert all(map(is_language_tag, ("sv", "sv-SE", "de-CH-1996", "zh-Hant-TW", "i-klingon", "x-a", "und", "zxx")))
    assert not any(map(is_language_tag, ("", "sv_SE", "svenskaspråket", "sv-", "1a", "sv SE")))
