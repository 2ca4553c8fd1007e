"""Legal but rare forms of each format, and files that are not what their names say: read as meant, or told in words."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

import loaders
from begrepp.build.loads.record_checks import check_records
from begrepp.errors import InputError
from begrepp.records import (
    Dataset,
    Element,
    LoadRemark,
    Mapping,
    Record,
    Skipped,
    Statement,
    Status,
    ValueSet,
    Variable,
)
from begrepp.sources.compressed_files import zstd
from begrepp.sources.editions import reported_faults
from tests.loaders.test_format_edges import SOURCE, code_system, concepts
from tests.support.bad_files import edition

OBO = "http://purl.obolibrary.org/obo/"
PREFIXES = "".join(
    f"@prefix {prefix}: <{namespace}> .\n"
    for prefix, namespace in {
        "": "https://ex.org/s/",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dct": "http://purl.org/dc/terms/",
        "owl": "http://www.w3.org/2002/07/owl#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "xl": "http://www.w3.org/2008/05/skos-xl#",
    }.items()
)
SCHEME = ': a skos:ConceptScheme ; dct:title "S"@sv .\n'


SCHEME_X = '[scheme]\nid = "x"\ntitle.sv = "X"\n'
DATASET_X = '[dataset]\nid = "x"\ntitle.sv = "X"\ndescription.sv = "x"\n'
OWL_CLASS = (
    '<urn:c> a <http://www.w3.org/2002/07/owl#Class> ; <http://www.w3.org/2000/01/rdf-schema#label> "ett"@sv .\n'
)
CLAML_X = (
    '<ClaML version="2.0.0"><Title name="x" date="2026-01-01" version="1">x</Title><ClassKinds><ClassKind name="k"/>'
    '</ClassKinds><RubricKinds><RubricKind name="preferred"/></RubricKinds><Class code="A" kind="k">'
    '<Rubric kind="preferred"><Label xml:lang="sv">ett</Label></Rubric></Class></ClaML>'
)
DDI_X = (
    '<codeBook xmlns="ddi:codebook:2_5" version="2.5"><stdyDscr><citation><titlStmt><titl>Studie</titl></titlStmt>'
    '</citation></stdyDscr><dataDscr><var ID="V1" name="a"><labl>Antal</labl></var></dataDscr></codeBook>'
)


def load(
    folder: Path, loader: str, files: dict[str, bytes | str], more: str = "", top: str = "", source: str = SOURCE
) -> list[Record]:
    """The records of files, with a declaration and what their rows have reported; a known source has no `source`."""
    made = edition(folder, "x", {**files, "source.toml": f'loader = "{loader}"\n{top}\n{source}{more}'})
    return list(check_records(loaders.loader_of(made)(made), reported_faults(made)))


def told(records: list[Record]) -> str:
    """All remarks and reported rows."""
    return "\n".join(
        record.text if isinstance(record, LoadRemark) else record.reason
        for record in records
        if isinstance(record, LoadRemark | Skipped)
    )


def obo(text: str) -> dict[str, bytes | str]:
    """An OBO file with a term X:1."""
    return {"x.obo": f"format-version: 1.4\n\n[Term]\nid: X:1\nname: ett\n{text}\n"}


def test_a_parent_in_another_ontology_is_a_link_and_a_missing_one_a_fault(tmp_path: Path) -> None:
    records = load(tmp_path / "a", "obo", obo("is_a: BFO:0000040 ! material entity"), SCHEME_TOML)
    assert concepts(records).keys() == {"X:1"} and concepts(records)["X:1"].broader == ()
    links = [r.object.value for r in records if isinstance(r, Statement) and r.predicate.endswith("subClassOf")]
    assert links == [f"{OBO}BFO_0000040"] and "'BFO:0000040' is a term of another ontology" in told(records)
    two = obo("is_a: X:8\n\n[Term]\nid: X:2\nname: två\nis_a: X:9")
    with pytest.raises(InputError) as raised:
        load(tmp_path / "b", "obo", two, SCHEME_TOML)
    assert "'X:8'" in str(raised.value) and "'X:9'" in str(raised.value)
    records = load(tmp_path / "c", "obo", two, SCHEME_TOML, top='report = ["dangling"]')
    assert [c.broader for c in concepts(records).values()] == [(), ()] and "'X:8'" in told(records)


def test_a_term_without_a_name_is_told(tmp_path: Path) -> None:
    records = load(tmp_path, "obo", obo("\n[Term]\nid: X:2"), SCHEME_TOML)
    assert "'X:2' has no name" in told(records) and "'X:1'" not in told(records)


def turtle_ontology(*statements: str) -> dict[str, bytes | str]:
    """An ontology with the classes A and B."""
    words = "\n".join(statements)
    return {
        "o.ttl": f"{PREFIXES}<https://ex.org/s> a owl:Ontology .\n:A a owl:Class ; rdfs:label 'a'@en .\n"
        f":B a owl:Class .\n{words}\n"
    }


@pytest.mark.parametrize(
    ("statements", "labels"),
    [
        (":B rdfs:label 'FARG' , 'färg'@sv-SE , 'colour'@en-GB .", {"und": "FARG", "sv-se": "färg", "en-gb": "colour"}),
        (":B rdfs:label 'heart' , 'hjärta'@sv .", {"en": "heart", "sv": "hjärta"}),
        (":B skos:prefLabel 'bara'@sv .", {"sv": "bara"}),
        (":B rdfs:label 'b'@sv ; skos:prefLabel 'annan'@sv .", {"sv": "b"}),
    ],
)
def test_labels_of_a_class_are_those_of_its_languages(tmp_path: Path, statements: str, labels: dict[str, str]) -> None:
    found = concepts(load(tmp_path, "obo_owl", turtle_ontology(statements), SCHEME_TOML))["B"]
    assert {text.lang: text.value for text in found.pref_labels} == labels


SCHEME_TOML = '[scheme]\nid = "owl"\ntitle.en = "Invented"\n'
RESTRICTION = "[ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :B ]"


@pytest.mark.parametrize(
    "statement",
    [
        f":B owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( :A {RESTRICTION} ) ] .",
        f":B owl:equivalentClass [ owl:intersectionOf ( {RESTRICTION} :A ) ] .",
        f":B rdfs:subClassOf [ a owl:Class ; owl:intersectionOf ( {RESTRICTION} :A ) ] .",
        f":B owl:intersectionOf ( :A {RESTRICTION} ) .",
        ":B rdfs:subClassOf :A .",
    ],
)
def test_a_class_is_below_the_named_classes_that_define_it(tmp_path: Path, statement: str) -> None:
    found = concepts(load(tmp_path, "obo_owl", turtle_ontology(statement), SCHEME_TOML))
    assert found["B"].broader == ("https://ex.org/s/A",) and found["A"].broader == ()


@pytest.mark.parametrize(
    "statement",
    [
        ":B owl:equivalentClass [ a owl:Class ; owl:unionOf ( :A :B ) ] .",
        ":B rdfs:subClassOf [ owl:onProperty :p ; owl:someValuesFrom [ owl:intersectionOf ( :A ) ] ] .",
        ":B owl:equivalentClass [ owl:complementOf [ owl:intersectionOf ( :A ) ] ] .",
    ],
)
def test_other_expressions_are_no_superclasses(tmp_path: Path, statement: str) -> None:
    assert concepts(load(tmp_path, "obo_owl", turtle_ontology(statement), SCHEME_TOML))["B"].broader == ()


def test_an_intersection_in_owl_xml_gives_a_superclass(tmp_path: Path) -> None:
    text = """<Ontology xmlns="http://www.w3.org/2002/07/owl#" ontologyIRI="https://ex.org/s">
<Declaration><Class IRI="https://ex.org/s/A"/></Declaration><EquivalentClasses><Class IRI="https://ex.org/s/B"/>
<ObjectIntersectionOf><Class IRI="https://ex.org/s/A"/><ObjectSomeValuesFrom><ObjectProperty IRI="#p"/>
<Class IRI="https://ex.org/s/C"/></ObjectSomeValuesFrom></ObjectIntersectionOf></EquivalentClasses></Ontology>"""
    assert concepts(load(tmp_path, "obo_owl", {"o.owl": text}, SCHEME_TOML))["B"].broader == ("https://ex.org/s/A",)


NTRIPLES = (
    "<http://ex.org/B> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2002/07/owl#Class> .\n"
)


@pytest.mark.parametrize(
    ("content", "reason", "step"),
    [
        (gzip.compress(b"<rdf:RDF/>", mtime=0), "it is a gzip archive, not RDF", "Unpack it"),
        (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", "it is an HTML page, not RDF", "Download the file"),
        (b"PK\x03\x04" + bytes(40), "it is a zip archive, not RDF", "Unpack it"),
    ],
)
def test_a_file_that_is_no_ontology_is_told_by_kind(tmp_path: Path, content: bytes, reason: str, step: str) -> None:
    for number, (loader, name) in enumerate((("obo_owl", "o.owl"), ("skos", "o.ttl"), ("dcat", "o.rdf"))):
        with pytest.raises(InputError) as raised:
            load(tmp_path / str(number), loader, {name: content}, SCHEME_TOML if loader == "obo_owl" else "")
        assert reason in raised.value.reason and step in raised.value.next_step


def test_ntriples_called_owl_are_read(tmp_path: Path) -> None:
    assert concepts(load(tmp_path, "obo_owl", {"o.owl": NTRIPLES}, SCHEME_TOML)).keys() == {"B"}


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "iso-8859-15", "UTF-8"])
def test_rdf_xml_is_read_in_the_encoding_that_it_declares(tmp_path: Path, encoding: str) -> None:
    text = f"""<?xml version="1.0" encoding="{encoding}"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="http://www.w3.org/2004/02/skos/core#">
<skos:ConceptScheme rdf:about="https://ex.org/s/"><skos:prefLabel xml:lang="sv">Färger</skos:prefLabel>
</skos:ConceptScheme><skos:Concept rdf:about="https://ex.org/s/A"><skos:inScheme rdf:resource="https://ex.org/s/"/>
<skos:prefLabel xml:lang="sv">{"blå " * 20_000}grön</skos:prefLabel></skos:Concept></rdf:RDF>"""
    (found,) = concepts(load(tmp_path, "skos", {"s.rdf": text.encode(encoding)})).values()
    assert found.pref_labels[0].value == "blå " * 20_000 + "grön"


def skos(statements: str) -> dict[str, bytes | str]:
    """A scheme with the concepts A and B."""
    both = "".join(f":{each} a skos:Concept ; skos:inScheme : ; skos:prefLabel '{each}'@sv .\n" for each in "AB")
    return {"s.ttl": f"{PREFIXES}{SCHEME}{both}{statements}\n"}


@pytest.mark.parametrize(
    ("relation", "match"), [("broader", "broadMatch"), ("narrower", "narrowMatch"), ("related", "relatedMatch")]
)
def test_a_relation_to_another_scheme_is_a_match(tmp_path: Path, relation: str, match: str) -> None:
    records = load(tmp_path, "skos", skos(f":B skos:{relation} <https://ex.org/annan/X> ."))
    found = [r for r in records if isinstance(r, Statement) and r.object.value == "https://ex.org/annan/X"]
    assert [each.predicate.rpartition("#")[2] for each in found] == [match]
    assert f"it is kept as skos:{match}" in told(records) and concepts(records).keys() == {"A", "B"}


def test_a_relation_between_two_schemes_of_a_file_is_a_match(tmp_path: Path) -> None:
    other = ":two a skos:ConceptScheme ; dct:title 'T'@sv .\n:C a skos:Concept ; skos:inScheme :two ; "
    records = load(tmp_path, "skos", skos(f"{other} skos:prefLabel 'C'@sv ; skos:broader :A . :B skos:broader :A ."))
    assert [concepts(records)[code].broader for code in "BC"] == [("https://ex.org/s/A",), ()]
    assert "<https://ex.org/s/C> has a skos:broader in another scheme" in told(records)


def test_what_a_skos_file_does_not_describe_is_told(tmp_path: Path) -> None:
    records = load(
        tmp_path, "skos", skos(":k a skos:Collection ; skos:member :A , :borta . :A xl:altLabel :l . :l a xl:Label .")
    )
    assert "<https://ex.org/s/borta>, which is not described" in told(records)
    assert "<https://ex.org/s/A> has the SKOS-XL label <https://ex.org/s/l>, which has no literalForm" in told(records)


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        (":B a owl:DeprecatedClass .", Status.INACTIVE),
        (":B owl:deprecated ' true ' .", Status.INACTIVE),
        (":B owl:deprecated false .", Status.ACTIVE),
    ],
)
def test_deprecation_in_owl_retires_a_concept(tmp_path: Path, statement: str, status: Status) -> None:
    assert concepts(load(tmp_path, "skos", skos(statement)))["B"].status is status


@pytest.mark.parametrize(
    ("content", "where", "reason"),
    [
        ("[]", "", "the file is empty"),
        ("{}", "", "the file is empty"),
        ("", "", "the file is empty"),
        ('<CodeSystem xmlns="http://hl7.org/fhir"/>', "", "it is XML, not JSON"),
        ("<!doctype html><html></html>", "", "it is a web page, not JSON"),
        ('{"resourceType": "CodeSystem"}\n{"resourceType": "ValueSet"}', " row 2", "several resources"),
        (code_system(concept=[{"code": "a", "display": "ett"}])[:-30], " row 1", "it is truncated"),
        (code_system(title="Åkommor").replace("\\u00c5", "Å").encode("latin-1"), " row 1", "0xC5 is not UTF-8"),
        (code_system(concept=None), "", "'concept' is null"),
        (code_system(concept={"code": "a"}), "", "'concept' is an object"),
    ],
)
def test_json_that_is_no_resource_is_told_by_what_it_is(
    tmp_path: Path, content: str | bytes, where: str, reason: str
) -> None:
    with pytest.raises(InputError) as raised:
        load(tmp_path, "fhir", {"a.json": content})
    assert reason in raised.value.reason and str(raised.value.origin) == f"a.json{where}"


def test_a_designation_that_is_a_synonym_is_no_display(tmp_path: Path) -> None:
    def use(code: str, value: str, language: str = "sv") -> dict[str, object]:
        return {"language": language, "value": value, "use": {"system": "http://snomed.info/sct", "code": code}}

    names = [
        use("900000000000013009", "skuta"),
        use("900000000000003001", "båt (fordon)"),
        use("display", "boat", "en"),
    ]
    text = code_system(language="sv_SE", concept=[{"code": "a", "display": "båt", "designation": names}])
    records = load(tmp_path, "fhir", {"a.json": text})
    (found,) = concepts(records).values()
    assert {t.lang: t.value for t in found.pref_labels} == {"sv-SE": "båt", "en": "boat"}
    assert [t.value for t in found.alt_labels] == ["skuta", "båt (fordon)"]
    assert "'sv_SE' is read as 'sv-SE'" in told(records)


def test_a_code_with_spaces_that_fhir_forbids_is_told(tmp_path: Path) -> None:
    codes = ["a b", "c  d", "e\u00a0f", "g"]
    records = load(tmp_path, "fhir", {"a.json": code_system(concept=[{"code": c, "display": c} for c in codes])})
    assert concepts(records).keys() == set(codes)
    assert [code for code in codes if f"the code '{code}' has spaces" in told(records)] == ["c  d", "e\u00a0f"]


@pytest.mark.parametrize(
    ("compose", "rules"),
    [
        ({"include": [{"system": "https://ex.org/a"}]}, ("include all of https://ex.org/a",)),
        (
            {
                "include": [{"system": "https://ex.org/a"}],
                "exclude": [{"system": "https://ex.org/a", "concept": [{"code": "b"}, {"code": "c"}]}],
            },
            ("include all of https://ex.org/a", "exclude b, c of https://ex.org/a"),
        ),
        (
            {"include": [{"system": "https://ex.org/a", "valueSet": ["https://ex.org/v"]}]},
            ("include all of https://ex.org/a, if in https://ex.org/v",),
        ),
        (
            {"include": [{"valueSet": ["https://ex.org/v", "https://ex.org/w"]}]},
            ("include the members of https://ex.org/v and https://ex.org/w",),
        ),
    ],
)
def test_the_rules_of_a_value_set_are_whole(tmp_path: Path, compose: dict[str, object], rules: tuple[str, ...]) -> None:
    text = json.dumps({"resourceType": "ValueSet", "id": "v1", "url": "https://ex.org/v1", "compose": compose})
    records = load(tmp_path, "fhir", {"a.json": code_system(concept=[{"code": "b", "display": "b"}]), "v.json": text})
    assert next(r for r in records if isinstance(r, ValueSet)).intension == rules


SSSOM_HEADER = ("#curie_map:", "#  EX: https://ex.org/x/", "#license: https://creativecommons.org/licenses/by/4.0/")
SSSOM_ROWS = (
    "subject_id\tpredicate_id\tobject_id\tmapping_justification",
    "EX:1\tskos:exactMatch\tEX:2\tsemapv:LexicalMatching",
)


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_a_header_that_a_spreadsheet_has_padded_and_quoted_is_read(tmp_path: Path, ending: str) -> None:
    title = '"#mapping_set_title: ""Översättning å"""'
    for number, (delimiter, name) in enumerate((("\t", "m.sssom.tsv"), (",", "m.sssom.csv"), (";", "m.sssom.csv"))):
        lines = [f"{line}{delimiter * 3}" for line in (*SSSOM_HEADER, title)]
        lines += [row.replace("\t", delimiter) for row in SSSOM_ROWS]
        records = load(tmp_path / str(number), "sssom", {name: "\ufeff" + ending.join([*lines, ""])})
        assert [r.object for r in records if isinstance(r, Mapping)] == ["https://ex.org/x/2"]
        assert [r.titles[0].value for r in records if hasattr(r, "identity") and hasattr(r, "titles")] == [
            "Översättning å"
        ]


def test_a_mapping_table_is_read_in_its_declared_encoding(tmp_path: Path) -> None:
    lines = [*SSSOM_HEADER, "#mapping_set_title: Översättning", *(row.replace("\t", ";") for row in SSSOM_ROWS), ""]
    files: dict[str, bytes | str] = {"m.sssom.csv": "\r\n".join(lines).encode("windows-1252")}
    with pytest.raises(InputError, match='encoding = "windows-1252"'):
        load(tmp_path / "a", "sssom", files)
    records = load(tmp_path / "b", "sssom", files, top='encoding = "windows-1252"')
    assert sum(isinstance(r, Mapping) for r in records) == 1


TABLE_TOML = """[scheme]
id = "lista"
title.sv = "Lista"
[[file]]
name = "k.csv"
[file.columns]
notation = "kod"
pref_label.sv = "namn"
"""


def table(folder: Path, content: bytes) -> dict[str, str]:
    """The labels of a list by code."""
    return {
        code: concept.pref_labels[0].value
        for code, concept in concepts(load(folder, "table", {"k.csv": content}, TABLE_TOML)).items()
    }


def test_rows_that_end_in_cr_and_in_lf_are_rows(tmp_path: Path) -> None:
    mixed = b'kod,namn\r\nA,ett\nB,"tv\xc3\xa5\rrader"\rC,tre\r\n'
    assert table(tmp_path, mixed) == {"A": "ett", "B": "två\nrader", "C": "tre"}


@pytest.mark.parametrize(
    ("content", "row", "reason"),
    [
        (b'kod,namn\nA,ett\nB,"tv\n\nC,tre\n', 3, "a quotation mark is opened in the row"),
        ("kod,namn\nA,ett\nB,två".encode()[:-1], 3, "ends in the middle of a letter"),
        ("kod,namn\nA,€".encode()[:-1], 2, "ends in the middle of a letter"),
        ("kod,namn\nA,två\n".encode("latin-1"), 2, "looks like windows-1252"),
        # The last letter of a windows-1252 file is no letter that is cut.
        (b"kod,namn\nA,tv\xe5", 2, "looks like windows-1252"),
    ],
)
def test_a_truncated_table_names_the_row_where_it_is_cut(tmp_path: Path, content: bytes, row: int, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as raised:
        table(tmp_path, content)
    assert raised.value.origin.row == row


def test_dangling_references_of_odm_are_reported_and_the_rest_is_kept(tmp_path: Path) -> None:
    text = """<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileOID="f"><Study OID="S"><GlobalVariables>
<StudyName>S</StudyName></GlobalVariables><MetaDataVersion OID="M" Name="M"><FormDef OID="F" Name="F" Repeating="No">
<ItemGroupRef ItemGroupOID="G" Mandatory="Yes"/><ItemGroupRef ItemGroupOID="GX" Mandatory="No"/></FormDef>
<ItemGroupDef OID="G" Name="G" Repeating="No"><ItemRef ItemOID="I" Mandatory="No"/>
<ItemRef ItemOID="IX" Mandatory="No"/>
</ItemGroupDef><ItemDef OID="I" Name="VIKT" DataType="float"><MeasurementUnitRef MeasurementUnitOID="MU.KG"/>
<CodeListRef CodeListOID="CX"/></ItemDef></MetaDataVersion></Study></ODM>"""
    with pytest.raises(InputError) as raised:
        load(tmp_path / "a", "odm", {"o.xml": text})
    assert all(oid in str(raised.value) for oid in ("'GX'", "'IX'", "'CX'"))
    records = load(tmp_path / "b", "odm", {"o.xml": text}, top='report = ["dangling"]')
    assert any(isinstance(r, Element) and r.titles[0].value == "VIKT" for r in records)
    assert all(oid in told(records) for oid in ("'GX'", "'IX'", "'CX'", "'MU.KG'"))


def test_a_dataset_without_an_address_is_known_by_its_identifier(tmp_path: Path) -> None:
    def iris(folder: Path, *datasets: str) -> dict[str, str]:
        records = load(folder, "dcat", {"k.ttl": f"{PREFIXES}{''.join(datasets)}"})
        return {r.titles[0].value: r.iri for r in records if isinstance(r, Dataset)}

    def dataset(title: str, text: str, identifier: str) -> str:
        words = f"dct:title '{title}'@sv ; dct:description '{text}'@sv"
        return f"[] a dcat:Dataset ; {words} ; dct:identifier '{identifier}' .\n"

    first = iris(tmp_path / "a", dataset("Alfa", "om", "1"), dataset("Beta", "om", "2"), dataset("Gamma", "om", "3"))
    second = iris(tmp_path / "b", dataset("Gamma", "om nytt", "3"), dataset("Alfa", "om", "1"))
    assert len(set(first.values())) == 3 and second == {key: first[key] for key in ("Gamma", "Alfa")}
    # Two datasets with one identifier are two.
    assert len(set(iris(tmp_path / "c", dataset("A", "x", "1"), dataset("B", "y", "1")).values())) == 2


def test_tables_with_one_file_name_are_known_by_their_addresses(tmp_path: Path) -> None:
    def places(folder: Path, *urls: str) -> dict[str, str]:
        tables = [{"url": url, "tableSchema": {"columns": [{"name": url[0], "titles": url[0]}]}} for url in urls]
        text = json.dumps({"@context": "http://www.w3.org/ns/csvw", "tables": tables})
        more = '[dataset]\nid = "d"\ntitle.sv = "D"\ndescription.sv = "D."\n'
        records = load(folder, "csvw", {"k-metadata.json": text}, more)
        return {r.name: r.table for r in records if isinstance(r, Variable)}

    first = places(tmp_path / "a", "b/t.csv", "a/t.csv", "c/u.csv")
    assert first == {"a": "t", "b": "t-2", "c": "u"} == places(tmp_path / "b", "c/u.csv", "a/t.csv", "b/t.csv")


def test_a_resource_without_a_name_is_known_by_its_file(tmp_path: Path) -> None:
    resources = [{"path": f"data/{name}.csv", "schema": {"fields": [{"name": name}]}} for name in ("ett", "två")]
    more = '[dataset]\nid = "d"\ntitle.sv = "D"\ndescription.sv = "D."\n'
    for number, order in enumerate((resources, resources[::-1])):
        text = json.dumps({"name": "d", "resources": order})
        records = load(tmp_path / str(number), "frictionless", {"datapackage.json": text}, more)
        assert {r.name: r.table for r in records if isinstance(r, Variable)} == {"ett": "ett", "två": "tva"}


def test_replacements_and_suggestions_that_do_not_exist(tmp_path: Path) -> None:
    # Those with the prefix of the ontology are missing, all of them told; a term of another ontology is not.
    obsolete = obo(
        "\n[Term]\nid: X:2\nname: old\nis_obsolete: true\nreplaced_by: X:8\nconsider: X:9\nconsider: Y:1\nconsider: X:3"
        "\n\n[Term]\nid: X:4\nname: new\nalt_id: X:3"
    )
    with pytest.raises(InputError) as refused:
        load(tmp_path / "a", "obo", obsolete, SCHEME_TOML)
    assert "'X:2' is replaced by 'X:8', which does not exist" in str(refused.value)
    assert "'X:2' is to be considered as 'X:9', which does not exist" in str(refused.value)
    assert "Y:1" not in str(refused.value) and "X:3" not in str(refused.value)
    records = load(tmp_path / "b", "obo", obsolete, SCHEME_TOML, top='report = ["dangling"]')
    assert told(records).count("does not exist in the file") == 2
    assert concepts(records)["X:2"].status is Status.INACTIVE


def test_all_superclasses_that_are_not_in_the_file_are_told(tmp_path: Path) -> None:
    owl: dict[str, bytes | str] = {
        "x.ttl": PREFIXES
        + ':a a owl:Class ; rdfs:label "a"@sv ; rdfs:subClassOf :b .\n:c a owl:Class ; rdfs:label "c"@sv ; '
        "rdfs:subClassOf :d , :a .\n"
    }
    with pytest.raises(InputError, match=r"2 rows cannot be used"):
        load(tmp_path / "a", "obo_owl", owl, SCHEME_TOML)
    found = concepts(load(tmp_path / "b", "obo_owl", owl, SCHEME_TOML, top='report = ["dangling"]'))
    assert [code for code, each in found.items() if each.broader] == ["c"]


def test_a_code_list_of_a_value_level_definition_is_told(tmp_path: Path) -> None:
    lists = "".join(
        f'<CodeList OID="CL.{each}" Name="{each}" DataType="text"><CodeListItem CodedValue="1"><Decode>'
        '<TranslatedText xml:lang="sv">ett</TranslatedText></Decode></CodeListItem></CodeList>'
        for each in "AB"
    )
    text = (
        '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v2.0" FileOID="f">'
        '<Study OID="S"><GlobalVariables><StudyName>s</StudyName><StudyDescription>s</StudyDescription><ProtocolName>s'
        '</ProtocolName></GlobalVariables><MetaDataVersion OID="M" Name="m"><def:ValueListDef OID="VL">'
        '<ItemRef ItemOID="I2" Mandatory="No"/></def:ValueListDef><ItemGroupDef OID="G" Name="G" Repeating="No">'
        '<ItemRef ItemOID="I1" Mandatory="No"/></ItemGroupDef><ItemDef OID="I1" Name="i1" DataType="text">'
        '<CodeListRef CodeListOID="CL.A"/><def:ValueListRef ValueListOID="VL"/></ItemDef>'
        '<ItemDef OID="I2" Name="i2" DataType="text"><CodeListRef CodeListOID="CL.B"/></ItemDef>'
        f"{lists}</MetaDataVersion></Study></ODM>"
    )
    more = '[dataset]\nid = "o"\ntitle.sv = "o"\ndescription.sv = "Beskrivning"\n'
    records = load(tmp_path, "odm", {"o.xml": text}, more)
    assert [r.name for r in records if isinstance(r, Variable)] == ["i1"]
    assert "the CodeList 'CL.B' is not loaded" in told(records) and "'CL.A'" not in told(records)


def test_a_file_of_several_zstandard_frames_is_one_file(tmp_path: Path) -> None:
    content = json.dumps({"MONDO:0000001": {"label": "disease"}, "MONDO:0000002": {"label": "å" * 99}}).encode()
    skippable = b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"  # RFC 8878, 3.1.2
    frames = [zstd.compress(part) for part in (content[:40], content[40:90], b"", content[90:])]
    made = edition(tmp_path, "mondo", {"mondo.json.zst": skippable.join(frames)})
    found = concepts(list(check_records(loaders.read_records(made))))
    assert list(found) == ["MONDO:0000001", "MONDO:0000002"]


def test_missing_ranges_groups_and_categories_without_a_value_in_ddi_are_kept_or_told(tmp_path: Path) -> None:
    text = """<codeBook xmlns="ddi:codebook:2_5" xml:lang="en"><stdyDscr><citation><titlStmt><titl>S</titl></titlStmt>
    </citation></stdyDscr><dataDscr><varGrp ID="G1" var="V1" varGrp="G2"><labl>Outer</labl></varGrp>
    <varGrp ID="G2" var="V2"><labl>Inner</labl></varGrp>
    <var ID="V1" name="a"><labl>A</labl><invalrng><range min="997" max="999"/><range minExclusive="9999"/>
    <item VALUE="-1"/></invalrng></var>
    <var ID="V2" name="b"><labl>B</labl><valrng><range min="0" max="4"/><item VALUE="9"/></valrng>
    <catgryGrp ID="CG" catgry="C1 C2"><labl>Low</labl><catStat type="freq">3</catStat></catgryGrp>
    <catgry ID="C1"><catValu>0</catValu><labl>None</labl></catgry>
    <catgry ID="C2"><catValu>1</catValu><labl>Few</labl></catgry>
    <catgry><labl>no value</labl></catgry></var></dataDscr></codeBook>"""
    records = load(tmp_path, "ddi", {"d.xml": text}, '[dataset]\ndescription.sv = "D."\n')
    a, b = (record for record in records if isinstance(record, Variable))
    assert {note.value for note in a.notes} == {"Missing values: 997–999, > 9999"}
    assert (a.minimum, a.maximum, a.section[0].value) == ("", "", "Outer")
    assert {note.value for note in b.notes} == {"Valid values: 0–4, 9", "Low: 0, 1", "Inner"}
    assert (b.minimum, b.maximum, b.section[0].value) == ("", "", "Outer")
    reasons = [record.reason for record in records if isinstance(record, Skipped)]
    assert reasons == ["a category of the variable 'b' has no value: no value."]


@pytest.mark.parametrize("types", ["owl:DeprecatedClass", "owl:Class, owl:DeprecatedClass"])
def test_a_deprecated_class_is_inactive(tmp_path: Path, types: str) -> None:
    """OWL 2 Mapping to RDF Graphs, table 16: the type is the annotation owl:deprecated true."""
    found = concepts(load(tmp_path, "obo_owl", turtle_ontology(f":C a {types} ."), SCHEME_TOML))
    assert {code: concept.status for code, concept in found.items()} == {"A": "active", "B": "active", "C": "inactive"}


def test_an_ontology_in_utf_16_is_read(tmp_path: Path) -> None:
    text = (
        '<?xml version="1.0" encoding="UTF-16"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:owl="http://www.w3.org/2002/07/owl#"><owl:Class rdf:about="https://ex.org/s/Å"/></rdf:RDF>'
    )
    assert concepts(load(tmp_path, "obo_owl", {"o.owl": text.encode("utf-16")}, SCHEME_TOML)).keys() == {"Å"}


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        ("skos:altLabel 'A'@sv", "'A'@sv as skos:prefLabel and skos:altLabel; it is kept as skos:prefLabel"),
        ("skos:altLabel 'b'@sv ; skos:hiddenLabel 'b'@sv", "it is kept as skos:altLabel"),
        ("skos:altLabel ' '@sv", "an empty skos:altLabel"),
        ("skos:altLabel 'A'@en, 'a'@sv", ""),
    ],
)
def test_labels_that_are_not_kept_are_reported(tmp_path: Path, labels: str, reason: str) -> None:
    """SKOS Reference, S13: the properties of labels are disjoint."""
    records = load(tmp_path, "skos", skos(f":A {labels} ."))
    reasons = [record.reason for record in records if isinstance(record, Skipped)]
    assert len(reasons) == bool(reason) and reason.replace("'", '"') in "".join(reasons)


@pytest.mark.parametrize(
    ("loader", "name", "content", "more"),
    [
        ("obo", "x.obo", "format-version: 1.4\n\n[Term]\nid: X:1\nname: ett\n", SCHEME_X),
        ("obo_owl", "x.ttl", "<urn:o> a <http://www.w3.org/2002/07/owl#Ontology> .\n" + OWL_CLASS, SCHEME_X),
        ("claml", "x.xml", CLAML_X, SCHEME_X),
        ("ddi", "x.xml", DDI_X, DATASET_X),
    ],
)
def test_a_file_beside_the_one_that_is_read_is_told(
    tmp_path: Path, loader: str, name: str, content: str, more: str
) -> None:
    records = load(tmp_path, loader, {name: content, "mer.csv": "a,b\n1,2\n"}, more)
    (remark,) = [each for each in records if isinstance(each, LoadRemark) and each.origin.file == "mer.csv"]
    assert "the file is not read" in remark.text
