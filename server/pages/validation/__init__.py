"""Pages of validation: profiles, reports of uploads, and the results of the build."""
