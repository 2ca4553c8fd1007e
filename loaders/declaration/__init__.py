"""Declarations (source.toml): takes the TOML beside the files, returns schemes, columns and cell steps."""
