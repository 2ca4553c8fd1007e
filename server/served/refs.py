"""Links to concepts, datasets and other things, and nodes of a concept tree."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from begrepp.records import Text
from begrepp.text.swedish import sort_key

_OBJECT_BYTES = 450
"""Approximate memory of a link beside the letters of its texts."""
NODE_BYTES = 900
"""Approximate memory of a node of a concept tree with its link and without the nodes below."""


class Ref(Struct, frozen=True, kw_only=True, gc=False):
    """A link to a thing: path, label, notation, scheme, whether it is active, and whether the build describes it.

    The caches hold many, so the garbage collector does not look at them (`gc=False`): a link refers to texts only.
    """

    iri: str
    href: str
    label: Text
    notation: str = ""
    scheme: str = ""
    active: bool = True
    known: bool = True

    @property
    def size(self) -> int:
        """Approximate memory in bytes."""
        return _OBJECT_BYTES + len(self.iri) + len(self.href) + len(self.label.value) + len(self.notation)

    @property
    def code(self) -> str:
        """The notation, if it says more than the label: `C50.9`, but not `lungcancer`."""
        says_no_more = self.notation == self.label.value or is_mnemonic(self.notation, self.scheme)
        return "" if self.label.value and says_no_more else self.notation

    @property
    def sort_key(self) -> tuple[str, str, str]:
        """Sort key by notation, then by label, in Swedish order, then by IRI; a mnemonic notation is ignored."""
        return code_sort_key(self.notation), sort_key(self.label.value), self.iri


def code_sort_key(notation: str) -> str:
    """Return the sort key of a notation, in Swedish order; an empty one for a word, such as `lungcancer`."""
    is_word = notation.islower() and notation[0].isalpha()
    return "" if is_word else sort_key(notation)


def is_mnemonic(notation: str, scheme: str) -> bool:
    """Return whether a notation is only a word for its concept: `lungcancer`, `her2-ihc`."""
    return bool(scheme) and len(notation) > 3 and notation.islower()


class TreeNode(Struct, frozen=True, gc=False):
    """A concept in a tree: the number of its children, and those children that are shown. No node is below itself."""

    ref: Ref
    below: int = 0
    current: bool = False
    children: Sequence[TreeNode] = ()
    hidden: int = 0
