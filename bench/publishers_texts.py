"""Texts of publishers' files in `../shared/data` that suggestions are judged by: variables, labels and terms."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator

from begrepp.records import Text
from begrepp.settings import ROOT
from begrepp.variables.suggestion.entries import ConceptTarget, VariableEntry

SHARED = ROOT.parent / "shared" / "data"


def argo_variables() -> dict[str, VariableEntry]:
    """Return the variables of ICGC ARGO's dictionary, by schema and field."""
    document = json.loads((SHARED / "onco-icgc-argo" / "icgc-argo-dictionary.json").read_text(encoding="utf-8"))
    dictionary = document[0] if isinstance(document, list) else document
    types = {"integer": "integer", "number": "decimal", "string": "string", "boolean": "boolean"}
    found = {}
    for schema in dictionary["schemas"]:
        for one in schema["fields"]:
            label = one.get("meta", {}).get("displayName", "")
            found[f"{schema['name']}.{one['name']}"] = VariableEntry(
                iri=f"urn:argo:{schema['name']}.{one['name']}",
                name=one["name"],
                labels=(Text(label, "en"),) if label else (),
                descriptions=(Text(one["description"], "en"),),
                datatype=types.get(one.get("valueType", ""), ""),
            )
    return found


def redcap_variables() -> dict[str, VariableEntry]:
    """Return the variables of a REDCap dictionary, by name."""
    file = SHARED / "redcap-genomics-thailand" / "genomics_thailand_general.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        return {
            row["Variable / Field Name"]: VariableEntry(
                iri=f"urn:redcap:{row['Variable / Field Name']}",
                name=row["Variable / Field Name"],
                labels=(Text(row["Field Label"], "en"),),
            )
            for row in csv.DictReader(lines)
        }


def osiris_variables() -> dict[str, VariableEntry]:
    """Return the data elements of OSIRIS, by name."""
    file = SHARED / "onco-osiris" / "data" / "DataElementConcept.tsv"
    with file.open(encoding="utf-8", newline="") as lines:
        return {
            row["DataElementConcept"]: VariableEntry(
                iri=f"urn:osiris:{row['DataElementConcept']}",
                name=row["DataElementConcept"],
                labels=(Text(row["ObjectPropertyLabelEN"], "en"),),
                descriptions=(Text(row["DataElementConceptDefEN"] or "", "en"),),
            )
            for row in csv.DictReader(lines, delimiter="\t")
        }


def lisa_variables() -> dict[str, VariableEntry]:
    """Return the variables of LISA, by name."""
    found = {}
    for file in sorted((SHARED / "se-lisa-variable-docs").glob("*.md")):
        text = file.read_text(encoding="utf-8")
        label = re.search(r"^display_name: [\"'](.*)[\"']$", text, re.MULTILINE)
        body = [line.strip() for line in text.rpartition("---\n")[2].splitlines() if line.strip()]
        described = next((line for line in body if not line.startswith("**")), "")
        found[file.stem] = VariableEntry(
            iri=f"urn:lisa:{file.stem}",
            name=file.stem,
            labels=(Text(label[1], "sv"),) if label else (),
            descriptions=(Text(described, "sv"),) if described else (),
        )
    return found


def icd10_se_labels() -> dict[str, str]:
    """Return the Swedish labels of ICD-10-SE, by code without dot."""
    found = {}
    for name in ("digit3.txt", "digit4.txt"):
        text = (SHARED / "se-icd10se-2021" / name).read_text(encoding="utf-8-sig")
        for line in text.splitlines():
            code, _, words = line.split("\t")
            found[code.strip()] = words.strip()
    return found


def icd10_who_labels() -> dict[str, str]:
    """Return the English labels of ICD-10, by code without dot."""
    found = {}
    file = next((SHARED / "icd10-who-2019").glob("*.xml"))
    for code, words in re.findall(
        r"<name>([A-Z]\d\d(?:\.\d)?)</name>\s*<description>(.*?)</description>", file.read_text(encoding="utf-8-sig")
    ):
        found[code.replace(".", "")] = words.replace("&amp;", "&")
    return found


def gp_terms() -> Iterator[tuple[str, str]]:
    """Yield the alternative terms of KSH97-P, of the Swedish association of general practice, with their codes."""
    for line in (SHARED / "se-ksh97p-ansi" / "KSH97P_SFAMALT.ANS").read_text(encoding="latin-1").splitlines():
        yield line[:7].strip().replace(".", "").removesuffix("-"), line[7:].strip()


def atc_labels() -> tuple[dict[str, str], dict[str, str]]:
    """Return the Swedish and the English labels of ATC, by code."""
    with (SHARED / "se-rcc-decoder-keyvalue" / "atc.csv").open(encoding="utf-8", newline="") as lines:
        swedish = {row["key"]: row["value"] for row in csv.DictReader(lines) if len(row["key"]) == 7}
    english = {}
    with (SHARED / "onco-osiris" / "data" / "ConceptualDomain.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            code = row["ValueMeaning"].removeprefix("ATC:")
            if row["Referentiel"] == "ATC" and len(code) == 7:
                english[code] = row["LabelValueMeaning"]
    return swedish, english


def oncotree_labels() -> dict[str, tuple[str, str]]:
    """Return the label and the UMLS code of each OncoTree code that has one."""
    found = {}
    waiting = [json.loads(next((SHARED / "onco-oncotree").glob("*.json")).read_text(encoding="utf-8"))]
    while waiting:
        for node in waiting.pop().values():
            for umls in node["externalReferences"].get("UMLS", ())[:1]:
                found[node["code"]] = (node["name"], umls)
            waiting.append(node["children"])
    return found


def hpo_targets() -> tuple[list[ConceptTarget], dict[str, set[str]]]:
    """Return the terms of HPO, and their ids by UMLS code."""
    targets: list[ConceptTarget] = []
    by_umls: dict[str, set[str]] = {}
    for block in (SHARED / "hpo" / "hp.obo").read_text(encoding="utf-8").split("\n[Term]\n")[1:]:
        id_, name = re.search(r"^id: (.*)$", block, re.M), re.search(r"^name: (.*)$", block, re.M)
        if not id_ or not name or "\nis_obsolete: true" in block:
            continue
        synonyms = tuple(Text(words, "en") for words in re.findall(r'^synonym: "(.*?)"', block, re.M))
        targets.append(
            ConceptTarget(iri=id_[1], notation=id_[1], scheme="", labels=(Text(name[1], "en"),), other=synonyms)
        )
        for umls in re.findall(r"^xref: UMLS:(C\d+)", block, re.M):
            by_umls.setdefault(umls, set()).add(id_[1])
    return targets, by_umls
