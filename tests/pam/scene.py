"""Sign-ins through the real module, each in a world of its own, side by side.

A Scene says what a world is like and what has to come of it; a Play is one
performance: its own settings, allowlist, stack and provider. Plays are told
apart in the system log by the remote host, which is the name of the scene.
"""

import contextlib
import errno
import itertools
import re
import subprocess
import threading
import time
from dataclasses import dataclass, field

import documents
import helper_house
from house import HOME, write_file
from module import children, is_child, wait_until
from scripted import Reply, Server

SUCCESS, PERM_DENIED, AUTH_ERR, AUTHINFO_UNAVAIL, ABORT = 0, 6, 7, 9, 26
# Alone in a stack PAM_IGNORE becomes this one; all others stay what they are.
IGNORED = PERM_DENIED
CONTROL = "[success=done ignore=ignore default=die]"

SUPPORT = "Help: extension 4357"
ALICE = {"sub": "sub-of-alice", "email": "alice@example.com",
         "email_verified": True}
ALLOWED = "alice email:alice@example.com\n"
OPEN = {"unavailable": "authinfo_unavail", "non_interactive": "ignore"}

WORLDS = HOME / "scenes"
LONGEST = 60


@dataclass
class Scene:
    """One sign-in, what is wrong with it, and what has to come of it.

    Texts may hold {dir} (its directory), {url} and {port} (its provider).
    """

    name: str
    reason: str
    # The provider: answers by path, and changes to what it usually says.
    answers: dict = field(default_factory=dict)
    metadata: dict = field(default_factory=dict)
    device: dict = field(default_factory=dict)
    person: object = field(default_factory=lambda: ALICE)
    identity: str = "localhost"         # of its certificate
    take: object = None                 # of Server
    # This host; None leaves a setting out.
    settings: dict = field(default_factory=dict)
    provider: dict = field(default_factory=dict)
    allowlist: str = ALLOWED
    arrange: object = None              # changes the files: arrange(play)
    # Who asks.
    user: str = "alice"
    service: str = "test"
    options: tuple = ()                 # of the driver
    arguments: tuple = ()               # of the module
    prefix: tuple = ()                  # in front of the driver
    typed: str = "\n"                   # None: nothing yet
    meanwhile: object = None            # does something: meanwhile(play)
    # What has to come of it.
    code: object = AUTH_ERR             # None: the host has died
    result: str = "denied"
    told: str = "support"               # or "id", "nothing"
    has_uid: bool = True                # the module has asked for it
    has_flow: bool = True               # the helper has decided
    flow: str = "device"                # which it then was
    has_iss: bool = True                # and knew the settings
    # How many came but those for keys; None: any number.
    requests: object = None
    seconds: tuple = (0, 5)             # its duration
    detail: str = ""                    # a pattern that has to be found
    check: object = None                # looks at the rest: check(play)
    # And where root has asked for the codes that let a stack go on.
    open_code: int = None


PORTS = itertools.count(21000)


def start_server(*args, **options):
    """Start a provider that nobody has been before: it is cached by name."""
    for port in PORTS:
        try:
            return Server(*args, port=port, **options)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    return None


def connections(count):
    """Return a check: one for each host name, however much was asked."""
    def check(play):
        assert play.server.connections == count

    return check


class Play:
    """One performance of a scene."""

    def __init__(self, scene, authority, ca_file):
        self.scene = scene
        self.dir = WORLDS / scene.name
        self.dir.mkdir(parents=True)
        self.server = start_server(
            authority.make(scene.identity), take=scene.take)
        self._ca_file = ca_file
        self.options = list(scene.options)
        self.pass_fds = ()
        self._teach()
        self._write()
        self.process = None
        self.output = ""

    def fill(self, text):
        """Put into a text what is only known now."""
        for name, value in (("dir", self.dir), ("url", self.server.url),
                            ("port", self.server.port)):
            text = text.replace(f"{{{name}}}", str(value))
        return text

    def _filled(self, values):
        return {name: self.fill(value) if isinstance(value, str) else value
                for name, value in values.items()}

    def _teach(self):
        """Tell the provider what to answer."""
        scene, server = self.scene, self.server
        usual = {
            documents.WELL_KNOWN: [Reply(json={
                **documents.metadata(server),
                **self._filled(scene.metadata)})],
            "/device": [Reply(json={
                **documents.device(server), "interval": 1,
                **self._filled(scene.device)})],
            # GitHub and its like sign nothing.
            "/token": [self._token],
            "/jwks": [Reply(json=helper_house.SIGNER.jwks())],
            "/me": [Reply(json=scene.person)],
        }
        for path, answers in {**usual, **scene.answers}.items():
            server.on(path, *answers)

    def _token(self, request):
        """Answer with the ID token of who has approved."""
        return helper_house.token(
            sub=self._sub(), nonce=self._nonce(), iss=self.server.url,
            without="preset" in self.scene.provider)(request)

    def _nonce(self):
        """Return the nonce of a code's request: shown, or pushed."""
        shown = (self.dir / "shown").read_text(errors="surrogateescape")
        pushed = [r.body.decode() for r in self.server.requests
                  if r.path in ("/par", "/by-hand")]
        found = re.search(r"\bnonce=([\w-]+)", " ".join([*pushed, shown]))
        return found and found.group(1)

    def _sub(self):
        """Return whom the ID token is about: who has approved."""
        person = self.scene.person
        sub = person.get("sub") if isinstance(person, dict) else None
        is_right = isinstance(sub, str) and 0 < len(sub) < 256
        return sub if is_right and sub.isprintable() else ALICE["sub"]

    def _write(self):
        """Write the files of this world."""
        scene = self.scene
        self.write("allowlist", self.fill(scene.allowlist), 0o600)
        self.write("secret", "very-secret\n", 0o600)
        self.write("settings", "\n".join([
            "[pam_oauth2]", *self._lines({
                "allowlist": "{dir}/allowlist", "support": SUPPORT,
                **scene.settings}),
            "[provider scene]", *self._lines({
                "issuer": "{url}", "client_id": "CLIENT_ID",
                "ca_file": str(self._ca_file), **scene.provider}), ""]))
        (self.dir / "stacks").mkdir()
        self.write("stacks/other", "auth required pam_deny.so\n")
        self.write(f"stacks/{scene.service}", " ".join([
            "auth", CONTROL, "pam_oauth2.so", f"config={self.dir}/settings",
            *scene.arguments]) + "\n")
        if scene.arrange is not None:
            scene.arrange(self)

    def _lines(self, values):
        return [f"{name} = {self.fill(str(value))}"
                for name, value in values.items() if value is not None]

    def write(self, name, text, mode=0o644):
        """Replace a file of this world."""
        write_file(self.dir / name, text, mode)

    def run(self, driver):
        """Play it to its end."""
        scene = self.scene
        argv = [*map(self.fill, scene.prefix), str(driver),
                "-r", scene.name, *map(self.fill, self.options),
                str(self.dir / "stacks"), scene.service, scene.user,
                "authenticate"]
        shown = self.dir / "shown"
        with shown.open("wb") as out, (self.dir / "errors").open("wb") as err:
            self.process = subprocess.Popen(
                argv, bufsize=0, stdin=subprocess.PIPE, stdout=out,
                stderr=err, env={}, pass_fds=self.pass_fds)
        try:
            self._attend()
        finally:
            self.process.kill()
            self.process.wait()
            self.server.close()
            self.output = shown.read_text(errors="surrogateescape")

    def _attend(self):
        """Type, do what is to be done, and wait."""
        if self.scene.typed is not None:
            with contextlib.suppress(BrokenPipeError):  # asked nothing
                self.type(self.scene.typed)
        if self.scene.meanwhile is not None:
            self.scene.meanwhile(self)
        self.process.stdin.close()
        self.process.wait(LONGEST)

    def type(self, text):
        """Answer a prompt, or what comes first."""
        self.process.stdin.write(text.encode())

    def wait_shown(self, word):
        """Wait until something was shown to the person."""
        wait_until(lambda: word in (self.dir / "shown").read_text(
            errors="surrogateescape"))

    def wait_request(self, path):
        """Wait until the provider was asked for something."""
        wait_until(lambda: self.server.to(path))

    @property
    def monitor(self):
        """The monitor that the module has started."""
        return wait_until(lambda: children(self.process.pid))[0]

    def child(self, name):
        """Return the monitor's child of this name."""
        return wait_until(lambda: [
            pid for pid in children(self.monitor) if is_child(pid, name)])[0]

    @property
    def worker(self):
        """The worker that the monitor has started."""
        return self.child("po2-worker")

    @property
    def messages(self):
        """What the person was shown: (style, text) in order."""
        return re.findall(r"^message (\w+) (.*)$", self.output, re.M)

    @property
    def errors(self):
        """The texts shown as errors."""
        return [text for style, text in self.messages if style == "error"]

    @property
    def code(self):
        """What PAM returned; None where the host has died."""
        found = re.search(r"^result authenticate (-?\d+)$", self.output, re.M)
        return found and int(found.group(1))


class Plays:
    """Plays many scenes at once, the slowest ones first."""

    def __init__(self, scenes, driver, authority, ca_file, at_once=24):
        self._scenes = sorted(scenes, key=lambda scene: scene.seconds[0])
        self._make = lambda scene: Play(scene, authority, ca_file)
        self._driver = driver
        self._lock = threading.Lock()
        self._done = {scene.name: threading.Event() for scene in scenes}
        self._results = {}
        slow = sum(scene.seconds[0] > 0 for scene in scenes)
        # The slow ones wait for a clock, not for this machine.
        self._before = threading.active_count()
        self._threads = [
            threading.Thread(target=self._work, daemon=True)
            for _ in range(min(len(scenes), slow + at_once))]
        for thread in self._threads:
            thread.start()
            time.sleep(0.005)

    def _work(self):
        while True:
            with self._lock:
                if not self._scenes:
                    return
                scene = self._scenes.pop()
            try:
                result = self._make(scene)
                self._results[scene.name] = result
                result.run(self._driver)
            except BaseException as error:
                self._results[scene.name] = error
            self._done[scene.name].set()

    def get(self, name):
        """Wait for a scene's end."""
        assert self._done[name].wait(2 * LONGEST), f"{name} does not end"
        result = self._results[name]
        if isinstance(result, BaseException):
            raise result
        return result

    def close(self):
        """Wait for all of them, and for their providers."""
        with self._lock:
            self._scenes.clear()
        for thread in self._threads:
            thread.join(2 * LONGEST)
        wait_until(lambda: threading.active_count() <= self._before)
