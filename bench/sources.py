"""Loaded counts of publishers' whole files, next to the publishers' own counts.

`python -m bench sources DATA`, where DATA is the folder of publishers' files; prints the table of docs/real-files.md.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import loaders
from begrepp.build.loads.record_checks import check_records
from begrepp.records import Concept, EditionFiles, Mapping, Record, Skipped, ValueSet

RCC = "se-rcc-decoder-keyvalue"
SOS = "se-sos-statdb-dictionaries"
_RIGHTS = "http://rightsstatements.org/vocab/InC/1.0/"
CLAML = (
    f'loader = "claml"\n[source]\npublisher = "who"\nlicence = "{_RIGHTS}"\n'
    '[scheme]\nid = "icd-10"\ntitle.en = "ICD-10"\n[release]\ncoverage = "partial"\n'
)
SSSOM = (
    'loader = "sssom"\n[source]\npublisher = "Biomappings"\npublisher_type = "ngo"\n'
    'licence = "https://creativecommons.org/publicdomain/zero/1.0/"\n'
)
FHIR = f'loader = "fhir"\n[source]\npublisher = "ehalsomyndigheten"\nlicence = "{_RIGHTS}"\n'


@dataclass(frozen=True, slots=True)
class RealFile:
    """The files of one edition, and the count that the publisher states."""

    source: str
    version: str
    files: tuple[str, ...]
    count: int
    counted: str
    why: str = ""
    """Reason why the number of loaded concepts differs from the count."""
    more: int = 0
    declaration: str = ""


def _key(id_: str, file: str, count: int, why: str = "", more: int = 0) -> RealFile:
    return RealFile(id_, "2020", (file,), count, "keys", why, more)


FILES = (
    RealFile(
        "icd10_se",
        "2021",
        tuple(f"se-icd10se-2021/{name}.txt" for name in ("chapter", "block", "digit3", "digit4", "digit5")),
        22 + 264 + 2056 + 9643 + 23966,
        "codes",
    ),
    RealFile("icd10_se", "2020", (f"{RCC}/icd10se.csv",), 33547, "codes"),
    RealFile("kva", "2021", ("se-kva-2021/kka-2021-text", "se-kva-2021/kma-2021-text"), 8130 + 4666, "codes"),
    RealFile("atc", "2020", (f"{RCC}/atc.csv",), 14526, "keys", "the key '-' is no code", -1),
    RealFile("atc", "2026", ("se-sos-2026-normalized-samples/atc_L01_sample.csv",), 89, "codes"),
    RealFile(
        "icd10_se",
        "2026",
        ("se-sos-2026-normalized-samples/icd-10-se_F40-F45_sample.csv",),
        35,
        "codes",
        declaration='[release]\ncoverage = "partial"\n',
    ),
    RealFile(
        "icd_o",
        "2020",
        tuple(f"{RCC}/{name}.csv" for name in ("icdo3", "icdo3_grov", "snomed3")),
        325 + 70 + 912,
        "topographies, their groups, morphologies",
    ),
    RealFile("ksh97p", "1997", ("se-ksh97p-ansi/KSH97P_KOD.ANS", "se-ksh97p-ansi/KSH97P_SFAMALT.ANS"), 977, "codes"),
    RealFile("icd10_who", "2019", ("icd10-who-2019/icd_10_v2019.xml",), 12542, "items"),
    RealFile(
        "icd-10",
        "2019",
        ("claml-who-sample/parser_examples.xml",),
        17,
        "classes",
        "codes that modifiers make",
        34,
        CLAML,
    ),
    RealFile("snomed_rf2", "2018-07-31", ("snomed-rf2-dummy/Snapshot",), 103, "concepts"),
    RealFile("npu", "2026", ("npu-sample-xml/npu_test_data.xml",), 15, "codes (in 21 versions)"),
    RealFile("omop", "2018", ("omop-vocab-eunomia",), 436, "concepts"),
    RealFile("hpo", "2025-01-16", ("hpo/hp.obo",), 19484, "terms"),
    RealFile("mondo", "2026-05-05", ("mondo-json/MONDO-ontology-v2026-05-05.json.zst",), 31958, "terms"),
    RealFile("oncotree", "2025-10-03", ("onco-oncotree/oncotree_2025_10_03.json",), 898, "nodes"),
    RealFile("nll", "2024", ("se-snomed-nll-valueset/fhir.json",), 76, "members", declaration=FHIR),
    *(
        RealFile(
            f"biomappings-{name}",
            "2026",
            (f"sssom-biomappings/{name}.sssom.tsv",),
            rows,
            "mappings",
            "the predicate is none of the five SKOS matches" if left else "",
            -left,
            SSSOM,
        )
        for name, rows, left in (("positive", 12441, 618), ("negative", 1887, 197), ("unsure", 110, 0))
    ),
    _key("rcc-digr", f"{RCC}/digr.csv", 8),
    _key("rcc-figo", f"{RCC}/figo.csv", 20),
    _key("rcc-icd-7", f"{RCC}/icd7.csv", 196),
    _key("rcc-kommun", f"{RCC}/kommun.csv", 290),
    _key("rcc-lan", f"{RCC}/lan.csv", 21),
    _key("rcc-m", f"{RCC}/m_rtr.csv", 6),
    _key("rcc-n", f"{RCC}/n_rtr.csv", 15),
    _key("rcc-sida", f"{RCC}/sida.csv", 3),
    _key("rcc-t", f"{RCC}/t_rtr.csv", 22, "the key 3d has no label", -1),
    _key("rcc-tnmgrund", f"{RCC}/tnmgrund.csv", 2),
    _key("sos-dodsorsaker", f"{SOS}/ddf--entities--dodsorsaker--diagnos.csv", 1938),
    _key("sos-operation", f"{SOS}/ddf--entities--operation.csv", 7571),
    _key("sos-tumordiagnoser", f"{SOS}/ddf--entities--tumordiagnoser.csv", 213),
    _key("sos-tumortyper", f"{SOS}/ddf--entities--tumortyper.csv", 79),
)
"""Expected number of rows in each of the publishers' files, from their manifest and from a count of the rows."""


def records(real: RealFile, data: Path, folder: Path) -> Iterator[Record]:
    """Return the records of an edition, stored under `folder` as by `begrepp add`."""
    home = folder / real.source / real.version
    home.mkdir(parents=True)
    for name in real.files:
        (shutil.copytree if (data / name).is_dir() else shutil.copy)(data / name, home / Path(name).name)
    if real.declaration:
        (home / "source.toml").write_text(real.declaration, encoding="utf-8")
    files = tuple(sorted(path for path in home.rglob("*") if path.is_file()))
    edition = EditionFiles(source=real.source, version=real.version, folder=home, files=files)
    yield from check_records(loaders.read_records(edition))


def arrived(real: RealFile, found: Iterator[Record]) -> tuple[int, int]:
    """Return the number of loaded items that the publisher counts, and of skipped rows."""
    things = skipped = 0
    for record in found:
        skipped += isinstance(record, Skipped)
        if real.counted == "mappings":
            things += isinstance(record, Mapping)
        elif real.counted == "members":
            things += len(record.members) if isinstance(record, ValueSet) else 0
        else:
            things += isinstance(record, Concept)
    return things, skipped


def run(data: Path) -> None:
    """Print the table row by row."""
    print("| source, edition | files | publisher's count | loaded | difference | s |")
    print("| --- | --- | ---: | ---: | --- | ---: |")
    wrong = []
    for real in FILES:
        if not all((data / name).exists() for name in real.files):
            print(f"| {real.source} {real.version} | not here | {real.count:,} {real.counted} | | | |", flush=True)
            continue
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            things, _ = arrived(real, records(real, data, Path(folder)))
        if things != real.count + real.more:
            wrong.append(f"{real.source} {real.version}: {things:,}")
        files = real.files[0] if len(real.files) == 1 else f"{Path(real.files[0]).parent} ({len(real.files)})"
        why = f"{real.more:+,}: {real.why}" if real.more else "none"
        seconds = time.monotonic() - started
        print(
            f"| {real.source} {real.version} | `{files}` | {real.count:,} {real.counted} | {things:,} | {why} | "
            f"{seconds:.1f} |",
            flush=True,
        )
    if wrong:
        raise SystemExit(f"not as expected: {'; '.join(wrong)}")
