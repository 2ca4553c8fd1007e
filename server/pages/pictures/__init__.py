"""Pictures of code systems as SVG: treemap, icicle and bars, with their numbers for tables."""
