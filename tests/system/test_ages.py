"""How old a sign-in may be, on machines whose clocks show other times.

An sshd in a time namespace has been up for longer, or for less; another boot
id, bound over the kernel's, makes it another boot.
"""

import ctypes
import signal
import subprocess
import time
import uuid
from pathlib import Path

import pytest
from house import HOME, write_file
from later_fixtures import let_in, refused
from namespace import mount
from provider import program

HOUR, DAY, YEAR = 3600, 86400, 31556952
TWO = {"AuthenticationMethods": "publickey,keyboard-interactive"}
BOOT_ID = "/proc/sys/kernel/random/boot_id"
MNT_DETACH = 2
SOURCE = Path(__file__).with_name("clock.c")
OFFSET = HOME / "clock-offset"
PRELOAD = Path("/etc/ld.so.preload")

pytestmark = pytest.mark.usefixtures("account_stack")


@pytest.fixture
def after(house):
    """Start an sshd at another time since boot, until the test ends."""
    started = []

    def start(seconds, **options):
        under = ["unshare", "--time", "--boottime", str(int(seconds))]
        started.append(house.start_sshd(under=under, **options))
        return started[-1]

    yield start
    for sshd in started:
        sshd.stop()


@pytest.fixture
def come(house, login):
    """Log in with a key and then us, at an sshd that wants both."""
    def start(to):
        key = house.authorize_key("alice")
        return login(to=to, IdentityFile=key, IdentitiesOnly="yes",
                     PreferredAuthentications="publickey,"
                     "keyboard-interactive")

    return start


@pytest.fixture(scope="module")
def preload():
    """The library that knows another wall clock."""
    library = HOME / "clock.so"
    subprocess.run([program("cc"), "-std=gnu17", "-D_GNU_SOURCE", "-Wall",
                    "-Werror", "-shared", "-fPIC", f'-DOFFSET_FILE="{OFFSET}"',
                    "-o", library, SOURCE, "-ldl"], check=True)
    return library


@pytest.fixture
def set_clock(preload):
    """Set the wall clock, as the helper knows it, by so many seconds."""
    def change(seconds):
        write_file(OFFSET, f"{seconds}\n", 0o644)
        write_file(PRELOAD, f"{preload}\n", 0o644)

    yield change
    PRELOAD.unlink(missing_ok=True)


@pytest.fixture
def another_boot():
    """Boot anew, as far as the boot id says."""
    libc = ctypes.CDLL(None)
    files = []

    def boot():
        file = HOME / f"boot-id-{time.monotonic_ns()}"
        write_file(file, f"{uuid.uuid4()}\n", 0o444)
        mount("--bind", str(file), BOOT_ID)
        files.append(file)

    yield boot
    for _ in files:
        libc.umount2(BOOT_ID.encode(), MNT_DETACH)


def use(house, provider, **settings):
    """Write settings for second-factor."""
    house.use_provider(provider, refresh_use="second-factor", **settings)


def asked(attempt, why):
    """Check that the browser is asked, and why; leave."""
    attempt.wait_prompt()
    assert attempt.requests("/token") == []
    attempt.session.hang_up(signal.SIGKILL)
    attempt.decision()
    attempt.house.log.wait_for(f'event=browser .*reason="{why}"',
                               attempt.log_mark)


def approve(attempt):
    """Be asked, and sign in in the browser."""
    attempt.wait_prompt().approve("alice").press_enter()
    assert attempt.outcome()


def test_refresh_max_age(house, provider, after, come):
    """12 hours since the browser; a refresh in between adds nothing."""
    use(house, provider)
    approve(come(after(0, **TWO)))
    let_in(come(after(7 * HOUR, **TWO)), "second_factor")
    let_in(come(after(12 * HOUR - 120, **TWO)), "second_factor")
    late = after(12 * HOUR + 60, **TWO)
    asked(come(late), "token_expired")
    approve(come(late))
    let_in(come(after(19 * HOUR, **TWO)), "second_factor")


def test_refresh_idle(house, provider, after, come):
    """8 hours since the provider's last word."""
    use(house, provider)
    approve(come(after(0, **TWO)))
    late = after(8 * HOUR + 60, **TWO)
    asked(come(late), "token_expired")
    let_in(come(after(7 * HOUR, **TWO)), "second_factor")
    asked(come(after(0, **TWO)), "clock_suspect")
    use(house, provider, refresh_idle=36000)
    let_in(come(late), "second_factor")
    use(house, provider, refresh_max_age=25200)
    asked(come(late), "token_expired")


def test_account_max_age(house, after, sign_in, by_key):
    """30 days, then the browser: a tombstone, whatever the clock says."""
    sign_in()
    let_in(by_key(to=after(29 * DAY)), "account_active")
    late = after(30 * DAY + 60)
    refused(by_key(to=late), "account_expired")
    refused(by_key(to=late), "account_expired")
    refused(by_key(to=after(29 * DAY)), "account_expired")
    sign_in(to=late)
    let_in(by_key(to=late), "account_active")


def test_grace_max(house, provider, gate, after, sign_in, by_key):
    """4 hours since the provider's last word, and no longer."""
    house.use_provider(provider, at_provider=gate.settings)
    sign_in()
    gate.shut()
    let_in(by_key(to=after(3 * HOUR)), "account_grace", requests=0)
    refused(by_key(to=after(4 * HOUR + 60)), "grace_over")
    gate.open()
    let_in(by_key(to=after(3 * HOUR)), "account_active")
    gate.shut()
    let_in(by_key(to=after(6 * HOUR)), "account_grace", requests=0)


def test_the_time_since_boot_goes_back(house, after, sign_in, by_key):
    """Within one boot it cannot: nobody is let in, nothing is sent."""
    later = after(HOUR)
    sign_in(to=later)
    refused(by_key(), "clock_suspect")
    let_in(by_key(to=later), "account_active")


def test_after_a_boot(another_boot, sign_in, by_key):
    """The wall clock counts, and it has gone on."""
    sign_in()
    another_boot()
    let_in(by_key(), "account_active")
    another_boot()
    let_in(by_key(), "account_active")


@pytest.mark.parametrize("offset, reason, requests", [
    (-30, "account_active", 1), (-90, "clock_suspect", 0),
    (-DAY, "clock_suspect", 0), (31 * DAY, "account_expired", 0)])
def test_the_wall_clock_after_a_boot(
        another_boot, set_clock, sign_in, by_key, offset, reason, requests):
    """A step back is not believed, and a step ahead ends it."""
    sign_in()
    another_boot()
    set_clock(offset)
    if requests:
        let_in(by_key(), reason, requests)
    else:
        refused(by_key(), reason)


@pytest.mark.parametrize("years, reason", [
    (-10, "clock_suspect"), (10, "account_expired")])
def test_a_clock_that_is_years_off(
        another_boot, set_clock, sign_in, by_key, years, reason):
    """Nobody is let in; and in the browser, as soon as it is right."""
    sign_in()
    another_boot()
    set_clock(years * YEAR)
    refused(by_key(), reason)
    set_clock(0)
    sign_in()
    let_in(by_key(), "account_active")


def test_a_record_of_the_future(another_boot, set_clock, sign_in, by_key):
    """The clock was wrong at the sign-in, and is right again."""
    set_clock(300)
    sign_in()
    set_clock(0)
    another_boot()
    refused(by_key(), "clock_suspect")
    sign_in()
    let_in(by_key(), "account_active")


def test_a_step_back_that_would_make_it_young(
        house, provider, after, another_boot, set_clock, come):
    """Nor does a boot with an old clock bring back what had expired."""
    use(house, provider)
    sshd = after(0, **TWO)
    approve(come(sshd))
    another_boot()
    for offset, why in ((13 * HOUR, "token_expired"),
                        (-13 * HOUR, "clock_suspect")):
        set_clock(offset)
        asked(come(sshd), why)


def test_no_grace_by_a_clock_that_was_set_back(
        house, provider, gate, another_boot, set_clock, sign_in, by_key):
    """A provider that is down, and a clock that says it just was up."""
    house.use_provider(provider, at_provider=gate.settings)
    sign_in()
    gate.shut()
    another_boot()
    let_in(by_key(), "account_grace", requests=0)
    set_clock(5 * HOUR)
    refused(by_key(), "grace_over")
    set_clock(-5 * HOUR)
    refused(by_key(), "clock_suspect")
