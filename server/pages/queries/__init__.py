"""Pages of example queries and query results."""
