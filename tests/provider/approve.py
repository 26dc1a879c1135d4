#!/usr/bin/python3
"""Approve a device sign-in on the pages of the test provider.

Does what a person does in a browser: opens the verification address over
HTTPS (the certificate is verified), enters the code, confirms, signs in,
allows. With --deny it declines instead: on the consent page when --login
is given, else on the page that asks to confirm the code.
"""

import argparse
import http.cookiejar
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser

MAX_PAGES = 12
PAGE_LIMIT = 256 * 1024


class ApproveError(Exception):
    """The provider did not let us finish; the text says why."""


class Landed(ApproveError):
    """The provider sent the browser somewhere else: to .address."""

    def __init__(self, address):
        super().__init__(f"redirected elsewhere: {address}")
        self.address = address


class Form:
    """One form of a page: where it goes and what it carries."""

    def __init__(self, attributes):
        self.name = attributes.get("id", "")
        self.action = attributes.get("action", "")
        self.fields = {}
        self.buttons = []


class Page(HTMLParser):
    """The forms, the outcome and the error text of one page."""

    def __init__(self, address, text):
        super().__init__()
        self.address = address
        self.forms = []
        self.outcome = "ask"
        self.message = ""
        self._in_error = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Collect forms with their fields and buttons."""
        attributes = dict(attrs)
        self._in_error = attributes.get("class") == "error"
        if tag == "main":
            self.outcome = attributes.get("data-outcome", "ask")
        elif tag == "form":
            self.forms.append(Form(attributes))
        elif tag in ("input", "button") and self.forms:
            self._add_control(tag, attributes)

    def _add_control(self, tag, attributes):
        form = self.forms[-1]
        pair = (attributes.get("name"), attributes.get("value", ""))
        if tag == "button":
            form.buttons.append(pair)
        elif pair[0]:
            form.fields[pair[0]] = pair[1]

    def handle_data(self, data):
        """Keep the text of the error paragraph."""
        if self._in_error:
            self.message += data

    def handle_endtag(self, tag):
        """An error ends with its paragraph."""
        self._in_error = False


class SameHostRedirects(urllib.request.HTTPRedirectHandler):
    """Follow redirects, but only within the provider."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        """Refuse to leave the host the person was sent to."""
        if origin(newurl) != origin(req.full_url):
            raise Landed(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def origin(address):
    """Return scheme, host and port of an address."""
    parts = urllib.parse.urlsplit(address)
    return parts.scheme, parts.hostname, parts.port


class Browser:
    """A browser without script: cookies, forms, verified HTTPS."""

    def __init__(self, ca_file, timeout):
        context = ssl.create_default_context(cafile=ca_file)
        self._timeout = timeout
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=context),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
            SameHostRedirects())

    def open(self, address, fields=None):
        """Fetch a page, with a POST where there are fields."""
        data = None
        if fields is not None:
            data = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(
            address, data, {"Accept": "text/html"})
        try:
            answer = self._opener.open(request, timeout=self._timeout)
        except urllib.error.HTTPError as error:
            answer = error
        except OSError as error:
            raise ApproveError(f"{address}: {error}") from error
        with answer:
            text = answer.read(PAGE_LIMIT).decode()
            return Page(answer.url, text)

    def submit(self, page, form, extra):
        """Send a form with the person's own entries added."""
        target = urllib.parse.urljoin(page.address, form.action)
        if origin(target) != origin(page.address):
            raise ApproveError(f"the form leads elsewhere: {target}")
        return self.open(target, {**form.fields, **extra})


def entries_for(form, login, user_code, deny):
    """Return what the person enters or presses in a form."""
    if form.name == "op.deviceInputForm":
        if user_code is None:
            raise ApproveError("the page asks for a code and none was given")
        return {"user_code": user_code}
    if form.name == "op.deviceConfirmForm":
        return {"abort": "yes"} if deny and login is None else {}
    if form.name == "login":
        return {"login": login}
    if form.name == "consent":
        return {"answer": "deny" if deny else "allow"}
    if form.fields and not form.buttons[1:]:
        return {}
    raise ApproveError(f"unexpected form {form.name!r} at {form.action}")


def approve(address, ca_file, login, user_code=None, deny=False, timeout=10):
    """Walk the provider's pages to their end.

    Returns "approved" or, with deny, "declined"; anything else raises
    ApproveError.
    """
    if not address.startswith("https://"):
        raise ApproveError(f"not an https address: {address}")
    browser = Browser(ca_file, timeout)
    page = browser.open(address)
    wanted = "declined" if deny else "approved"
    for _ in range(MAX_PAGES):
        if page.outcome == wanted:
            return wanted
        if page.outcome != "ask" or not page.forms:
            raise ApproveError(page.message or f"no form: {page.address}")
        form = page.forms[0]
        entries = entries_for(form, login, user_code, deny)
        page = browser.submit(page, form, entries)
    raise ApproveError(f"still asked after {MAX_PAGES} pages")


def authorize(address, ca_file, login, deny=False):
    """Walk the pages of an authorization request; return where it lands."""
    try:
        approve(address, ca_file, login, deny=deny)
    except Landed as landed:
        return landed.address
    raise ApproveError("did not land anywhere")


def ask_code(options):
    """Return the code to enter; asked for where nothing names it."""
    query = urllib.parse.urlsplit(options.url).query
    if options.user_code or "user_code" in urllib.parse.parse_qs(query):
        return options.user_code
    return input("Code shown on your terminal: ").strip()


def parse_arguments(arguments):
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description="Approve a device sign-in at the test provider.")
    parser.add_argument("--ca", required=True, metavar="FILE",
                        help="certificate authority of the provider")
    parser.add_argument("--login", metavar="NAME", help="who signs in")
    parser.add_argument("--user-code", metavar="CODE",
                        help="the code shown, where the URL has none")
    parser.add_argument("--deny", action="store_true", help="decline")
    parser.add_argument("url", help="verification_uri or its complete form")
    options = parser.parse_args(arguments)
    if not options.deny and options.login is None:
        parser.error("--login is needed to approve")
    return options


def main(arguments=None):
    """Run the command; 0 when the pages ended as asked, else 1."""
    options = parse_arguments(arguments)
    try:
        print(approve(options.url, options.ca, options.login,
                      ask_code(options), options.deny))
    except (ApproveError, OSError, EOFError) as error:
        print(f"approve.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
