"""Pages of concepts and other resources: names, hierarchy, mappings, and where they are measured."""
