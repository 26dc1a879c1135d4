"""A real browser for the tests: Chromium without a window, and small sites.

Chromium is driven by its own chromedriver, spoken to in the WebDriver
protocol. It trusts the authority it is given, and verifies certificates as
any browser does. Names other than localhost lead nowhere.
"""

import base64
import http.client
import json
import os
import re
import shutil
import ssl
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from house import free_port
from provider import program

# A name that is not the machine's own: what is served there by plain HTTP
# is not a secure context.
PLAIN_NAME = "plain"
ARGUMENTS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic",
    "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-default-apps", "--lang=en",
    "--window-size=1100,900",
    f"--host-resolver-rules=MAP {PLAIN_NAME} 127.0.0.1, "
    "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
LOGS = {"performance": "ALL", "browser": "ALL"}
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
PHONE = {"width": 360, "height": 640, "deviceScaleFactor": 2, "mobile": True}
CONTROL = "\ue009"
STARTS = 5
START_TIMEOUT = 30
ANSWER_TIMEOUT = 30


class BrowserError(AssertionError):
    """The browser did not do what it was told; the text says why."""


def trust(home, ca_file):
    """Make an authority one that programs with this HOME trust."""
    database = Path(home) / ".pki" / "nssdb"
    database.mkdir(parents=True)
    certutil = [program("certutil"), "-d", f"sql:{database}"]
    subprocess.run([*certutil, "-N", "--empty-password"], check=True)
    subprocess.run([*certutil, "-A", "-n", "authority of the tests",
                    "-t", "C,,", "-i", ca_file], check=True)


class Browser:
    """One Chromium with a fresh profile, which goes when it is closed."""

    def __init__(self, home, ca_file):
        self._home = Path(home)
        self._home.mkdir()
        trust(self._home, ca_file)
        self._session = ""
        self._driver, self._port = self._start_driver()
        wanted = {
            "browserName": "chrome", "goog:loggingPrefs": LOGS,
            "goog:chromeOptions": {
                "binary": program("chromium"),
                "args": [*ARGUMENTS,
                         f"--user-data-dir={self._home / 'profile'}"]},
        }
        self._session = self._call("POST", "/session", {
            "capabilities": {"alwaysMatch": wanted}})["sessionId"]

    def _start_driver(self):
        """Start chromedriver; returns the process and its port.

        It wants one port number on IPv4 and on IPv6, and gives up where
        its own choice is taken on one of them.
        """
        told = []
        for _ in range(STARTS):
            process = subprocess.Popen(
                [program("chromedriver"), f"--port={free_port()}"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True,
                env={"PATH": os.environ["PATH"], "HOME": str(self._home),
                     "TMPDIR": str(self._home), "LC_ALL": "C.UTF-8"})
            for line in process.stdout:
                told.append(line)
                found = re.search(r"started successfully on port (\d+)", line)
                if found:
                    return process, int(found.group(1))
            process.wait()
        raise BrowserError("chromedriver did not start:\n" + "".join(told))

    def _call(self, method, path, body=None):
        """Make one call of the WebDriver protocol."""
        prefix = f"/session/{self._session}" if self._session else ""
        timeout = ANSWER_TIMEOUT if self._session else START_TIMEOUT
        connection = http.client.HTTPConnection(
            "127.0.0.1", self._port, timeout=timeout)
        data = json.dumps(body if body is not None else {}).encode()
        try:
            connection.request(method, prefix + path,
                               data if method == "POST" else None,
                               {"Content-Type": "application/json"})
            value = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(value, dict) and "error" in value:
            raise BrowserError(f"{value['error']}: {value['message']}")
        return value

    def open(self, address):
        """Go to a page and wait until it is loaded."""
        self._call("POST", "/url", {"url": str(address)})
        return self

    @property
    def address(self):
        """What the address bar shows."""
        return self._call("GET", "/url")

    @property
    def title(self):
        """The title of the page."""
        return self._call("GET", "/title")

    def run(self, script, *arguments):
        """Run JavaScript in the page; returns what it returns."""
        return self._call("POST", "/execute/sync", {
            "script": script, "args": list(arguments)})

    def run_async(self, script, *arguments):
        """The same for a script that calls its last argument at the end."""
        return self._call("POST", "/execute/async", {
            "script": script, "args": list(arguments)})

    def devtools(self, command, **parameters):
        """Give a command of Chromium's developer tools."""
        return self._call("POST", "/goog/cdp/execute", {
            "cmd": command, "params": parameters})

    def log(self, kind):
        """Return what was logged since last asked: performance, browser."""
        return self._call("POST", "/se/log", {"type": kind})

    def requests(self):
        """Return the addresses that pages have asked for since then."""
        messages = [json.loads(entry["message"])["message"]
                    for entry in self.log("performance")]
        return [m["params"]["request"]["url"] for m in messages
                if m["method"] == "Network.requestWillBeSent"]

    def find(self, selector):
        """Return the first element for a CSS selector."""
        return self._call("POST", "/element", {
            "using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        """Click on an element as a person does, where it can be seen."""
        self._call("POST", f"/element/{self.find(selector)}/click")

    def type(self, selector, keys):
        """Put the cursor into a field and press keys."""
        self._call("POST", f"/element/{self.find(selector)}/value",
                   {"text": keys})

    def press(self, key):
        """Press one key, wherever the cursor is."""
        keys = [{"type": kind, "value": key}
                for kind in ("keyDown", "keyUp")]
        self._call("POST", "/actions", {"actions": [
            {"type": "key", "id": "keyboard", "actions": keys}]})

    def value(self, selector):
        """Return what stands in a field."""
        return self._call(
            "GET", f"/element/{self.find(selector)}/property/value")

    def seen(self, selector="body"):
        """Return the text of an element as it can be seen."""
        return self._call("GET", f"/element/{self.find(selector)}/text")

    def wait_seen(self, text, timeout=10):
        """Wait until the page shows a text."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                seen = self.seen()
            except BrowserError as error:  # between two pages
                seen = str(error)
            if text in seen:
                return
            if time.monotonic() > deadline:
                raise BrowserError(f"{text!r} does not show at "
                                   f"{self.address}:\n{seen}")
            time.sleep(0.02)

    def back(self):
        """Press the browser's back button."""
        self._call("POST", "/back")

    def clipboard(self, site):
        """Return what is in the clipboard: pasted on a site, and back."""
        here = self._call("GET", "/window")
        there = self._call("POST", "/window/new", {"type": "tab"})
        self._call("POST", "/window", there)
        try:
            self.open(site.address("/paste"))
            self.type("textarea", CONTROL + "v")
            return self.value("textarea")
        finally:
            self._call("DELETE", "/window")
            self._call("POST", "/window", {"handle": here})

    def sign_in(self, address, person, answer="allow"):
        """Walk the test provider's pages as a person it does not know.

        answer: allow or deny, the button of its last page.
        """
        self.forget()
        self.open(address)
        self.type("#login input", person)
        self.click("#login button")
        self.wait_seen("Decline")
        self.click(f"#consent button[value={answer}]")

    def forget(self):
        """Forget who has signed in where."""
        self.devtools("Network.clearBrowserCookies")

    def picture(self, file):
        """Save a picture of the whole page."""
        shot = self.devtools("Page.captureScreenshot",
                             captureBeyondViewport=True)
        Path(file).write_bytes(base64.b64decode(shot["data"]))

    def look_like(self, screen=None, scheme="light"):
        """Become a screen (PHONE), or a window again; dark or light."""
        if screen:
            self.devtools("Emulation.setDeviceMetricsOverride", **screen)
        else:
            self.devtools("Emulation.clearDeviceMetricsOverride")
        self.devtools("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}])

    def close(self):
        """End the browser and its driver."""
        try:
            self._call("DELETE", "")
        finally:
            self._driver.terminate()
            self._driver.wait(10)
            self._driver.stdout.close()
            shutil.rmtree(self._home)


PASTE_PAGE = b"<!DOCTYPE html><title>paste</title><textarea></textarea>"


class QuietServer(ThreadingHTTPServer):
    """A server that does not tell of clients that went away."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        """A browser may close a connection, or refuse a certificate."""


class Site:
    """A small web server: fixed pages, and what was asked for."""

    def __init__(self, pages, certificates=None):
        """pages: bytes by path; certificates: a folder, else plain HTTP."""
        self.asked = []
        pages = {"/paste": PASTE_PAGE, **pages}
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            """Answer with a page, or say that there is none."""

            def answer(self):
                """Write down what was asked, whole; send the page."""
                asked.append(f"{self.command} {self.path}")
                body = pages.get(self.path.split("?")[0])
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(body or b"")

            do_GET = do_POST = do_PUT = do_OPTIONS = answer

            def log_message(self, format, *args):
                """Keep quiet."""

        self._server = QuietServer(("127.0.0.1", 0), Handler)
        self._origin = f"http://{PLAIN_NAME}:{self._server.server_port}"
        if certificates:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(Path(certificates) / "server.pem",
                                    Path(certificates) / "server.key")
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True,
                do_handshake_on_connect=False)
            self._origin = f"https://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever,
                         daemon=True).start()

    def address(self, path):
        """Return the address of a page."""
        return self._origin + path

    def close(self):
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
