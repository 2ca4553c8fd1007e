"""Address and credentials of a SPARQL endpoint that is used in place of the store on disk."""

from __future__ import annotations

from dataclasses import dataclass, field

from begrepp.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A SPARQL endpoint: URL, credentials, timeout in seconds, and the names of its graphs.

    `current` is the graph with the current view, `graphs` are the others.
    """

    url: str
    user: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: float = 60
    current: str = ""
    graphs: tuple[str, ...] = ()

    def open(self) -> Store:
        """Return a store that sends its queries to the endpoint."""
        from begrepp.store.remote import RemoteStore  # noqa: PLC0415  # slow to import and rarely needed

        return RemoteStore(
            self.url,
            user=self.user,
            password=self.password,
            timeout_seconds=self.timeout_seconds,
            current=self.current,
            graphs=self.graphs,
        )
