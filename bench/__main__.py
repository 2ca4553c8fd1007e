"""`python -m bench naive DATA` or `python -m bench current-view DATA`; DATA holds `raw/` as `begrepp add` fills it."""

from __future__ import annotations

import sys
from pathlib import Path

from bench import current_view, naive, suggest

BENCHES = {"naive": naive.run, "current-view": current_view.run, "suggest": suggest.run}


def main() -> None:
    """Run the benchmark that is named."""
    if len(sys.argv) != 3 or sys.argv[1] not in BENCHES:
        sys.exit(f"usage: python -m bench {{{','.join(BENCHES)}}} DATA\n{__doc__}")
    BENCHES[sys.argv[1]](Path(sys.argv[2]))


main()
