"""JSON of FHIR resources, whose decimals keep their precision: 1.50 is not 1.5.

https://hl7.org/fhir/datatypes.html#decimal
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def decode(data: bytes | str) -> Any:
    """Return a JSON document, with decimals as `Decimal`. Raises `msgspec.DecodeError`."""
    return _DECODER.decode(data)


def encode(value: object) -> bytes:
    """Return a JSON document."""
    return _ENCODER.encode(value)
