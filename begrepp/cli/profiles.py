"""`begrepp profiles`: the profiles, and the rules of one."""

from __future__ import annotations

import click
from rich.table import Table

from begrepp.cli import console
from begrepp.cli.language import headings
from begrepp.cli.validate import language_option
from begrepp.settings import Settings
from begrepp.validation.profiles.profile import Profile, find_profile, list_profiles, pin_checksums
from begrepp.validation.profiles.shape_doc import describe_profile
from begrepp.validation.reports.documentation import documentation_lines
from begrepp.validation.reports.i18n import choose_text


@click.command("profiles")
@click.argument("name", default="")
@click.option("--pin", "pinning", is_flag=True, help="Write the checksums of the current files.")
@language_option
def command(name: str, pinning: bool, lang: str) -> None:
    """List the profiles, or describe the profile NAME, class by class."""
    settings = Settings()
    if not name:
        rows = Table(*headings("profile", "version", "licence, from", "what it is"), show_lines=True)
        for each in list_profiles(settings):
            rows.add_row(f"[bold]{each.name}[/]", each.version, *_origin(each), choose_text(each.summary, lang))
        console.print_table(
            rows,
            "`begrepp profiles NAME` describes a profile; `begrepp validate FILE --profile NAME` validates a file.",
        )
        return
    profile = find_profile(name, settings)
    if pinning:
        console.print_lines([f"{pin_checksums(profile)}"], None)
        return
    profile.verify_checksums()
    console.print_lines(documentation_lines(profile, describe_profile(profile), lang), None)


def _origin(profile: Profile) -> tuple[str]:
    return ("\n".join(part for part in (profile.licence, profile.publisher, profile.source) if part),)
