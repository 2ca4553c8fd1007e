"""Where a store is, if it is not the one of the build."""

from __future__ import annotations

from dataclasses import dataclass, field

from begrepp.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a store is asked, by whom, and what its graphs are called."""

    url: str
    user: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: float = 60
    current: str = ""
    graphs: tuple[str, ...] = ()

    def open(self) -> Store:
        """The store there."""
        from begrepp.store.remote import RemoteStore  # noqa: PLC0415  # slow to load, and mostly not needed

        return RemoteStore(
            self.url,
            user=self.user,
            password=self.password,
            timeout_seconds=self.timeout_seconds,
            current=self.current,
            graphs=self.graphs,
        )
