"""The commands on variables and their values: `begrepp harmonise` and `begrepp check-values`."""

from __future__ import annotations

import sys

import click

from begrepp.checking import FORMATS as CHECKED
from begrepp.checking import check
from begrepp.crosswalk import FORMATS as CROSSWALKS
from begrepp.harmonising import harmonise as write_harmonisation
from begrepp.settings import Settings


@click.command()
@click.argument("first")
@click.argument("second", default="")
@click.option("--pair", default="", help="Only this pair of variables: NAME=NAME.")
@click.option("--format", "output", type=click.Choice(["table", *CROSSWALKS]), default="table")
def harmonise(first: str, second: str, pair: str, output: str) -> None:
    """Compare the variables of two datasets, or those that measure one concept, and align their codes."""
    write_harmonisation(first, second, pair, output, Settings())


@click.command("check-values")
@click.argument("code_list", metavar="SCHEME[@EDITION]")
@click.argument("file", metavar="FILE[:COLUMN]")
@click.option("--format", "output", type=click.Choice(["table", *CHECKED]), default="table")
def check_values(code_list: str, file: str, output: str) -> None:
    """Check the distinct values of FILE (or of one column) against a list: valid, retired, unknown, other spelling.

    The list is a scheme, one of its editions (icd-10-se@2021), or that of a variable (nkbc/a_tnm_tklass).
    """
    sys.exit(0 if check(code_list, file, output, Settings()) else 1)
