"""Messages name the column, element or metadata key that the file has, and its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.errors import BegreppError
from tests.loaders.test_format_edges import SOURCE
from tests.loaders.test_legal_forms import load

SSSOM = (
    "#mapping_set_id: https://ex.org/m\n"
    "#license: https://creativecommons.org/publicdomain/zero/1.0/\n"
    "{}"
    "#curie_map:\n#  A: https://ex.org/a/\n"
    "subject_id\tpredicate_id\tobject_id\tmapping_justification\tmapping_date\n"
    "A:1\tskos:exactMatch\tA:2\tsemapv:ManualMappingCuration\t{}\n"
)
NPU = (
    "NPU codes\nNPU code;System;sys_spec;Component;comp_spec;Kind of property;proc;unit;scale_type;specialty;"
    "context_dependent;Created date;change_date;replaces\n"
)
NPU_XML = (
    "<x><Npubegreb><npu_code>NPU90001</npu_code><active>1</active><current_version>true</current_version>"
    "<full_definition>B</full_definition><effective_from>1 jan</effective_from></Npubegreb></x>"
)


@pytest.mark.parametrize(
    ("loader", "files", "message"),
    [
        (
            "sssom",
            {"m.sssom.tsv": SSSOM.format('#mapping_date: "2024-02-30"\n', "")},
            "m.sssom.tsv row 3: '2024-02-30' in metadata key 'mapping_date'",
        ),
        ("sssom", {"m.sssom.tsv": SSSOM.format("", "i går")}, "m.sssom.tsv row 6: 'i går' in column 'mapping_date'"),
        (
            "sssom",
            {"m.sssom.tsv": SSSOM.format("#creator_id:\n#- B:1\n", "")},
            "m.sssom.tsv row 3: the prefix 'B' of 'B:1' in metadata key 'creator_id'",
        ),
        (
            "npu",
            {"NPUdefinitionEN.csv": f"{NPU}NPU90001;Blood;;F;;mass;;g;;;;01-02-2003;2020-01-01;\n"},
            "'01-02-2003' in column 'Created date'",
        ),
        ("npu", {"npu.xml": NPU_XML}, "'1 jan' in element 'effective_from'"),
    ],
)
def test_a_message_names_the_place_that_the_file_has(
    tmp_path: Path, loader: str, files: dict[str, bytes | str], message: str
) -> None:
    with pytest.raises(BegreppError) as raised:
        load(tmp_path, loader, files, source="" if loader == "npu" else SOURCE)
    assert message in str(raised.value)
