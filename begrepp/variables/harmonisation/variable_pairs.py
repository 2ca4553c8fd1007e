"""Records of harmonisation: columns, code lists, and pairs of columns with code translations."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from begrepp.records import Text
from begrepp.text.years import format_years
from begrepp.variables.harmonisation.translation import TranslationPath


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCode:
    """A code of a code list."""

    iri: str
    notation: str
    labels: tuple[Text, ...]
    active: bool = True


@dataclass(slots=True, kw_only=True)
class DatasetColumn:
    """A variable of a dataset, with the properties that harmonisation uses."""

    iri: str
    dataset: str
    name: str = ""
    titles: list[Text] = field(default_factory=list)
    measures: list[str] = field(default_factory=list)
    code_lists: list[str] = field(default_factory=list)
    unit: str = ""
    datatype: str = ""
    valid_from: str = ""
    valid_to: str = ""
    event: str = ""
    is_key: bool = False

    @property
    def years(self) -> str:
        """The first and last year, `2008–`; empty if neither is stated."""
        return format_years(self.valid_from, self.valid_to)


class Relation(StrEnum):
    """Relation between the concepts that two columns measure."""

    SAME = "same"
    BROADER = "broader"
    """B measures a broader concept."""
    NARROWER = "narrower"
    MATCHED = "matched"


class Loss(StrEnum):
    """Loss of information when a code is translated."""

    NOTHING = "nothing"
    MERGED = "merged"
    """Several codes are translated to one."""
    COARSER = "coarser"
    """The target code is broader."""
    UNDECIDED = "undecided"
    """Several codes or a narrower one are possible; the data do not determine which."""
    NEAR = "near"
    """A close match, not an exact one."""
    NONE = "none"
    """No target code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeTranslation:
    """A code of A, its possible target codes in B, and the loss."""

    code: ListedCode
    targets: tuple[tuple[ListedCode, TranslationPath], ...]
    loss: Loss

    @property
    def single_target(self) -> tuple[ListedCode, TranslationPath] | None:
        """The only target code, or None if there is none or the data do not determine it."""
        if self.loss in (Loss.UNDECIDED, Loss.NONE):
            return None
        return self.targets[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariablePair:
    """Two columns that measure the same or related concepts."""

    a: DatasetColumn
    b: DatasetColumn
    relation: Relation
    through: str
    """The concept of A that relates the two."""
    codes: tuple[CodeTranslation, ...] = ()
    unreached: tuple[ListedCode, ...] = ()
    """Active codes of B that are no target of a code of A."""
    same_list: bool = False
    too_long: int = 0
    unit_factor: float | None = None
    """Factor that converts values of A to the unit of B."""

    @property
    def units_differ(self) -> bool:
        """Whether both have a unit and the units differ."""
        return bool(self.a.unit and self.b.unit and self.a.unit != self.b.unit)

    @property
    def enumerated(self) -> bool:
        """Whether both have a code list."""
        return bool(self.a.code_lists and self.b.code_lists)

    def count(self, loss: Loss) -> int:
        """Return the number of codes with a loss."""
        return sum(row.loss is loss for row in self.codes)

    @property
    def coded_differently(self) -> bool:
        """Whether only one of the two has a code list, or the datatypes differ."""
        return bool(self.a.code_lists) != bool(self.b.code_lists) or self.a.datatype != self.b.datatype
