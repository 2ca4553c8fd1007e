"""Slots of SSSOM without a field in begrepp are reported, in the table and in its metadata."""

from __future__ import annotations

from pathlib import Path

import loaders
from begrepp.build.loads.record_checks import check_records
from begrepp.records import LoadRemark, Mapping, Skipped
from tests.support.bad_files import edition

HEAD = """#mapping_set_id: https://example.org/m
#mapping_set_title: Prov
{more}#license: https://creativecommons.org/publicdomain/zero/1.0/
#curie_map:
#  a: https://example.org/a/
"""
DECLARATION = """loader = "sssom"
[source]
publisher = "begrepp"
licence = "https://creativecommons.org/publicdomain/zero/1.0/"
"""


def read(folder: Path, columns: dict[str, str], more: str = "") -> tuple[int, list[str]]:
    """The number of mappings, and the reasons of what was left out with their places."""
    cells = {"subject_id": "a:1", "predicate_id": "skos:exactMatch", "object_id": "a:2"}
    cells |= {"mapping_justification": "semapv:LexicalMatching"} | columns
    table = "\t".join(cells) + "\n" + "\t".join(cells.values()) + "\n"
    files: dict[str, bytes | str] = {"m.sssom.tsv": HEAD.format(more=more) + table, "source.toml": DECLARATION}
    records = [*check_records(loaders.read_records(edition(folder, "prov", files)))]
    skipped = [f"{record.origin}: {record.reason}" for record in records if isinstance(record, Skipped)]
    return sum(isinstance(record, Mapping) for record in records), skipped


def test_a_slot_with_a_value_is_reported_once(tmp_path: Path) -> None:
    columns = {"reviewer_label": "Granskare", "similarity_score": "0.8", "review_date": "", "comment": "bra"}
    assert read(tmp_path, columns) == (
        1,
        [
            f"m.sssom.tsv: the column '{slot}' is a slot of SSSOM without a field in begrepp; it is left out."
            for slot in ("reviewer_label", "similarity_score")
        ],
    )


def test_labels_of_the_ends_are_left_out_as_documented(tmp_path: Path) -> None:
    assert read(tmp_path, {"subject_label": "Ett", "object_label": "Två", "predicate_label": "lika"}) == (1, [])


def test_an_extension_is_told_from_an_unknown_column(tmp_path: Path) -> None:
    more = "#extension_definitions:\n#  - slot_name: ext_fo\n#    property: https://example.org/fo\n"
    assert read(tmp_path, {"ext_fo": "5", "annat": "x"}, more) == (
        1,
        [
            "m.sssom.tsv: the column 'ext_fo' is an extension of this file; it is left out.",
            "m.sssom.tsv: the column 'annat' is no slot of SSSOM 1.1; it is left out.",
        ],
    )


def test_metadata_without_a_field_is_reported_with_its_line(tmp_path: Path) -> None:
    more = (
        '#mapping_set_version: "3"\n#see_also:\n#  - https://example.org/mer\n#creator_label:\n#  - Någon\n#other: ""\n'
    )
    assert read(tmp_path, {}, more) == (
        1,
        [
            "m.sssom.tsv row 3: the metadata key 'mapping_set_version' (3) has no field in begrepp. It is left out.",
            "m.sssom.tsv row 4: the metadata key 'see_also' (https://example.org/mer) has no field in begrepp. "
            "It is left out.",
        ],
    )


def matches(folder: Path, table: str, more: str = "") -> tuple[list[Mapping], list[str]]:
    """The mappings of a table, and the reasons of what was left out or remarked, with their places."""
    files: dict[str, bytes | str] = {"m.sssom.tsv": HEAD.format(more=more) + table, "source.toml": DECLARATION}
    records = [*check_records(loaders.read_records(edition(folder, "prov", files)))]
    told = [f"{each.origin}: {each.reason}" for each in records if isinstance(each, Skipped)]
    told += [f"{each.origin}: {each.text}" for each in records if isinstance(each, LoadRemark)]
    return [each for each in records if isinstance(each, Mapping)], told


START = "subject_id\tpredicate_id\tobject_id\tmapping_justification"
ROW = "a:{}\tskos:exactMatch\ta:9\tsemapv:LexicalMatching"
SET_SLOTS = "#mapping_date: 2024-05-06\n#mapping_tool: a tool\n#subject_source_version: '3'\n"


def test_slots_of_the_set_hold_for_mappings_that_have_none(tmp_path: Path) -> None:
    found, told = matches(tmp_path, f"{START}\tmapping_date\n{ROW.format(1)}\t\n{ROW.format(2)}\t\n", SET_SLOTS)
    assert [(str(each.mapped_on), each.tool, each.subject_version) for each in found] == 2 * [
        ("2024-05-06", "a tool", "3")
    ]
    assert told == []


def test_a_slot_of_the_set_holds_for_no_mapping_if_one_has_its_own(tmp_path: Path) -> None:
    # "If any mapping (even only one mapping) has a value in that slot, then the slot MUST be considered as
    # non-propagatable" (specification, "Propagation").
    found, told = matches(
        tmp_path, f"{START}\tmapping_date\n{ROW.format(1)}\t2020-01-01\n{ROW.format(2)}\t\n", SET_SLOTS
    )
    assert [(each.mapped_on and str(each.mapped_on), each.tool) for each in found] == [
        ("2020-01-01", "a tool"),
        (None, "a tool"),
    ]
    assert told == [
        "m.sssom.tsv row 3: the metadata key 'mapping_date' holds for no row, because rows have values of their own."
    ]


def test_a_mapping_that_its_reviewers_reject_is_left_out(tmp_path: Path) -> None:
    table = f"{START}\treviewer_label\treviewer_agreement\n"
    table += "".join(f"{ROW.format(n)}\tR\t{value}\n" for n, value in enumerate(("-1", "-1.0", "-0.5", "1")))
    found, told = matches(tmp_path, table)
    assert [each.subject[-1] for each in found] == ["2", "3"]
    assert [each for each in told if "reject" in each] == [
        f"m.sssom.tsv row {row}: its reviewers reject the mapping (reviewer_agreement is -1)." for row in (7, 8)
    ]


def test_a_prefix_of_sssom_that_stands_for_something_else_is_told(tmp_path: Path) -> None:
    text = HEAD.format(more="") + "#  xsd: https://example.org/xsd/\n" + f"{START}\n{ROW.format(1)}\n"
    files: dict[str, bytes | str] = {"m.sssom.tsv": text, "source.toml": DECLARATION}
    records = [*check_records(loaders.read_records(edition(tmp_path, "prov", files)))]
    assert [each.text for each in records if isinstance(each, LoadRemark)] == [
        "the prefix 'xsd' stands for https://example.org/xsd/ here; in SSSOM it is http://www.w3.org/2001/XMLSchema#."
    ]
