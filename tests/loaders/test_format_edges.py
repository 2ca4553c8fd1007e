"""Legal forms at the edges of formats: FHIR properties and supplements, identifiers in SSSOM, bindings, studies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import loaders
from begrepp.build.loads.edition_loader import load_edition
from begrepp.build.loads.record_checks import check_records
from begrepp.errors import InputError
from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import expand
from begrepp.records import Concept, Dataset, LoadRemark, Mapping, MappingSet, Record, Skipped, Status
from begrepp.sources.meter import Meter
from loaders.openehr.model import bound_code
from tests.support.bad_files import edition

SOURCE = '[source]\npublisher = "begrepp"\nlicence = "https://creativecommons.org/licenses/by/4.0/"\n'
URI = "http://hl7.org/fhir/concept-properties#"


def load(folder: Path, loader: str, files: dict[str, bytes | str], more: str = "") -> list[Record]:
    """The records of files, with a declaration."""
    made = edition(folder, "x", {**files, "source.toml": f'loader = "{loader}"\n{SOURCE}{more}'})
    return list(check_records(loaders.read_records(made)))


def code_system(**body: object) -> str:
    """A complete code system in Swedish, unless the body says otherwise."""
    given = {"resourceType": "CodeSystem", "id": "a", "url": "https://ex.org/a", "title": "A", "content": "complete"}
    return json.dumps({**given, "language": "sv", **body})


def concepts(records: list[Record]) -> dict[str, Concept]:
    """The concepts by notation."""
    return {record.notation: record for record in records if isinstance(record, Concept)}


@pytest.mark.parametrize(
    ("property_", "value", "status", "broader"),
    [
        ({"code": "subsumedBy", "uri": f"{URI}parent"}, {"valueCode": "A"}, Status.ACTIVE, ("A",)),
        ({"code": "parent"}, {"valueCode": "A"}, Status.ACTIVE, ("A",)),
        ({"code": "parent", "uri": "https://ex.org/p#owner"}, {"valueCode": "A"}, Status.ACTIVE, ()),
        ({"code": "ut", "uri": f"{URI}inactive"}, {"valueBoolean": True}, Status.INACTIVE, ()),
        ({"code": "inactive"}, {"valueBoolean": False}, Status.ACTIVE, ()),
        ({"code": "status", "uri": f"{URI}status"}, {"valueCode": "retired"}, Status.INACTIVE, ()),
        ({"code": "status"}, {"valueCode": "deprecated"}, Status.ACTIVE, ()),
        ({"code": "deprecated"}, {"valueDateTime": "2020-01-01"}, Status.ACTIVE, ()),
        ({"code": "d", "uri": f"{URI}deprecationDate"}, {"valueDateTime": "2020-01-01"}, Status.ACTIVE, ()),
        ({"code": "slut", "uri": f"{URI}retirementDate"}, {"valueDateTime": "2020-01-01"}, Status.INACTIVE, ()),
        ({"code": "status"}, {"valueCode": "experimental"}, Status.DRAFT, ()),
    ],
)
def test_a_fhir_property_is_known_by_its_uri(
    tmp_path: Path, property_: dict[str, str], value: dict[str, object], status: Status, broader: tuple[str, ...]
) -> None:
    concept = {"code": "B", "display": "b", "property": [{"code": property_["code"], **value}]}
    text = code_system(property=[property_], concept=[{"code": "A", "display": "a"}, concept])
    found = concepts(load(tmp_path, "fhir", {"a.json": text}))["B"]
    assert (found.status, found.broader) == (status, broader)
    is_discouraged = any("deprecat" in note.text.value or "2020" in note.text.value for note in found.notes)
    assert is_discouraged is ("deprecat" in str(property_) + str(value))


def test_a_supplement_adds_words_to_the_codes_of_its_code_system(tmp_path: Path) -> None:
    words = [{"language": "sv", "value": "äpple"}, {"language": "fi", "value": "omena"}]
    supplement = code_system(
        id="b",
        url="https://ex.org/b",
        content="supplement",
        supplements="https://ex.org/a|1.0",
        concept=[{"code": "a", "designation": words}, {"code": "z", "display": "okänd"}],
    )
    base = code_system(language="en", concept=[{"code": "a", "display": "apple"}])
    records = load(tmp_path / "both", "fhir", {"a.json": base, "b.json": supplement})
    labels = concepts(records)["a"].pref_labels
    assert {(text.value, text.lang) for text in labels} == {("apple", "en"), ("äpple", "sv"), ("omena", "fi")}
    assert ["'z'" in record.reason for record in records if isinstance(record, Skipped)] == [True]
    with pytest.raises(InputError, match=r"only adds to https://ex\.org/a"):
        load(tmp_path / "alone", "fhir", {"b.json": supplement})


def test_a_missing_language_is_undetermined_and_asked_for(tmp_path: Path) -> None:
    text = code_system(language=None, concept=[{"code": "A", "display": "ord"}])
    records = load(tmp_path / "und", "fhir", {"a.json": text})
    assert concepts(records)["A"].pref_labels == (("ord", "und"),)
    assert any('[fhir] language = "…"' in record.text for record in records if isinstance(record, LoadRemark))
    records = load(tmp_path / "sv", "fhir", {"a.json": text}, '[fhir]\nlanguage = "sv"\n')
    assert concepts(records)["A"].pref_labels == (("ord", "sv"),)
    assert not any(isinstance(record, LoadRemark) for record in records)


def test_all_unknown_code_systems_of_a_map_are_told_and_ucum_is_known(tmp_path: Path) -> None:
    def concept_map(*targets: str) -> str:
        element = [{"code": "1", "target": [{"code": "Gy", "equivalence": "equivalent"}]}]
        groups = [{"source": "https://ex.org/a", "target": target, "element": element} for target in targets]
        return json.dumps({"resourceType": "ConceptMap", "id": "m", "url": "https://ex.org/m", "group": groups})

    base = code_system(concept=[{"code": "1", "display": "grå"}])
    files: dict[str, bytes | str] = {"a.json": base, "m.json": concept_map("urn:oid:9.9", "https://ex.org/none")}
    with pytest.raises(InputError, match=r"'urn:oid:9\.9'") as raised:
        load(tmp_path / "unknown", "fhir", files)
    assert "'https://ex.org/none'" in raised.value.reason
    files["m.json"] = concept_map("http://unitsofmeasure.org", "http://snomed.info/sct")
    found = [record.object for record in load(tmp_path / "known", "fhir", files) if isinstance(record, Mapping)]
    assert found == ["ucum:Gy", "http://snomed.info/id/Gy"]


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (
            {"property": "http://ex.org/site", "system": "http://ex.org/s", "value": "x"},
            "http://ex.org/site = http://ex.org/s|x",
        ),
        ({"property": "http://ex.org/site", "value": "x", "display": "lung"}, "http://ex.org/site = x (lung)"),
        ({"attribute": "site", "valueCode": "x"}, "site = x"),
        ({"attribute": "site", "valueCoding": {"system": "http://ex.org/s", "code": "x"}}, "site = http://ex.org/s|x"),
        ({"attribute": "dose", "valueQuantity": {"value": 5, "unit": "mg", "comparator": "<"}}, "dose = < 5 mg"),
        ({"attribute": "site", "valueSet": "http://ex.org/vs"}, "site = http://ex.org/vs"),
    ],
)
def test_a_match_under_a_condition_is_not_an_exact_one(
    tmp_path: Path, condition: dict[str, object], words: str
) -> None:
    targets = [
        {"code": "2", "equivalence": "equivalent", "dependsOn": [condition], "comment": "k"},
        {"code": "3", "equivalence": "equivalent", "product": [condition]},
        {"code": "4", "equivalence": "disjoint", "dependsOn": [condition]},
    ]
    group = {"source": "https://ex.org/a", "target": "http://snomed.info/sct", "element": [{"code": "1"}]}
    group["element"] = [{"code": "1", "target": targets}]
    text = json.dumps({"resourceType": "ConceptMap", "id": "m", "url": "https://ex.org/m", "group": [group]})
    files: dict[str, bytes | str] = {"a.json": code_system(concept=[{"code": "1", "display": "ett"}]), "m.json": text}
    records = load(tmp_path, "fhir", files)
    found = [
        (m.predicate.rpartition("#")[2], m.map_rule, m.comment and m.comment.value)
        for m in records
        if isinstance(m, Mapping)
    ]
    assert found == [
        ("relatedMatch", f"Only if {words}", f"k. equivalent, only if {words}"),
        ("exactMatch", "", f"With {words}"),
    ]
    assert [each.reason for each in records if isinstance(each, Skipped)] == [
        f"'1' is stated not to match '4' only if {words}; a condition cannot be negated."
    ]


@pytest.mark.parametrize("value", [{"concept": {"code": "A"}}, {"concept": ["A"]}, {"concept": [{"display": "utan"}]}])
def test_a_malformed_code_system_is_refused_in_words(tmp_path: Path, value: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"a list of objects|has no code"):
        load(tmp_path, "fhir", {"a.json": code_system(**value)})


@pytest.mark.parametrize(
    ("subject", "target", "reason"),
    [
        ("EX:1", "FX:1|FX:2", "holds 2 identifiers"),
        ("EX:1", "FX:3, FX:4", "holds 2 identifiers"),
        ("EX:1", "FX:3;FX:4", "holds 2 identifiers"),
        ("EX:1", "https://ex.org/1 https://ex.org/2", "holds 2 identifiers"),
        ("EX:a b", "FX:1", "no identifier may hold"),
        ("EX:<a>", "FX:1", "no identifier may hold"),
        ("EX:", "FX:1", "a prefix only"),
        ("EX:a;b", "FX:1,2", ""),
    ],
)
def test_a_cell_of_sssom_has_one_identifier(tmp_path: Path, subject: str, target: str, reason: str) -> None:
    text = (
        "#curie_map:\n#  EX: https://ex.org/x/\n#  FX: https://ex.org/f/\n#mapping_set_id: https://ex.org/m\n"
        "subject_id\tpredicate_id\tobject_id\tmapping_justification\n"
        f"{subject}\tskos:exactMatch\t{target}\tsemapv:LexicalMatching\n"
    )
    if reason:
        with pytest.raises(InputError, match=reason) as raised:
            load(tmp_path, "sssom", {"a.sssom.tsv": text})
        assert str(raised.value.origin) == "a.sssom.tsv row 6"
    else:
        assert sum(isinstance(each, Mapping) for each in load(tmp_path, "sssom", {"a.sssom.tsv": text})) == 1


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("[SNOMED-CT(2003)::271649006]", "271649006"),
        ("SNOMED-CT::271649006", "271649006"),
        ("[SNOMED-CT::271649006|Systolic blood pressure|]", "271649006"),
        ("LNC205::8480-6", "8480-6"),
        ("271649006", "271649006"),
        (" [ LOINC(2.65) :: 8480-6 ] ", "8480-6"),
    ],
)
def test_a_binding_is_the_code_without_terminology_and_brackets(target: str, code: str) -> None:
    assert bound_code(target) == code


def test_a_study_without_variables_is_a_dataset(tmp_path: Path) -> None:
    study = (
        '<codeBook xmlns="ddi:codebook:2_5" version="2.5"><stdyDscr><citation><titlStmt><titl>Hälsostudien</titl>'
        "</titlStmt></citation><stdyInfo><abstract>En studie.</abstract></stdyInfo></stdyDscr></codeBook>"
    )
    made = edition(tmp_path, "x", {"a.xml": study, "source.toml": f'loader = "ddi"\n{SOURCE}'})
    (dataset,) = (r for r in check_records(loaders.read_records(made)) if isinstance(r, Dataset))
    assert (dataset.titles[0].value, dataset.descriptions[0].value) == ("Hälsostudien", "En studie.")
    (tmp_path / "out").mkdir()
    report = load_edition(made, loaders.loader_of(made), tmp_path / "out", Iris().base, Meter())
    assert report.parts[0].datasets == 1 and "lists no variables" in report.remarks[0][1]


def test_a_harvested_dataset_has_the_version_of_its_file_only(tmp_path: Path) -> None:
    text = (
        "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
        '<https://ex.org/d> a dcat:Dataset ; dct:title "R"@sv ; dct:description "R."@sv ; dcat:version "1.3.0" .\n'
    )
    made = edition(tmp_path, "x", {"a.ttl": text, "source.toml": f'loader = "dcat"\n{SOURCE}'})
    (tmp_path / "out").mkdir()
    load_edition(made, loaders.loader_of(made), tmp_path / "out", Iris().base, Meter())
    (file,) = (tmp_path / "out").glob("*.nt")
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if "dcat#version" in line]
    assert [line.split('"')[1] for line in lines if "/dataset/" in line.split(" ", 1)[0]] == ["1.3.0"]


def test_a_label_that_no_concept_has_is_reported(tmp_path: Path) -> None:
    text = (
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix xl: <http://www.w3.org/2008/05/skos-xl#> .\n"
        "@prefix : <https://ex.org/v/> .\n"
        ':s a skos:ConceptScheme ; skos:prefLabel "L"@sv . :a a skos:Concept ; skos:inScheme :s ; '
        'skos:prefLabel "a"@sv ; xl:altLabel :m . :m a xl:Label ; xl:literalForm "m"@sv .\n'
        ':l a xl:Label ; skos:inScheme :s ; xl:literalForm "b"@sv .\n'
    )
    records = load(tmp_path, "skos", {"v.ttl": text})
    assert concepts(records)["a"].alt_labels[0].value == "m"
    (skipped,) = (record for record in records if isinstance(record, Skipped))
    assert "<https://ex.org/v/l> belongs to no concept" in skipped.reason


def test_translations_and_extensions_of_a_concept_are_kept(tmp_path: Path) -> None:
    translation = {
        "url": "http://hl7.org/fhir/StructureDefinition/translation",
        "extension": [{"url": "lang", "valueCode": "en"}, {"url": "content", "valueString": "a in English"}],
    }
    weight = {"url": "http://hl7.org/fhir/StructureDefinition/itemWeight", "valueDecimal": 1.5}
    nested = {"url": "https://ex.org/x", "extension": [{"url": "y", "valueCode": "z"}]}
    concept = {
        "code": "A",
        "display": "a",
        "_display": {"extension": [translation]},
        "definition": "d",
        "_definition": {"extension": [translation]},
        "extension": [weight, nested],
    }
    records = load(tmp_path, "fhir", {"a.json": code_system(concept=[concept])})
    found = concepts(records)["A"]
    assert {text.lang: text.value for text in found.pref_labels} == {"sv": "a", "en": "a in English"}
    assert [(text.lang, text.value) for text in found.definitions] == [("sv", "d"), ("en", "a in English")]
    assert [note.text.value for note in found.notes] == ["itemWeight: 1.5"]
    (element,) = [value for name, value in found.statements if name == expand("begrepp:resourceElement")]
    assert json.loads(element.value) == {"extension": [weight, nested]}


def test_a_contained_code_system_is_loaded_and_other_contained_resources_are_named(tmp_path: Path) -> None:
    contained = [
        json.loads(code_system(id="c", url="https://ex.org/c", concept=[{"code": "A", "display": "a"}])),
        {"resourceType": "ValueSet", "id": "w"},
    ]
    body = {
        "resourceType": "ValueSet",
        "id": "v",
        "url": "https://ex.org/v",
        "title": "V",
        "language": "sv",
        "contained": contained,
        "compose": {"include": [{"system": "https://ex.org/c"}]},
    }
    records = load(tmp_path, "fhir", {"a.json": json.dumps(body)})
    assert concepts(records)["A"].scheme == "c"
    assert any("the ValueSet 'w' that ValueSet 'v' contains" in e.text for e in records if isinstance(e, LoadRemark))


def read_map(folder: Path, group: dict[str, object], more: str = "") -> list[Record]:
    """The records of a code system and a concept map of one group."""
    text = json.dumps({"resourceType": "ConceptMap", "id": "m", "url": "https://ex.org/m", "group": [group]})
    base = code_system(concept=[{"code": "1", "display": "ett"}])
    return load(folder, "fhir", {"a.json": base, "m.json": text}, more)


@pytest.mark.parametrize("equivalence", ["unmatched", "disjoint"])
def test_a_target_without_a_code_states_that_there_is_none(tmp_path: Path, equivalence: str) -> None:
    element = [{"code": "1", "target": [{"equivalence": equivalence}]}]
    records = read_map(tmp_path, {"source": "https://ex.org/a", "target": "http://loinc.org", "element": element})
    assert [each.reason for each in records if isinstance(each, Skipped)] == ["'1' is stated to have no match."]
    (header,) = [each.resource_header for each in records if isinstance(each, MappingSet)]
    assert json.loads(header)["group"][0]["element"] == element


def test_a_match_without_a_code_is_no_statement_that_there_is_none(tmp_path: Path) -> None:
    element = [{"code": "1", "target": [{"equivalence": "equivalent"}]}]
    group: dict[str, object] = {"source": "https://ex.org/a", "target": "http://loinc.org", "element": element}
    with pytest.raises(InputError, match="'1' is equivalent to a target without a code"):
        read_map(tmp_path / "refused", group)
    path = tmp_path / "told"
    base = code_system(concept=[{"code": "1", "display": "ett"}])
    text = json.dumps({"resourceType": "ConceptMap", "id": "m", "url": "https://ex.org/m", "group": [group]})
    declaration = f'loader = "fhir"\nreport = ["unusable"]\n{SOURCE}'
    made = edition(path, "x", {"a.json": base, "m.json": text, "source.toml": declaration})
    records = list(check_records(loaders.read_records(made)))
    (header,) = [each.resource_header for each in records if isinstance(each, MappingSet)]
    assert "group" not in json.loads(header)


def test_a_group_without_a_target_system_is_told(tmp_path: Path) -> None:
    element = [{"code": "1", "target": [{"code": "2", "equivalence": "equivalent"}]}]
    with pytest.raises(InputError, match="a group of the concept map names no target"):
        read_map(tmp_path, {"source": "https://ex.org/a", "element": element})


@pytest.mark.parametrize("use", ["900000000000003001", "fully-specified-name"])
def test_a_designation_that_is_a_fully_specified_name_is_stated_as_one(tmp_path: Path, use: str) -> None:
    designation = [
        {"language": "en", "use": {"code": use}, "value": "One (number)"},
        {"language": "en", "use": {"code": "900000000000013009"}, "value": "First"},
    ]
    concept = [{"code": "1", "display": "ett", "designation": designation}]
    found = concepts(load(tmp_path, "fhir", {"a.json": code_system(concept=concept)}))["1"]
    full, published = found.statements
    assert full == (expand("begrepp:fullySpecifiedName"), ("One (number)", "literal", "en", ""))
    # A use without a code system is not that of SNOMED CT, and is kept as the publisher gives it.
    assert published[0] == expand("begrepp:resourceElement")
    assert json.loads(published[1].value) == {"designation": designation}
    assert {each.value for each in found.alt_labels} == {"One (number)", "First"}


def test_uses_that_labels_state_are_not_kept_beside_them(tmp_path: Path) -> None:
    uses = {"900000000000003001": "One (number)", "900000000000013009": "First"}
    designation = [
        {"language": "en", "use": {"system": "http://snomed.info/sct", "code": code}, "value": text}
        for code, text in uses.items()
    ]
    concept = [{"code": "1", "display": "ett", "designation": [*designation, {"language": "fi", "value": "yksi"}]}]
    found = concepts(load(tmp_path, "fhir", {"a.json": code_system(concept=concept)}))["1"]
    assert [name for name, _ in found.statements] == [expand("begrepp:fullySpecifiedName")]
