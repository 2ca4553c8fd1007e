"""JSON bodies of requests, parsed strictly: UTF-8, no lone surrogates, no deep nesting."""

from __future__ import annotations

import msgspec
from flask import Request

from begrepp.errors import UsageError


def read_json(request: Request) -> object:
    """Return the parsed body. Raises `UsageError` if it is not JSON (RFC 8259) in UTF-8."""
    try:
        return msgspec.json.decode(request.get_data(cache=False))
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise UsageError(f"The request body is not JSON: {error}.", "Send JSON in UTF-8.") from None
    except RecursionError:
        raise UsageError("The request body is nested too deeply.", "Send a flat JSON array.") from None
