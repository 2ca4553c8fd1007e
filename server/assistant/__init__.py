"""MCP server: tools, resources and prompts by which a language model looks codes up instead of inventing them.

In: requests of the Model Context Protocol (https://modelcontextprotocol.io), over standard input (`begrepp mcp`) or at
`/mcp`. Out: typed answers with IRI, code, system, edition, status, label and source. Nothing writes. The SDK is
imported only when the first request comes, since that takes a second.
"""
