"""Answers of the tools about datasets and variables."""

from __future__ import annotations

from pydantic import BaseModel, Field

from server.assistant.tool_answers import ConceptName, Unresolved


class MeasuringVariable(BaseModel):
    """A variable that measures a concept."""

    dataset: str = Field(description="Id of the dataset")
    dataset_title: str
    variable: str = Field(description="Id for the tool variable, as dataset/name")
    title: str
    measures: ConceptName
    path: str = Field(description="same, narrower, or the mapping by which the concept was found")


class VariablesAnswer(BaseModel):
    """Variables that measure concepts, and datasets about them."""

    total: int
    truncated: bool
    variables: list[MeasuringVariable]
    datasets_about: list[ConceptName]
    not_found: list[Unresolved]


class VariableDetail(BaseModel):
    """A variable of a dataset."""

    id: str
    iri: str
    name: str
    title: str
    description: str | None
    dataset: str | None
    datatype: str | None
    unit: str | None
    years: list[str] = Field(description="First and last year or day, empty if unknown")
    measures: list[ConceptName]
    code_lists: list[ConceptName]
    values: list[ConceptName] = Field(description="Codes of a short code list")
    same_elsewhere: list[str] = Field(description="Variables of other datasets that measure the same")
    source: str | None


class VariableAnswer(BaseModel):
    """Variables in the order of the identifiers."""

    variables: list[VariableDetail]
    not_found: list[Unresolved]


class DatasetDetail(BaseModel):
    """A dataset or register."""

    id: str
    iri: str
    title: str
    description: str | None
    publisher: str | None
    custodian: str | None
    population: str | None
    years: list[str]
    access: str | None = Field(description="How data can be requested")
    access_url: str | None
    subjects: list[ConceptName]
    variables_total: int
    variables: list[str] = Field(description="Ids of the first variables")
    truncated: bool
    licence: str | None


class DatasetAnswer(BaseModel):
    """Datasets in the order of the identifiers, or all datasets."""

    datasets: list[DatasetDetail]
    not_found: list[Unresolved]


class SuggestedConcept(BaseModel):
    """A concept that a variable may measure."""

    concept: ConceptName
    confidence: float
    reasons: list[str]


class SuggestionAnswer(BaseModel):
    """Suggestions for a variable; nothing is asserted."""

    variable: str
    suggestions: list[SuggestedConcept]
