"""Declarations (`source.toml`): takes the TOML beside the files, returns schemes, datasets and column mappings."""
