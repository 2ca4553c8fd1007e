"""Parameters and faults of all FHIR operations: values, languages, rules for versions, and issues with their texts.

In: parameters as JSON. Out: their values, and the exceptions that become an OperationOutcome.
"""
