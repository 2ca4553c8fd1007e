"""Checks of a stream of records that need several rows: repeated codes, missing references, hierarchy cycles.

Memory: one small entry for each concept, never the texts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import NamedTuple

from begrepp.build.loads.element_checks import impossible_cardinality
from begrepp.build.loads.match_checks import MatchChecks
from begrepp.build.loads.reference_hints import fold_codes, reference_hint
from begrepp.build.loads.variable_checks import NamePeriods, impossible_values, with_possible_bounds
from begrepp.errors import InputError, Origin, PersonalDataError
from begrepp.records import (
    Concept,
    Coverage,
    Edition,
    Element,
    Mapping,
    Record,
    Statement,
    ValueSet,
    Variable,
    is_iri,
)
from begrepp.sources.row_faults import Fault, RowFaults, collect_faults

_Code = tuple[str, str]
"""Scheme and notation."""
_IDENTICAL = "the row repeats an earlier one and is left out."


_contents_of_concept = attrgetter(*(each.name for each in fields(Concept) if each.name != "origin"))


class _Seen(NamedTuple):
    """Entry of a concept: its place, its references, and a hash of all its contents."""

    origin: Origin
    broader: tuple[str, ...]
    related: tuple[str, ...]
    contents: int
    hierarchy_file: str
    name: str
    """IRI or label, of a concept in a file without rows."""


def check_records(records: Iterable[Record], report: Collection[str] = ()) -> Iterator[Record]:
    """Yield the records without faulty ones, and a `Skipped` or `LoadRemark` for what was left out or changed.

    Faulty rows are collected and refused together; those of the kinds in `report` are left out and reported. A
    record that repeats an earlier one in all its contents is left out with a remark. Raises `InputError` for
    faulty rows and for a cycle. If dangling references are reported, the concepts are held back until all are known.
    """
    faults = RowFaults(set(report))
    checks = _RecordChecks(faults)
    with collect_faults(faults):
        held_back: list[Concept] = []
        for record in _row_faults_first(records, faults):
            if checks.accepts(record):
                if isinstance(record, Concept) and Fault.DANGLING in faults.report:
                    held_back.append(record)
                else:
                    yield with_possible_bounds(record) if isinstance(record, Variable) else record
            yield from faults.take_reported()
        faults.refuse()
        checks.check_references()
        faults.refuse()
        yield from (checks.without_dangling(concept) for concept in held_back)
        checks.remark_missing_members()
        checks.check_cycles()
        yield from faults.take_reported()
        yield from faults.take_remarks()


def _row_faults_first(records: Iterable[Record], faults: RowFaults) -> Iterator[Record]:
    """Yield the records. An error of the whole file may be caused by faulty rows; if there are any, raise theirs."""
    try:
        yield from records
    except PersonalDataError:
        raise
    except InputError:
        faults.refuse()
        raise


def _name_of(concept: Concept) -> str:
    """Return the IRI of a concept, or its first label."""
    return f"<{concept.iri}>" if concept.iri else "".join(f"'{label.value}'" for label in concept.pref_labels[:1])


@dataclass(slots=True)
class _RecordChecks:
    """The records seen so far."""

    faults: RowFaults
    _concepts: dict[_Code, _Seen] = field(default_factory=dict)
    _others: dict[tuple[str, ...], tuple[Origin, int]] = field(default_factory=dict)
    _partial: set[str] = field(default_factory=set)
    _notations: dict[str, str] = field(default_factory=dict)
    """Notations of the concepts with an IRI of their own."""
    _left_out: set[Origin] = field(default_factory=set)
    _dangling: set[tuple[_Code, str]] = field(default_factory=set)
    _matches: MatchChecks = field(default_factory=MatchChecks)
    _value_sets: list[ValueSet] = field(default_factory=list)
    _periods: NamePeriods = field(default_factory=NamePeriods)

    def accepts(self, record: Record) -> bool:
        """Return whether a record is to be loaded; otherwise its fault, or the remark about it, is collected."""
        match record:
            case Concept():
                return self._accepts_concept(record)
            case Variable():
                return self._accepts_variable(record)
            case Element():
                if error := impossible_cardinality(record):
                    return self._leave_out(Fault.UNUSABLE, error)
                return self._accepts_other(
                    record, ("element", record.structure, record.path), f"the element '{record.path}'"
                )
            case Edition():
                if record.coverage is Coverage.PARTIAL:
                    self._partial.add(record.scheme)
            case ValueSet():
                self._value_sets.append(record)
            case Statement() | Mapping():
                # Statements and mappings of a row are left out with the row.
                if record.origin in self._left_out:
                    return False
                if contradiction := self._matches.find_contradiction(record):
                    self.faults.remark(record.origin, contradiction)
        return True

    def _accepts_concept(self, concept: Concept) -> bool:
        key = (concept.scheme, concept.notation)
        if not concept.notation:
            error = InputError(concept.origin, "the code is empty.", "Fix the row, or download the file again.")
            return self._leave_out(Fault.UNUSABLE, error)
        contents = hash(_contents_of_concept(concept))
        name = "" if concept.origin.row else _name_of(concept)
        if earlier := self._concepts.get(key):
            if earlier.contents == contents:
                self.faults.remark(concept.origin, _IDENTICAL)
                return False
            own, other = (f" ({name})" if name else "" for name in (name, earlier.name))
            error = InputError(
                concept.origin,
                f"the code '{concept.notation}'{own} already occurs in {earlier.origin}{other}.",
                f"Remove one of the {'concepts' if name else 'rows'} in a copy, or ask the publisher which one is "
                "correct.",
            )
            return self._leave_out(Fault.REPEATED, error)
        self._concepts[key] = _Seen(
            concept.origin, concept.broader, concept.related, contents, concept.hierarchy_file, name
        )
        if concept.iri:
            self._notations[concept.iri] = concept.notation
        return True

    def _accepts_variable(self, variable: Variable) -> bool:
        key = ("variable", variable.dataset, variable.table, variable.name, variable.part)
        if not self._accepts_other(variable, key, f"the variable '{variable.name}'"):
            return False
        if error := self._periods.find_overlap(variable):
            return self._leave_out(Fault.REPEATED, error)
        for words in impossible_values(variable):
            self.faults.remark(variable.origin, words)
        return True

    def _accepts_other(self, record: Variable | Element, key: tuple[str, ...], words: str) -> bool:
        contents = hash(replace(record, origin=Origin("")))
        if earlier := self._others.get(key):
            if earlier[1] == contents:
                self.faults.remark(record.origin, _IDENTICAL)
                return False
            error = InputError(
                record.origin,
                f"{words} already occurs in {earlier[0]}.",
                "Rename or remove one of the rows in a copy, or ask the publisher which one is correct.",
            )
            return self._leave_out(Fault.REPEATED, error)
        self._others[key] = (record.origin, contents)
        return True

    def _leave_out(self, fault: Fault, error: InputError) -> bool:
        self.faults.add(fault, error)
        self._left_out.add(error.origin)
        return False

    def check_references(self) -> None:
        """Collect the references to codes that the edition lacks; a partial list may refer to what it does not list."""
        folded: dict[str, dict[str, str]] = {}
        for (scheme, notation), seen in self._concepts.items():
            if scheme in self._partial:
                continue
            for words, references in (("the parent", seen.broader), ("the related code", seen.related)):
                for reference in references:
                    if not is_iri(reference) and (scheme, reference) not in self._concepts:
                        self._dangling.add(((scheme, notation), reference))
                        if scheme not in folded:
                            folded[scheme] = fold_codes([code for of, code in self._concepts if of == scheme])
                        hint = reference_hint(reference, folded[scheme])
                        self.faults.add(
                            Fault.DANGLING,
                            InputError(
                                seen.origin,
                                f"'{notation}' has {words} '{reference}', which does not exist in the file(s).",
                                hint
                                or "A file may be missing or truncated; download all files of the edition again. For "
                                'an excerpt set [release] coverage = "partial".',
                            ),
                        )

    def remark_missing_members(self) -> None:
        """Add a remark for each value set that lists codes which a complete list of the edition lacks."""
        complete = {scheme for scheme, _ in self._concepts} - self._partial
        for value_set in self._value_sets:
            members = [member.partition(":") for member in value_set.members if not is_iri(member)]
            missing = [
                f"'{code}'"
                for scheme, _, code in members
                if scheme in complete and (scheme, code) not in self._concepts
            ]
            if missing:
                more = f" and {len(missing) - 5:,} more" if len(missing) > 5 else ""
                self.faults.remark(
                    value_set.origin,
                    f"the value set '{value_set.id}' lists codes that the code system of the file(s) lacks: "
                    f"{', '.join(missing[:5])}{more}.",
                )

    def without_dangling(self, concept: Concept) -> Concept:
        """Return a concept without its references to codes that the edition lacks."""
        key = (concept.scheme, concept.notation)
        if not self._dangling:
            return concept
        return replace(
            concept,
            broader=tuple(each for each in concept.broader if (key, each) not in self._dangling),
            related=tuple(each for each in concept.related if (key, each) not in self._dangling),
        )

    def check_cycles(self) -> None:
        """Raise `InputError` for a cycle: depth-first search without recursion."""
        finished: set[_Code] = set()
        for start in self._concepts:
            path: list[_Code] = []
            on_path: set[_Code] = set()
            stack = [(start, False)]
            while stack:
                key, leaving = stack.pop()
                if leaving:
                    on_path.discard(path.pop())
                    finished.add(key)
                    continue
                if key in finished or key not in self._concepts:
                    continue
                if key in on_path:
                    cycle = " → ".join(notation for _, notation in [*path[path.index(key) :], key])
                    seen = self._concepts[key]
                    raise InputError(
                        Origin(seen.hierarchy_file) if seen.hierarchy_file else seen.origin,
                        f"the hierarchy has a cycle: {cycle}.",
                        "Correct one of the parents in a copy, and report it to the publisher.",
                    )
                path.append(key)
                on_path.add(key)
                stack.append((key, True))
                parents = self._concepts[key].broader
                stack.extend(((key[0], self._notations.get(parent, parent)), False) for parent in parents)
