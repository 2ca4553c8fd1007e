"""HTTP without the graph: content negotiation, conditional requests, URLs, page cache, rate limit and translations.

In: WSGI environments and Flask requests. Out: formats, languages, cache decisions and paths.
"""
