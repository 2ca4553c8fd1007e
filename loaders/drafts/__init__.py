"""Drafts of `source.toml` for any file: format, columns and languages, as far as they can be seen in the file."""
