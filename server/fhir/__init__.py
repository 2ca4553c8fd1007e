"""FHIR terminology service under `/fhir/r5` and `/fhir/r4`: operations, reads, searches and batches.

In: query parameters, or a Parameters resource or Bundle in JSON. Out: FHIR resources in JSON; every fault is an
OperationOutcome. The operations themselves are in `begrepp.fhir`.
"""

from server.fhir.fhir_page import blueprint as page_blueprint
from server.fhir.fhir_views import MAX_FHIR_BYTES, blueprint

__all__ = ["MAX_FHIR_BYTES", "blueprint", "page_blueprint"]
