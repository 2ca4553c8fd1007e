"""Conditions of matches: rules of Snomed CT maps as `dependsOn` of R5, and whether they hold for values that are given.

A rule is `TRUE`, `OTHERWISE TRUE`, or clauses joined by AND. `IFA 248152002 | Female |` asks for a concept that occurs
beside the one that is mapped, itself or one below it; `IFA 445518008 | Age at onset | < 28.0 days` for a value.
https://confluence.ihtsdotools.org/display/DOCRELFMT, "Complex and Extended Map Reference Sets"
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from operator import eq, ge, gt, le, lt
from typing import Any

from begrepp.fhir.value_elements import object_items, value_element
from begrepp.rdf.namespaces import expand
from begrepp.terminology.concept_record import ConceptMapping

Json = dict[str, Any]
CO_OCCURRING = "coOccurring"
"""The attribute of a concept that occurs beside the one that is mapped."""
_SNOMED, _SNOMED_IRI, _UCUM = "http://snomed.info/sct", "http://snomed.info/id/", "http://unitsofmeasure.org"
_ALWAYS, _OTHERWISE = ("", "TRUE"), "OTHERWISE TRUE"
_CLAUSE = re.compile(
    r"IFA\s+(?P<code>\d{6,18})\s*\|(?P<term>[^|]*)\|(?:\s*(?P<test><=|>=|<|>|=)\s*(?P<number>\d+(?:\.\d+)?)\s+(?P<unit>\w+))?"
)
_UNITS = {"minutes": "min", "hours": "h", "days": "d", "weeks": "wk", "months": "mo", "years": "a"}
"""The units of rules in UCUM."""
_DAYS = {
    "min": Decimal(1) / 1440,
    "h": Decimal(1) / 24,
    "d": Decimal(1),
    "wk": Decimal(7),
    "mo": Decimal("30.4375"),
    "a": Decimal("365.25"),
}
"""The length of the units of time by UCUM, in days."""
_TESTS: dict[str, Callable[[Decimal, Decimal], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "": eq}
_TYPES = {"valueCode": "code", "valueCoding": "Coding", "valueBoolean": "boolean", "valueQuantity": "Quantity"}


def read_rule(rule: str) -> list[Json] | None:
    """Return the clauses of a rule as `dependsOn` of R5, None for a rule that has other parts."""
    found = [_CLAUSE.fullmatch(clause.strip()) for clause in rule.split(" AND ")]
    clauses = [_clause(each) for each in found if each]
    return clauses if len(clauses) == len(found) and all(clauses) else None


def _clause(match: re.Match[str]) -> Json:
    """Return a clause; empty if its unit is not known."""
    code, test, unit = match["code"], match["test"], match["unit"]
    if test is None:
        display = match["term"].strip()
        coding = {"system": _SNOMED, "code": code} | ({"display": display} if display else {})
        return {"attribute": CO_OCCURRING, "valueCoding": coding}
    if unit not in _UNITS:
        return {}
    quantity: Json = {"value": Decimal(match["number"])} | ({} if test == "=" else {"comparator": test})
    return {"attribute": code, "valueQuantity": quantity | {"unit": unit, "system": _UCUM, "code": _UNITS[unit]}}


def attribute_uri(attribute: str) -> str:
    """Return the address of an attribute that its map does not declare; empty for a word without one."""
    if attribute == CO_OCCURRING:
        return expand("begrepp:coOccurring")
    if attribute.isdigit():
        return f"{_SNOMED_IRI}{attribute}"
    return attribute if ":" in attribute else ""


def with_attributes(resource: Json) -> Json:
    """Return a concept map that also declares the attributes that its targets use without a declaration."""
    declared = [*object_items(resource, "additionalAttribute")]
    known = {each.get("code") for each in declared}
    for item in _attributes(resource):
        code = str(item.get("attribute", ""))
        if code and code not in known:
            known.add(code)
            uri = attribute_uri(code)
            type_ = _TYPES.get(value_element(item)[0], "string")
            declared.append({"code": code} | ({"uri": uri} if uri else {}) | {"type": type_})
    return resource | ({"additionalAttribute": declared} if declared else {})


def _attributes(resource: Json) -> Iterator[Json]:
    for group in object_items(resource, "group"):
        for element in object_items(group, "element"):
            for target in object_items(element, "target"):
                for name in ("dependsOn", "product"):
                    yield from object_items(target, name)


class Conditions:
    """Values of attributes in a request.

    `given`: attribute (code or address) and its values: Coding, Quantity, text or boolean. `subsumes` tells whether a
    Coding is another one or below it, `holds` whether the value set of an address has a Coding.
    """

    def __init__(
        self,
        given: Sequence[tuple[str, Sequence[object]]] = (),
        subsumes: Callable[[Json, Json], bool] = lambda _above, _below: False,
        holds: Callable[[str, Json], bool] = lambda _address, _coding: True,
    ) -> None:
        self._given = given
        self._subsumes, self._holds = subsumes, holds

    def state(self, depends_on: Iterable[Json], uris: Mapping[object, str]) -> bool | None:
        """Return whether conditions hold, None if that is open: the request has no value for one of the attributes.

        `uris`: the addresses that a map declares for its attributes.
        """
        state: bool | None = True
        for item in depends_on:
            code = str(item.get("attribute", ""))
            names = {code, uris.get(code), attribute_uri(code)}
            values = [value for name, values in self._given if name in names for value in values]
            if not values:
                state = None
            elif not any(self._meets(item, value) for value in values):
                return False
        return state

    def applicable(self, mappings: Sequence[ConceptMapping]) -> list[ConceptMapping]:
        """Return the rows of maps that may apply: of the rows of a group the first that holds, and open ones before it.

        A row that is otherwise true applies where no row before it does. Without given values, all rows may apply.
        """
        if not self._given:
            return [*mappings]
        done: list[ConceptMapping] = []
        rows: dict[tuple[str, str, str], list[ConceptMapping]] = defaultdict(list)
        for each in mappings:
            if each.group:
                rows[each.set, each.source, each.group].append(each)
            else:
                done.append(each)
        for group in rows.values():
            is_open = False
            for each in sorted(group, key=lambda row: int(row.priority or 0)):
                state = self._rule_state(each.rule, is_open=is_open)
                if state is not False:
                    done.append(each)
                if state:
                    break
                is_open = is_open or state is None
        return done

    def _rule_state(self, rule: str, *, is_open: bool) -> bool | None:
        if rule in _ALWAYS:
            return True
        if rule == _OTHERWISE:
            return None if is_open else True
        clauses = read_rule(rule)
        return None if clauses is None else self.state(clauses, {})

    def _meets(self, item: Json, given: object) -> bool:
        name, wanted = value_element(item)
        if name == "valueSet":
            return isinstance(given, dict) and self._holds(str(wanted), given)
        if isinstance(wanted, dict) and "value" in wanted:
            return isinstance(given, dict) and _compares(given, wanted)
        if isinstance(wanted, dict):
            if not isinstance(given, dict):
                return str(given) == wanted.get("code")
            systems = {wanted.get("system"), given.get("system")} - {None}
            is_same = wanted.get("code") == given.get("code") and len(systems) < 2
            return is_same or (item.get("attribute") == CO_OCCURRING and self._subsumes(wanted, given))
        text = given.get("code") if isinstance(given, dict) else given
        return wanted is None or str(text).lower() == str(wanted).lower()


def _compares(given: Json, wanted: Json) -> bool:
    """Return whether a quantity meets the comparator of another one; both in the same unit, or in units of time."""
    try:
        number, limit = Decimal(str(given.get("value"))), Decimal(str(wanted.get("value")))
    except InvalidOperation:
        return False
    own, other = (_unit(each) for each in (given, wanted))
    if own != other:
        if own not in _DAYS or other not in _DAYS:
            return False
        number, limit = number * _DAYS[own], limit * _DAYS[other]
    test = _TESTS.get(str(wanted.get("comparator", "")))
    return test is not None and test(number, limit)


def _unit(quantity: Json) -> str:
    unit = str(quantity.get("unit", ""))
    return str(quantity.get("code") or _UNITS.get(unit, unit))
