"""The build pipeline: takes editions in `raw/` and their loaders, publishes a finished build (begrepp.artefact)."""
