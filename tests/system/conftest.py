"""The tests of real programs share one house: see house_fixtures.py."""

pytest_plugins = ["house_fixtures", "later_fixtures"]
