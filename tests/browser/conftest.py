"""The page is tested in the house of the system tests, where ssh is real."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "system"))

pytest_plugins = ["house_fixtures", "callback_fixtures"]
