"""The callback page opened in Chromium; one for all tests."""

import pytest
from browser import Browser, Site
from callback import FILE, FRAME, PATH
from house import HOME


@pytest.fixture(scope="session")
def browser(house):
    """Chromium, which trusts the house's authority."""
    made = Browser(HOME / "browser", HOME / "ca" / "ca.pem")
    yield made
    made.close()


@pytest.fixture(scope="session")
def site(house):
    """The page on a web server."""
    frame = f"<!DOCTYPE html><iframe src='{PATH}?code=abc'></iframe>"
    made = Site({PATH: FILE.read_bytes(), FRAME: frame.encode()},
                HOME / "ca")
    yield made
    made.close()


@pytest.fixture(scope="session")
def plain_site(house):
    """The page where a browser hides its newer functions from it."""
    made = Site({PATH: FILE.read_bytes()})
    yield made
    made.close()


@pytest.fixture(scope="session")
def places(site, plain_site):
    """Where the page can be opened."""
    return {"https": site.address(PATH), "http": plain_site.address(PATH),
            "file": FILE.as_uri()}


LONG_CODE = 6000  # bits: 1000 characters, too long for sudo in one paste


@pytest.fixture(scope="session")
def providers(house, site):
    """Certified providers: with pushed requests, without, of long codes."""
    page = {"redirect_uri": site.address(PATH)}
    return {"pushed": house.start_provider(**page),
            "plain": house.start_provider(par="no", **page),
            "long": house.start_provider(code_bits=LONG_CODE, **page)}


@pytest.fixture
def visit(browser, site):
    """Open the page with a query."""
    def go(query="", place=None):
        suffix = f"?{query}" if query else ""
        return browser.open((place or site.address(PATH)) + suffix)

    browser.look_like()
    return go
