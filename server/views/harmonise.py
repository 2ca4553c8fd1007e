"""`/harmonise`: all variables of datasets side by side, with aligned codes, as a page or a file."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, make_response, request
from msgspec import Struct

from begrepp.errors import BegreppError, NotFound, UsageError
from begrepp.exports.spreadsheet import DataTable
from begrepp.queries.parameters import QueryContext
from begrepp.variables.harmonisation.crosswalk import FORMATS, MEDIA_TYPES, SUFFIXES, Crosswalk
from begrepp.variables.harmonisation.dataset_comparison import DatasetComparison, comparison_csv
from begrepp.variables.harmonisation.dataset_crosswalk import compare_all, comparison_labels, harmonise_datasets
from server.http.negotiation import CSV, EXCEL_CSV, HTML, PARQUET, XLSX, Format, choose_format
from server.http.work_limit import COMPARISONS
from server.pages.datasets.harmonise import harmonise_page
from server.pages.table_responses import table_response
from server.pages.tables import table_from_csv
from server.pages.templating import render, translator
from server.served.build import ServedBuild
from server.state import served_build

blueprint = Blueprint("harmonise", __name__)
_FILES = (EXCEL_CSV, XLSX, PARQUET)
_OFFERS = (HTML, *(Format(name, MEDIA_TYPES[name]) for name in FORMATS), *_FILES)


class _Wanted(Struct, frozen=True, kw_only=True):
    """The arguments: datasets by id (two, or more to be compared only), or a concept; a pair of variables."""

    datasets: tuple[str, ...]
    concept: str
    pair: str

    @property
    def name(self) -> str:
        """The name of the file."""
        parts = (self.concept,) if self.concept else self.datasets
        parts = (*parts, self.pair.replace("=", "-"))
        return "-".join(part.rpartition("/")[2].rpartition(":")[2] for part in parts if part)


@blueprint.get("/harmonise")
def harmonise() -> Response:
    """Datasets (`a`, `b`, `more`) or one concept (`concept`), `pair` for one pair of variables, `format` for a file."""
    a, b, concept, pair = (request.args.get(name, "").strip() for name in ("a", "b", "concept", "pair"))
    more = [each.strip() for each in request.args.getlist("more")[:50]]
    datasets = tuple(dict.fromkeys(name for name in (a, b, *more) if name))
    wanted = _Wanted(datasets=datasets, concept=concept, pair=pair)
    format_ = choose_format(request, _OFFERS)
    found = served_build()
    comparison, walk, error = None, None, None
    if concept or len(datasets) > 1 or (a and a == b):
        try:
            with COMPARISONS.slot():
                comparison = _compare(found, wanted)
                walk = _translate(found, wanted, comparison) if concept or len(datasets) == 2 else None
        except BegreppError as problem:
            # Concept pages link here, and two datasets may have nothing in common: a result (200), not an error.
            is_result = isinstance(problem, NotFound) and not pair
            if format_ != HTML and not (is_result and comparison and format_ in (CSV, *_FILES)):
                raise
            error = problem
    if format_ == HTML or comparison is None:
        page = harmonise_page(found, walk, None if pair else comparison, translator())
        html = render("harmonise.html", page=page, a=a, b=b, more=more, concept=concept, pair=pair, error=error)
        is_fault = error is not None and (not isinstance(error, NotFound) or bool(pair))
        return make_response(html, error.status if error and is_fault else 200)
    return _file(found, wanted, comparison, walk, format_)


def _compare(found: ServedBuild, wanted: _Wanted) -> DatasetComparison:
    names = () if wanted.concept else wanted.datasets if len(wanted.datasets) > 1 else wanted.datasets * 2
    key = " ".join((wanted.concept, *names))
    comparison: DatasetComparison | None = found.comparisons_cache.get(key)
    if comparison is None:
        known = QueryContext(found.store, found.index, found.iris)
        comparison = compare_all(names, wanted.concept, known, found.manifest)
        found.comparisons_cache.put(key, comparison)
    return comparison


def _translate(found: ServedBuild, wanted: _Wanted, comparison: DatasetComparison) -> Crosswalk:
    first, second = (wanted.concept, "") if wanted.concept else wanted.datasets
    key, language = " ".join((first, second, "pair", wanted.pair)), translator().language
    walk: Crosswalk | None = found.comparisons_cache.get(key, language)
    if walk is None:
        known = QueryContext(found.store, found.index, found.iris)
        walk = harmonise_datasets(
            first, second, known, found.manifest, pair=wanted.pair, language=language, comparison=comparison
        )
        found.comparisons_cache.put(key, walk, language)
    return walk


def _file(
    found: ServedBuild,
    wanted: _Wanted,
    comparison: DatasetComparison,
    walk: Crosswalk | None,
    format_: Format,
) -> Response:
    """Return the crosswalk, or the comparison of more than two datasets; a workbook has both."""
    if format_ in _FILES:
        codes = table_from_csv(found, "codes", translator()("nav.harmonise"), walk.write(CSV.suffix)) if walk else None
        if codes and (wanted.pair or format_ != XLSX):
            return table_response(replace(codes, name=wanted.name), format_)
        table = _comparison_table(found, wanted.name, comparison)
        return table_response(replace(table, more=(codes,) if codes else ()), format_)
    if walk is None:
        if format_ != CSV:
            raise UsageError(
                f"The codes of {len(comparison.datasets)} datasets are not translated at once.",
                "Choose two of them, or format=csv, excel.csv, xlsx or parquet.",
            )
        return table_response(_comparison_table(found, wanted.name, comparison), CSV)
    response = Response(walk.write(format_.suffix), content_type=f"{format_.media_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="{wanted.name}.{SUFFIXES[format_.suffix]}"'
    return response


def _comparison_table(found: ServedBuild, name: str, comparison: DatasetComparison) -> DataTable:
    translate = translator()
    ids = [iri.rpartition("/")[2] for iri in comparison.datasets]
    names = comparison_labels(comparison, found.store, translate.language)
    return table_from_csv(found, name, translate("nav.harmonise"), comparison_csv(comparison, ids, names))
