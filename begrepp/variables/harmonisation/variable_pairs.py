"""Records of harmonisation: columns, code lists, and pairs of columns with their code translations."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from begrepp.records import Text
from begrepp.variables.harmonisation.translation import TranslationPath


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCode:
    """A code of a list."""

    iri: str
    notation: str
    labels: tuple[Text, ...]
    active: bool = True


@dataclass(slots=True, kw_only=True)
class DatasetColumn:
    """A variable of a dataset as far as harmonisation goes."""

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


class Relation(StrEnum):
    """Why two columns stand beside one another."""

    SAME = "same"
    BROADER = "broader"
    """What B measures is broader."""
    NARROWER = "narrower"
    MATCHED = "matched"


class Loss(StrEnum):
    """What a code loses on its way."""

    NOTHING = "nothing"
    MERGED = "merged"
    """Several codes become one."""
    COARSER = "coarser"
    """The other code says less."""
    UNDECIDED = "undecided"
    """Several codes, or a narrower one, and the data do not tell which."""
    NEAR = "near"
    """Close, not the same."""
    NONE = "none"
    """No code to become."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeTranslation:
    """A code of A, the codes of B that it may become, and what is lost."""

    code: ListedCode
    targets: tuple[tuple[ListedCode, TranslationPath], ...]
    loss: Loss

    @property
    def single_target(self) -> tuple[ListedCode, TranslationPath] | None:
        """The code that data may be changed to without a guess."""
        if self.loss in (Loss.UNDECIDED, Loss.NONE):
            return None
        return self.targets[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariablePair:
    """Two columns side by side."""

    a: DatasetColumn
    b: DatasetColumn
    relation: Relation
    through: str
    """The concept of A that the two meet in."""
    codes: tuple[CodeTranslation, ...] = ()
    unreached: tuple[ListedCode, ...] = ()
    """Codes of B that no code of A becomes."""
    same_list: bool = False
    too_long: int = 0
    unit_factor: float | None = None
    """By what to multiply A's values to have them in B's unit."""

    @property
    def units_differ(self) -> bool:
        """Whether both say a unit, and not the same."""
        return bool(self.a.unit and self.b.unit and self.a.unit != self.b.unit)

    @property
    def enumerated(self) -> bool:
        """Whether both have a list of codes."""
        return bool(self.a.code_lists and self.b.code_lists)

    def count(self, loss: Loss) -> int:
        """How many codes lose that."""
        return sum(row.loss is loss for row in self.codes)

    @property
    def coded_differently(self) -> bool:
        """Whether only one of the two has a list, or the kinds of value differ."""
        return bool(self.a.code_lists) != bool(self.b.code_lists) or self.a.datatype != self.b.datatype
