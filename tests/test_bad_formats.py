"""Broken, hostile and careless files of each format: the file, the reason and the next step are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.errors import PersonalDataError
from tests import golden
from tests.test_bad_input import edition, refused

SOURCE = '[source]\npublisher = "begrepp"\nlicence = "https://creativecommons.org/licenses/by/4.0/"\n'
SCHEME = SOURCE + '[scheme]\ntitle.sv = "Påhittat"\n'


def original(fixture: str) -> dict[str, bytes | str]:
    """The files of a fixture, by their path in the edition."""
    found = next(each for each in golden.fixtures() if each.name == fixture).edition
    return {str(path.relative_to(found.folder)): path.read_bytes() for path in found.files}


def changed(fixture: str, name: str, old: str, new: str) -> dict[str, bytes | str]:
    """The same with one text in one of them replaced."""
    files = original(fixture)
    content = files[name]
    assert isinstance(content, bytes) and old.encode() in content
    return files | {name: content.replace(old.encode(), new.encode())}


# ClaML and the XML of ICD-10.


@pytest.mark.parametrize(
    ("old", "new", "where", "reason", "step"),
    [
        ('SYSTEM "ClaML.dtd"', '[<!ENTITY a "b">]', "pahittad.xml", "declares a DTD or entities", "Remove the DOCTYPE"),
        ("Nobody", "&nobody;", "pahittad.xml", "not well-formed", "Fetch"),
        ("</ClaML>", "", "pahittad.xml", "not well-formed", "Fetch"),
        ('kind="coding-hint"', 'kind="poem"', "pahittad.xml Class row 7", "kind 'poem' are not known", "Add the kind"),
        ('usage="aster">\n    <SuperClass', 'usage="star">\n    <SuperClass', " Class row 8", "usage 'star'", "dagger"),
        ('<SuperClass code="X02"/>', '<SuperClass code="Z9"/>', " Class row 6", "parent 'Z9'", "cut off"),
        ('<SuperClass code="I"/>', '<SuperClass code="X00"/>', " Class row 2", "in a circle", "Correct one"),
        ('code="X04" kind', 'code="" kind', "pahittad.xml Class row 8", "no code", "Fetch"),
        ("Silence</Label>", "</Label>", "pahittad.xml Class row 7", "'X03' has no preferred name", "Fetch"),
    ],
)
def test_broken_claml_is_refused(tmp_path: Path, old: str, new: str, where: str, reason: str, step: str) -> None:
    files = changed("claml-pahittad", "pahittad.xml", old, new)
    refused(tmp_path, "pahittad", files, f"pahittad.xml{where}" if where.startswith(" ") else where, reason, step)


def test_the_dtd_of_claml_is_never_read(tmp_path: Path) -> None:
    files = changed("claml-pahittad", "pahittad.xml", '"ClaML.dtd"', '"http://127.0.0.1:1/ClaML.dtd"')
    made = edition(tmp_path, "pahittad", files)
    files["ClaML.dtd"] = "<!ENTITY nobody 'Somebody'>"
    assert len(golden.load(golden.Fixture(made.folder, made))[0]) > 100


@pytest.mark.parametrize(
    ("old", "new", "row", "reason", "step"),
    [
        ('"block"', '"section"', " row 2", "'C00-C97' is of the type 'section'", "Known are"),
        ("<description>Of one part</description>", "<description/>", " row 6", "'C62.0' has no description", "Fetch"),
        ("<name>C62.0</name>", "<name>C62</name>", " row 6", "'C62' stands already", "Remove one"),
        ("Of one part", "811218-9876", " row 6", "identity number", "Remove the personal data"),
        ("<name>C61</name>", "<name>C61</name><note>x</note>", " row 3", "<note> is not known", "Change the loader"),
        ("</icd_10_v2019>", "", "", "not well-formed", "Fetch"),
    ],
)
def test_broken_xml_of_icd_10_is_refused(tmp_path: Path, old: str, new: str, row: str, reason: str, step: str) -> None:
    files = changed("icd10_who", "icd_10_v2019.xml", old, new)
    error = refused(tmp_path, "icd10_who", files, f"icd_10_v2019.xml{row}", reason, step)
    assert isinstance(error, PersonalDataError) == ("identity" in reason)
