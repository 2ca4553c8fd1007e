"""The hierarchy of ClaML, which states each link by `SuperClass`, by `SubClass` or by both."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.records import Skipped
from tests.loaders.test_format_edges import concepts, load

SCHEME = '[scheme]\nid = "x"\ntitle.sv = "X"\ntitle.en = "X"\n'


def claml(classes: dict[str, str], more: str = "") -> dict[str, bytes | str]:
    """A file of classes with the elements of each that state links."""
    texts = (
        f'<Class code="{code}" kind="category">{links}'
        f'<Rubric kind="preferred"><Label xml:lang="sv">{code}</Label></Rubric></Class>'
        for code, links in classes.items()
    )
    return {"c.xml": f'<ClaML version="2.0.0"><Title name="T"/>{more}{"".join(texts)}</ClaML>'}


SUPER_I, SUB_A00 = '<SuperClass code="I"/>', '<SubClass code="A00"/>'


@pytest.mark.parametrize(
    ("classes", "parents"),
    [
        ({"I": SUB_A00, "A00": ""}, {"I": (), "A00": ("I",)}),
        ({"A00": "", "I": SUB_A00}, {"I": (), "A00": ("I",)}),
        ({"I": "", "A00": SUPER_I}, {"I": (), "A00": ("I",)}),
        ({"I": SUB_A00, "A00": SUPER_I}, {"I": (), "A00": ("I",)}),
        ({"I": "", "II": SUB_A00, "A00": SUPER_I}, {"I": (), "II": (), "A00": ("I", "II")}),
    ],
)
def test_a_link_is_stated_by_either_of_its_ends(
    tmp_path: Path, classes: dict[str, str], parents: dict[str, tuple[str, ...]]
) -> None:
    records = load(tmp_path, "claml", claml(classes), SCHEME)
    assert {code: concept.broader for code, concept in concepts(records).items()} == parents
    assert not [record for record in records if isinstance(record, Skipped)]


def test_a_subclass_that_is_not_in_the_file_is_reported(tmp_path: Path) -> None:
    records = load(tmp_path, "claml", claml({"I": SUB_A00 + '<SubClass code="A01"/>', "A00": ""}), SCHEME)
    reasons = [record.reason for record in records if isinstance(record, Skipped)]
    assert reasons == ["the class 'I' names the subclass 'A01', which is not in the file."]


def test_modifiers_apply_below_a_class_that_only_lists_its_subclasses(tmp_path: Path) -> None:
    modifier = '<ModifierClass modifier="S" code=".0"><Rubric kind="preferred"><Label xml:lang="sv">m</Label></Rubric>'
    classes = {"I": '<SubClass code="A00"/><ModifiedBy code="S"/>', "A00": '<SubClass code="A00.0"/>'}
    records = load(tmp_path, "claml", claml(classes, f"{modifier}</ModifierClass>"), SCHEME)
    assert {code: concept.broader for code, concept in concepts(records).items()} == {
        "I": (),
        "A00": ("I",),
        "A00.0": ("A00",),
    }
    assert not [record for record in records if isinstance(record, Skipped)]
