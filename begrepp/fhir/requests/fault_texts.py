"""Texts of the issues, by message id. Their English wording is part of HL7's terminology tests."""

from __future__ import annotations

_NOT_FOUND = "A definition for CodeSystem '{0}' could not be found, so the {what} cannot be {done}"
_NO_VERSION = "A definition for CodeSystem '{0}' version '{1}' could not be found, so the {what} cannot be {done}"
_REVIEW = "and its use should be reviewed"
_INFER = "The System URI could not be determined for the code '{0}' in the ValueSet '{1}'"
_CODE = {"what": "code", "done": "validated"}
_SET = {"what": "value set", "done": "expanded"}


def _filled(template: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        template = template.replace("{" + name + "}", word)
    return template


FAULT_TEXTS = {
    "ABSTRACT_CODE_NOT_ALLOWED": "Code '{0}#{1}' is abstract, and not allowed in this context",
    "CODESYSTEM_CS_NO_SUPPLEMENT": "CodeSystem {0} is a supplement, so can't be used as a value in Coding.system",
    "CODE_CASE_DIFFERENCE": (
        "The code '{0}' differs from the correct code '{1}' by case. Although the code system '{2}' is case "
        "insensitive, implementers are strongly encouraged to use the correct case anyway"
    ),
    "CONCEPT_DEPRECATED_IN_VALUESET": (
        "The presence of the concept '{1}' in the system '{0}' in the value set {3} is marked with a status of {2} "
        f"{_REVIEW}"
    ),
    "Coding_has_no_system__cannot_validate": (
        "Coding has no system. A code with no system has no defined meaning, and it cannot be validated. "
        "A system should be provided"
    ),
    "DEPRECATED_CONCEPT_FOUND": f"The concept '{{0}}' is deprecated {_REVIEW}",
    "Display_Name_for__should_be_one_of__instead_of": (
        "Wrong Display Name '{0}' for {1}#{2}. Valid display is {3} (for the language(s) '{4}')"
    ),
    "Display_Name_for__should_be_one_of__instead_of#many": (
        "Wrong Display Name '{0}' for {1}#{2}. Valid display is one of {5} choices: {3} (for the language(s) '{4}')"
    ),
    "Display_Name_WS_for__should_be_one_of__instead_of": (
        "Wrong whitespace in Display Name '{0}' for {1}#{2}. Valid display is {3} (for the language(s) '{4}')"
    ),
    "Display_Name_WS_for__should_be_one_of__instead_of#many": (
        "Wrong whitespace in Display Name '{0}' for {1}#{2}. Valid display is one of {5} choices: {3} "
        "(for the language(s) '{4}')"
    ),
    "FILTER_NOT_UNDERSTOOD": (
        'The filter "{0} {1} {2}" from the value set {3} was not understood in the context of {4}'
    ),
    "FILTER_PATTERN_INVALID": "The regex '{0}' of a filter cannot be used: {1}",
    "INACTIVE_CONCEPT_FOUND": f"The concept '{{0}}' has a status of {{1}} {_REVIEW}",
    "INACTIVE_DISPLAY_FOUND": (
        "'{0}' is no longer considered a correct display for code '{1}' (status = {2}). "
        "The correct display is one of {3}."
    ),
    "INVALID_ECL": "The expression '{0}' of the value set {2} cannot be used: {1}",
    "INVALID_DISPLAY_NAME": "Invalid displayLanguage: '{0}'",
    "MSG_DEPRECATED": "Reference to deprecated {0} {1}",
    "MSG_DRAFT": "Reference to draft {0} {1}",
    "MSG_EXPERIMENTAL": "Reference to experimental {0} {1}",
    "MSG_RETIRED": "Reference to retired {0} {1}",
    "MSG_WITHDRAWN": "Reference to withdrawn {0} {1}",
    "NO_VALID_DISPLAY_AT_ALL": "Wrong Display Name '{0}' for {1}#{2}. The code has no display",
    "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_ERR": (
        "Wrong Display Name '{0}' for {1}#{2}. There are no valid display names found for language(s) '{3}'. "
        "Default display is '{4}'"
    ),
    "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_OK": (
        "There are no valid display names found for the code {1}#{2} for language(s) '{3}'. The display is '{0}' "
        "which is a valid display for the default language"
    ),
    "None_of_the_provided_codes_are_in_the_value_set_one": (
        "The provided code {1} was not found in the value set '{0}'"
    ),
    "STATUS_CODE_WARNING_CODE": "The concept '{0}' is valid but is not active",
    "SYSTEM_VERSION_MULTIPLE_DEFAULT": "The system '{0}' has two default versions: '{1}' and '{2}'",
    "SYSTEM_VERSION_MULTIPLE_OVERRIDE": "The system '{0}' has two forced versions: '{1}' and '{2}'",
    "TX_GENERAL_CC_ERROR_MESSAGE": "No valid coding was found for the value set '{0}'",
    "Terminology_TX_System_Relative": "Coding.system must be an absolute reference, not a local reference",
    "Terminology_TX_System_ValueSet2": "The Coding references a value set, not a code system ('{0}')",
    "UNABLE_TO_HANDLE_SYSTEM_FILTER_WITH_NO_VALUE": (
        "The system {0} filter with property = {1}, op = {2} has no value"
    ),
    "UNABLE_TO_INFER_CODESYSTEM": _INFER,
    "UNKNOWN_CODESYSTEM": _filled(_NOT_FOUND, _CODE),
    "UNKNOWN_CODESYSTEM_EXP": _filled(_NOT_FOUND, _SET),
    "UNKNOWN_CODESYSTEM_VERSION": _filled(_NO_VERSION, _CODE) + ". Valid versions: {2}",
    "UNKNOWN_CODESYSTEM_VERSION_EXP": _filled(_NO_VERSION, _SET) + ". Valid versions: {2}",
    "UNKNOWN_CODESYSTEM_VERSION_NONE": (_filled(_NO_VERSION, _CODE) + ". No versions of this code system are known"),
    "UNKNOWN_CODESYSTEM_VERSION_EXP_NONE": (_filled(_NO_VERSION, _SET) + ". No versions of this code system are known"),
    "UNKNOWN_CODE_IN_FRAGMENT": (
        "Unknown Code '{0}' in the CodeSystem '{1}' version '{2}' - note that the code system is labeled as a "
        "fragment, so the code may be valid in some other fragment"
    ),
    "Unable_to_resolve_system__value_set_has_multiple_matches": (
        f"{_INFER}: value set expansion has multiple matches: [{{2}}]"
    ),
    "Unable_to_resolve_value_Set_": "A definition for the value Set '{0}' could not be found",
    "Unknown_Code_in": "Unknown code '{0}' in the CodeSystem '{1}'",
    "Unknown_Code_in_Version": "Unknown code '{0}' in the CodeSystem '{1}' version '{2}'",
    "VALUESET_CIRCULAR_REFERENCE": "Cyclic reference detected when processing {0} via [{1}]",
    "VALUESET_SUPPLEMENT_MISSING": "Required supplement not found: {0}",
    "VALUESET_TOO_COSTLY": "The value set '{0}' expansion has too many codes to display ({1})",
    "VALUESET_VALUE_MISMATCH": (
        "The code system '{0}' version '{1}' in the ValueSet include is different to the one in the value ('{2}')"
    ),
    "VALUESET_VALUE_MISMATCH_CHANGED": (
        "The code system '{0}' version '{1}' resulting from the version '{2}' in the ValueSet include is different "
        "to the one in the value ('{3}')"
    ),
    "VALUESET_VALUE_MISMATCH_DEFAULT": (
        "The code system '{0}' version '{1}' for the versionless include in the ValueSet include is different to "
        "the one in the value ('{2}')"
    ),
    "VALUESET_VERSION_CHECK": (
        "The version '{1}' is not allowed for system '{0}': required to be '{2}' by a version-check parameter"
    ),
    "VS_EXP_IMPORT_UNK": "Unable to import the value set '{0}': it could not be found",
    "VS_EXP_IMPORT_UNK_PINNED": "Unable to import the value set '{0}' version '{1}': it could not be found",
}


_MAX_VALUE = 1000
"""Characters of a value in a text; a longer one, such as a hostile expression, is cut."""


def fault_text(message_id: str, *values: object) -> str:
    """Return the text of a message id in English, with the values filled in."""
    words = map(str, values)
    return FAULT_TEXTS[message_id].format(
        *(each if len(each) <= _MAX_VALUE else f"{each[:_MAX_VALUE]}…" for each in words)
    )
