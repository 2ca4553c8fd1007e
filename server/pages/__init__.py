"""Pages: takes the build and a resource, returns the frozen dataclass that a template renders."""
