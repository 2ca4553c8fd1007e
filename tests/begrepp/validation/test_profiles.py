"""Every profile is whole: named in two languages, licensed, pinned, described, and right about its own examples."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from begrepp.errors import InputError, UsageError
from begrepp.settings import LANGUAGES, ROOT, Settings
from begrepp.validation.outcome import InputFile, ValidationOutcome, rule_set_from_profile
from begrepp.validation.profiles.imports import import_copies, resolve_imports
from begrepp.validation.profiles.profile import BUNDLED, find_profile, list_profiles, pin_checksums, read_profile
from begrepp.validation.profiles.rdforms.turtle import convert_bundle
from begrepp.validation.profiles.shape_doc import describe_profile
from begrepp.validation.validate import Engine, validate
from begrepp.validation.validate_files import validate_files
from tests.support.python_patterns import readable_for_python
from tests.support.shell import Shell

SUITES = Path(os.environ.get("BEGREPP_SHARED", ROOT.parent / "shared")) / "suites"
NAMES = sorted(path.name for path in BUNDLED.iterdir())
EXAMPLES = sorted(BUNDLED.glob("*/examples/*.ttl"))


def judged(path: Path, name: str) -> ValidationOutcome:
    settings = Settings()
    return validate_files([InputFile(path=path)], rule_set_from_profile(find_profile(name, settings)), settings)


def suite(folder: str) -> Path:
    path = SUITES / folder
    if not path.exists():
        pytest.skip(f"{path} is not here: set BEGREPP_SHARED to the folder with suites/")
    return path


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_says_what_it_is_and_under_what_licence(name: str) -> None:
    profile = find_profile(name, Settings())
    for texts in (profile.title, profile.summary):
        assert set(texts) == set(LANGUAGES) and all(texts.values())
    assert profile.version and profile.publisher and profile.source.startswith("http")
    assert profile.licence in ("MIT", "CC BY 4.0") and profile.licence_url
    assert profile.licence == "MIT" or profile.changes, "say what differs from the publisher's files"
    assert name == "begrepp" or profile.checksums() == profile.sha256
    profile.verify_checksums()


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_describes_itself(name: str) -> None:
    shapes = describe_profile(find_profile(name, Settings()))
    assert shapes and any(shape.properties for shape in shapes)
    assert all(shape.label or shape.id for shape in shapes)


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_has_examples_of_both_kinds(name: str) -> None:
    profile = read_profile(BUNDLED / name)
    assert profile.examples("valid") and profile.examples("invalid")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_an_example_is_what_its_name_says(path: Path) -> None:
    outcome = judged(path, path.parts[-3])
    assert bool(outcome.report.violations) != path.stem.startswith("valid"), outcome.report.groups
    assert outcome.report.engine == "fast"
    assert not outcome.remarks


def test_the_official_health_example_has_nothing_wrong_at_all() -> None:
    path = BUNDLED / "healthdcat-ap-non-public" / "examples" / "valid-official.ttl"
    assert judged(path, "healthdcat-ap-non-public").report.groups == ()


def test_a_dataset_in_a_catalogue_is_judged_as_if_it_stood_alone(tmp_path: Path) -> None:
    official = BUNDLED / "healthdcat-ap-non-public" / "examples" / "valid-official.ttl"
    text = (
        official.read_text(encoding="utf-8")
        + "\nex:catalogue a dcat:Catalog ; dcat:dataset ex:dataset-oncology-ehrs-2024 .\n"
    )
    (tmp_path / "wrapped.ttl").write_text(text, encoding="utf-8")
    report = judged(tmp_path / "wrapped.ttl", "healthdcat-ap-non-public").report
    assert report.results and all(result.focus.endswith("/catalogue") for result in report.results)


def test_the_minimum_is_told_dataset_by_dataset() -> None:
    things = judged(BUNDLED / "ehds-minimum" / "examples" / "invalid.ttl", "ehds-minimum").subjects
    assert [(thing.iri, len(thing.violations), len(thing.conditional)) for thing in things] == [
        ("https://example.org/prover", 2, 7),
        ("https://example.org/tom", 18, 8),
    ]


@pytest.mark.parametrize(
    "folder", ["kos-kit-skos-shacl/data/{}/skos-reference", "skohub-shapes/tests/{}/skos.shacl.ttl"]
)
def test_the_skos_suites(folder: str) -> None:
    """All 35 valid vocabularies are accepted, all 16 invalid ones caught."""
    counts = {}
    for kind, conforms in (("valid", True), ("invalid", False)):
        files = sorted(suite("skos").joinpath(folder.format(kind)).glob("*.ttl"))
        counts[kind] = len(files)
        wrong = [path.name for path in files if bool(judged(path, "skos").report.violations) == conforms]
        assert not wrong
    assert counts == {"valid": 35, "invalid": 16}


def test_the_swedish_shapes_are_what_the_templates_give() -> None:
    bundle = suite("dcat-ap-se") / "3.0.1" / "bundle.json"
    assert convert_bundle(bundle, "3.0.1") == (BUNDLED / "dcat-ap-se" / "shapes.ttl").read_text(encoding="utf-8")


@pytest.mark.parametrize("ending", ["ttl", "rdf"])
def test_the_swedish_examples_fail_only_where_they_are_older_than_the_profile(ending: str) -> None:
    """3.0.1 made the type of an agent mandatory; 3.0 exchanged the list of availabilities."""
    examples = suite("dcat-ap-se") / "exempel"
    found = {}
    for name in ("obligatoriskt", "rekommenderat"):
        report = judged(examples / f"{name}.{ending}", "dcat-ap-se").report
        found[name] = [(result.path, result.value) for result in report.results if result.severity == "Violation"]
    assert found == {
        "obligatoriskt": [("http://purl.org/dc/terms/type", None)],
        "rekommenderat": [
            ("http://data.europa.eu/r5r/availability", "http://data.europa.eu/r5r/availability/experimental")
        ]
        * 2,
    }


SHAPE = """@prefix sh: <http://www.w3.org/ns/shacl#> .
<https://example.org/S> a sh:NodeShape ; sh:targetClass <https://example.org/C> ;
  sh:property [ sh:path <https://example.org/p> ; sh:minCount 1 ] .
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "profiles" / "our-own"
    folder.mkdir(parents=True)
    (folder / "shapes.ttl").write_text(SHAPE, encoding="utf-8")
    return folder


def test_a_folder_of_shapes_is_a_profile(own: Path, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    assert "our-own" in [profile.name for profile in list_profiles(settings)]
    assert find_profile("our-own", settings).files == find_profile(str(own), settings).files
    with pytest.raises(UsageError, match="There is no profile 'nosuch'"):
        find_profile("nosuch", settings)


def test_a_pinned_file_that_changed_is_refused(own: Path) -> None:
    (own / "profile.toml").write_text('title = "Vår egen"\n', encoding="utf-8")
    pin_checksums(read_profile(own))
    read_profile(own).verify_checksums()
    (own / "shapes.ttl").write_text(SHAPE + "# changed\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"our-own/shapes\.ttl: does not match the checksum"):
        read_profile(own).verify_checksums()


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        ("title = ", "is not valid TOML"),
        ('titel = "x"', "has the unknown key titel"),
        ('shapes = ["nosuch.ttl"]', "names 'nosuch.ttl', which does not exist"),
        ('includes = ["our-own"]', "includes itself: our-own → our-own"),
        ('includes = ["nosuch"]', "includes 'nosuch', which does not exist"),
    ],
)
def test_a_manifest_that_cannot_be_used_says_why(own: Path, manifest: str, expected: str) -> None:
    (own / "profile.toml").write_text(manifest, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_profile(own)
    assert expected in str(caught.value)


def test_imports_come_from_copies_and_never_from_elsewhere(tmp_path: Path) -> None:
    bundled = "https://semiceu.github.io/DCAT-AP/releases/3.0.0/html/shacl/shapes.ttl"
    missing = "https://example.org/nosuch"
    mine = tmp_path / "mine.ttl"
    imports = "<https://example.org/mine> <http://www.w3.org/2002/07/owl#imports> <{}> .\n"
    mine.write_text(SHAPE + imports.format(bundled), encoding="utf-8")
    known = import_copies(Settings())
    files, left_out = resolve_imports([mine], known, tmp_path)
    assert [path.name for path in files] == ["mine.ttl", "shapes.nt"] and not left_out
    mine.write_text(SHAPE + imports.format(missing), encoding="utf-8")
    with pytest.raises(InputError, match="nothing is fetched from the network"):
        resolve_imports([mine], known, tmp_path)
    assert resolve_imports([mine], known, tmp_path, leave_out=True) == ([mine], [missing])
    assert resolve_imports([mine], known | {missing: mine}, tmp_path)[0] == [mine]


def test_relative_iris_of_an_imported_copy_refer_to_what_it_is_a_copy_of(begrepp: Shell) -> None:
    (begrepp.folder / "copy.ttl").write_text("@prefix sh: <http://www.w3.org/ns/shacl#> . <b#P> sh:minCount 1 .")
    shapes = begrepp.file(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . <http://ex/own> <http://www.w3.org/2002/07/owl#imports> "
        "<http://ex/d/a> . <http://ex/S> a sh:NodeShape ; sh:targetNode <http://ex/x> ; sh:property <http://ex/d/b#P> ."
        "<http://ex/d/b#P> sh:path <http://ex/p> .",
        "own.ttl",
    )
    data = begrepp.file("<http://ex/x> <http://ex/q> 1 .", "data.ttl")
    copy = f"http://ex/d/a={begrepp.folder / 'copy.ttl'}"
    assert "1 violation" in begrepp("validate", data, "-s", shapes, "--import", copy, code=1)


def test_an_operators_own_copies_are_used(tmp_path: Path) -> None:
    shutil.copy(BUNDLED / "skos" / "skos.ttl", tmp_path / "copy.ttl")
    (tmp_path / "imports.toml").write_text('"https://example.org/x" = "copy.ttl"\n', encoding="utf-8")
    assert import_copies(Settings(imports=tmp_path))["https://example.org/x"] == tmp_path / "copy.ttl"


def test_data_that_the_rules_do_not_look_at_is_not_praised(tmp_path: Path) -> None:
    (tmp_path / "other.ttl").write_text("<https://example.org/a> <https://example.org/b> 1 .", encoding="utf-8")
    outcome = judged(tmp_path / "other.ttl", "dcat-ap")
    assert outcome.report.conforms and [note.kind for note in outcome.remarks] == ["main"]
    assert outcome.verdict == "unjudged"


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_both_engines_say_the_same_of_every_example(path: Path, tmp_path: Path) -> None:
    rules = rule_set_from_profile(find_profile(path.parts[-3], Settings()))
    readable = [readable_for_python(each, tmp_path) for each in rules.files]
    engines: tuple[tuple[Engine, list[Path]], ...] = (("fast", [*rules.files]), ("reference", readable))
    reports = [validate([path], files, background=rules.background, engine=each) for each, files in engines]
    fast, reference = (
        sorted((r.shape, str(r.severity), r.focus, r.value or "", r.path or "", r.component) for r in each.results)
        for each in reports
    )
    assert [each for each in fast if "_:" not in str(each)] == [each for each in reference if "_:" not in str(each)]
    assert len(fast) == len(reference)
