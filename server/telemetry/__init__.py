"""Telemetry for operators: Prometheus metrics, an access log and a query log, without personal data.

In: outcome and duration of requests and queries. Out: metrics in text format, and lines of JSON on standard error.
"""
