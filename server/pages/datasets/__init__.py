"""Pages of datasets and variables: tables, the matrix, harmonisation and timelines."""
