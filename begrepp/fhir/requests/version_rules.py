"""Parameters that choose versions: `system-version`, `check-…`, `force-…`, and the same for value sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from begrepp.fhir.requests.faults import FhirFault, FhirIssue, invalid_request, issue
from begrepp.fhir.requests.resource_versions import split_canonical, version_matches

_RULES = {
    "system-version": "default",
    "check-system-version": "check",
    "force-system-version": "force",
    "default-valueset-version": "default",
    "check-valueset-version": "check",
    "force-valueset-version": "force",
}


@dataclass(frozen=True, slots=True)
class VersionRule:
    """A rule for one address: `default` if no version is given, `force` in any case, `check` what is chosen."""

    parameter: str
    address: str
    version: str

    @property
    def mode(self) -> str:
        """The kind of rule: `default`, `check` or `force`."""
        return _RULES[self.parameter]


def read_version_rule(parameter: str, value: object) -> VersionRule | None:
    """Return the rule of a parameter, None for other parameters. Raises `FhirFault` for a value without version."""
    if parameter not in _RULES:
        return None
    address, version = split_canonical(str(value))
    if not address or not version:
        raise invalid_request(f"The parameter {parameter} needs the form address|version, not {str(value)[:200]!r}.")
    return VersionRule(parameter, address, version)


@dataclass
class VersionChoice:
    """Chooses versions by the rules; `applied` collects the rules that had an effect."""

    rules: Sequence[VersionRule] = ()
    applied: list[VersionRule] = field(default_factory=list)

    def choose(self, address: str, version: str) -> str:
        """Return the version to use for an address of which `version` is asked for (empty: any)."""
        own = [each for each in self.rules if each.address == address]
        chosen = self._only(own, "force", "SYSTEM_VERSION_MULTIPLE_OVERRIDE") or version
        if not chosen:
            chosen = self._only(own, "default", "SYSTEM_VERSION_MULTIPLE_DEFAULT")
        for each in own:
            if each.mode == "check" and not chosen:
                chosen = self._apply(each)
        return chosen

    def _only(self, rules: Sequence[VersionRule], mode: str, message_id: str) -> str:
        fitting = [each for each in rules if each.mode == mode]
        for each in fitting[1:]:
            if each.version != fitting[0].version:
                texts = (each.address, fitting[0].version, each.version)
                raise FhirFault(issue(message_id, "error", "exception", "version-error", *texts), status=400)
        return self._apply(fitting[0]) if fitting else ""

    def _apply(self, rule: VersionRule) -> str:
        if rule not in self.applied:
            self.applied.append(rule)
        return rule.version

    def broken_check(self, address: str, version: str, at: str = "") -> FhirIssue | None:
        """Return the issue of a version that a check rule does not allow."""
        for each in self.rules:
            if each.address == address and each.mode == "check" and not version_matches(each.version, version):
                texts = (address, version, each.version)
                return issue("VALUESET_VERSION_CHECK", "error", "exception", "version-error", *texts, at=at)
        return None
