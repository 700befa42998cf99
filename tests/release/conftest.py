"""The tools that make a release are in no installed package: they are imported from the tree."""

import sys

from tests.tidy.tree import ROOT

sys.path.append(str(ROOT))
