"""What stands on each page: one module per kind of page, a frozen dataclass and the function that fills it."""
