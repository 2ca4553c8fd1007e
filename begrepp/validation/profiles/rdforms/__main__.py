"""Writes the shapes to standard output: `python -m begrepp.validation.profiles.rdforms BUNDLE VERSION`."""

import sys
from pathlib import Path

from begrepp.validation.profiles.rdforms.turtle import convert_bundle

sys.stdout.write(convert_bundle(Path(sys.argv[1]), sys.argv[2]))
