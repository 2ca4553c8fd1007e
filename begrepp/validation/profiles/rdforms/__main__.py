"""`python -m begrepp.validation.profiles.rdforms BUNDLE VERSION`: the shapes, on standard output."""

import sys
from pathlib import Path

from begrepp.validation.profiles.rdforms.turtle import shapes_of

sys.stdout.write(shapes_of(Path(sys.argv[1]), sys.argv[2]))
