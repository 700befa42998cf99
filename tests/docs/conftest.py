"""The examples are run from the repository's root, and are in no installed package."""

import sys

from tests.tidy.tree import ROOT

sys.path.append(str(ROOT))
