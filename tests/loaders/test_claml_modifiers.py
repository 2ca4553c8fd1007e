"""Codes that the modifiers of a ClaML file generate: below a class with codes of its own too, or reported if none."""

from __future__ import annotations

from pathlib import Path

from tests.loaders.test_format_edges import concepts
from tests.loaders.test_legal_forms import load, told

POINTED = {".0": "med feber", ".9": "utan feber"}
FIFTH = {"0": "höger", "1": "vänster"}


def modifier(code: str, codes: dict[str, str]) -> str:
    """A modifier and its classes."""
    classes = "".join(
        f'<ModifierClass modifier="{code}" code="{each}"><SuperClass code="{code}"/>{name(text)}</ModifierClass>'
        for each, text in codes.items()
    )
    return f'<Modifier code="{code}"/>{classes}'


def name(text: str) -> str:
    """A preferred name in Swedish."""
    return f'<Rubric kind="preferred"><Label xml:lang="sv">{text}</Label></Rubric>'


def class_(code: str, parent: str, *elements: str) -> str:
    """A class below another; `elements` are the ones with a modifier, as `ModifiedBy M1`, or a subclass."""
    parts = [f'<{tag} code="{target}"/>' for tag, target in (each.split() for each in elements)]
    return f'<Class code="{code}" kind="category"><SuperClass code="{parent}"/>{"".join(parts)}{name(code)}</Class>'


def read(folder: Path, *parts: str) -> tuple[list[str], str]:
    """The codes that are loaded, sorted, and what is told."""
    block = f'<Class code="A00-A09" kind="block">{name("Avsnitt")}</Class>'
    xml = f'<ClaML version="2.0.0">{block}{"".join(parts)}</ClaML>'
    made = load(folder, "claml", {"k.xml": xml}, '[scheme]\ntitle.sv = "K"\n')
    return sorted(concepts(made).keys() - {"A00-A09"}), told(made)


def test_modifier_beside_a_code_of_its_own(tmp_path: Path) -> None:
    # A00.5 is listed and excludes the modifier of the fourth character; A00.0 and A00.9 are generated beside it.
    codes, words = read(
        tmp_path,
        modifier("M1", POINTED),
        class_("A00", "A00-A09", "SubClass A00.5", "ModifiedBy M1"),
        class_("A00.5", "A00", "ExcludeModifier M1"),
    )
    assert (codes, words) == (["A00", "A00.0", "A00.5", "A00.9"], "")


def test_modifier_of_the_fourth_character_does_not_extend_a_fourth_character(tmp_path: Path) -> None:
    # The subclass is found by its SuperClass alone, and the modifier is inherited from the block.
    codes, _ = read(
        tmp_path,
        modifier("M1", POINTED),
        class_("A00", "A00-A09", "ModifiedBy M1"),
        class_("A00.5", "A00"),
        class_("A01", "A00-A09", "ModifiedBy M1"),
    )
    assert codes == ["A00", "A00.0", "A00.5", "A00.9", "A01", "A01.0", "A01.9"]


def test_listed_code_that_the_modifier_makes_too(tmp_path: Path) -> None:
    codes, _ = read(
        tmp_path,
        modifier("M1", POINTED),
        class_("A00", "A00-A09", "SubClass A00.0", "ModifiedBy M1"),
        class_("A00.0", "A00"),
    )
    assert codes == ["A00", "A00.0", "A00.9"]


def test_modifier_of_the_fifth_character_extends_the_subclasses_only(tmp_path: Path) -> None:
    # D18 of ICD-10: modified by the fifth character, which D18.1 excludes.
    codes, words = read(
        tmp_path,
        modifier("M2_5", FIFTH),
        class_("D18", "A00-A09", "SubClass D18.0", "SubClass D18.1", "ModifiedBy M2_5"),
        class_("D18.0", "D18"),
        class_("D18.1", "D18", "ExcludeModifier M2_5"),
    )
    assert (codes, words) == (["D18", "D18.0", "D18.00", "D18.01", "D18.1"], "")


def test_modifiers_of_both_characters(tmp_path: Path) -> None:
    codes, _ = read(
        tmp_path,
        modifier("M1", POINTED),
        modifier("M2_5", FIFTH),
        class_("A00", "A00-A09", "SubClass A00.5", "ModifiedBy M1", "ModifiedBy M2_5"),
        class_("A00.5", "A00"),
    )
    assert codes == sorted(["A00", *(f"A00.{fourth}{fifth}" for fourth in "059" for fifth in ("", "0", "1"))])


def test_modifier_that_gives_no_codes_is_told(tmp_path: Path) -> None:
    codes, words = read(
        tmp_path,
        modifier("M2_5", FIFTH),
        class_("A00", "A00-A09", "SubClass A00.5", "ModifiedBy M2_5"),
        class_("A00.5", "A00", "ExcludeModifier M2_5"),
    )
    assert codes == ["A00", "A00.5"]
    assert words == "the modifier 'M2_5' of A00 gives no codes: no class below can be extended by it."
