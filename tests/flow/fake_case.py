"""One sign-in with a child that lies, and whether it let the right one in."""

import itertools
import re
from collections import namedtuple
from urllib.parse import urlsplit

import wire
from forgeries import forgeries, payload, poor_tokens
from module import monotonic_ns
from mutations import mutate
from peers import REAL, Packet, Script, kind_of
from transcripts import ALICE

# The monitor ends so long before the host's own alarm.
HOST_MARGIN_NS = 3 * 10**9
SOON_NS = 60 * 10**6
OTHERS = {"worker": ("fetcher",), "judge": ("worker", "fetcher"),
          "fetcher": ("worker",)}

Came = namedtuple("Came", "outcome recipe scripts")
ERROR_NAMES = re.findall(
    r"\bX\((\w+),", (wire.ROOT / "pam_oauth2/base/err.h").read_text()
    .split("#define OAUTH2_CAUSES")[0])
CAUSES = 9
HARD_WORDS = ["", "access_denied", "expired_token", "invalid_client",
              "invalid_grant", "x\n\x1b[2J@"]


class Reached:
    """What all sign-ins together have come to."""

    def __init__(self):
        self.types, self.reasons = set(), set()

    def add(self, outcome):
        """Note one more; returns it."""
        self.types |= outcome.types - {None}
        self.reasons.add(outcome.reason)
        return outcome


REACHED = Reached()


def token(name):
    """Return what finds a forgery in a sign-in."""
    return lambda transcript: transcript.values[name]


def poor(name):
    """Return what finds a token that is genuine, and not good enough."""
    return lambda transcript: poor_tokens(
        transcript.url, transcript.nonce)[name]


def soon():
    """Return what of HELLO makes the deadline a short one."""
    return {"ALARM_NS": monotonic_ns() + HOST_MARGIN_NS + SOON_NS}


def values_of(transcript):
    """Return what a child could say: all that was said, and forgeries."""
    found = {}
    for replies in transcript.replies.values():
        for packet in map(Packet.read, sum(replies, [])):
            for tag, value in packet.fields:
                found[f"that of {packet.kind}.{wire.TAG_NAMES[tag]}"] = value
    made = forgeries(transcript.url, transcript.nonce)
    return {**found, **{name: jwt.encode() for name, jwt in made.items()}}


def again(child, replies):
    """Return what a child that lies says to all further messages."""
    return replies[-1] if child == "fetcher" else ()


def run_fake(driver, transcript, liar, rng, **peers):
    """Play a sign-in with a child that lies; the others do not."""
    mutation = mutate(rng, transcript.replies[liar], transcript.values)
    scripts = {name: transcript.script(name) for name in OTHERS[liar]}
    scripts[liar] = Script(mutation.replies, again(liar, mutation.replies))
    hello = soon() if mutation.is_silent else {}
    try:
        outcome = REACHED.add(driver.play(transcript.person(**hello), **{
            "judge": REAL, **scripts, **peers}))
    except BaseException as error:
        raise AssertionError(f"{transcript.name}: {mutation.recipe}"
                             ) from error
    return Came(outcome, mutation.recipe, scripts)


def said(script, kind):
    """Return the first packet of a type that a fake has said."""
    found = [data for data in script.said if kind_of(data or b"") == kind]
    return Packet.read(found[0]) if found else None


def check_alice(transcript, came):
    """See that a grant is alice's: by the token, else by the worker's word."""
    if not came.outcome.is_granted:
        return
    record, worker = came.outcome.record, came.scripts["worker"]
    before = transcript.said("worker", "TOKENS").get("ID_TOKEN")
    if before is not None:
        now = said(worker, "TOKENS").get("ID_TOKEN")
        is_hers = (payload(now) == payload(before)
                   and record["sub"] == ALICE["sub"]
                   and record["iss"] == transcript.url)
    else:
        now = said(worker, "IDENTITY")
        is_hers = (now.get("SUB") == transcript.said(
            "worker", "IDENTITY").get("SUB") == record["sub"].encode()
            and now.get("EMAIL").lower() == ALICE["email"].encode())
    assert is_hers, ("a wrong grant", transcript.name, came.recipe, record)


def play(driver, transcript, liar, replies, fetcher=None, **how):
    """Play a sign-in in which a child says these packets."""
    scripts = {name: transcript.script(name) for name in OTHERS[liar]}
    if fetcher is not None:
        scripts["fetcher"] = fetcher
    said = [[packet and packet.data() for packet in one] for one in replies]
    scripts[liar] = Script(said, again(liar, said))
    return REACHED.add(driver.play(transcript.person(**how), **scripts))


def packets(transcript, child):
    """Return the replies of a child, to be changed."""
    return [[Packet.read(data) for data in said]
            for said in transcript.replies[child]]


def play_lie(driver, transcript, liar, lie):
    """Play one of crafted.py."""
    replies = packets(transcript, liar)
    lie.change(replies, transcript)
    how = soon() if lie.is_silent else {}
    if lie.settings:
        how["config"] = transcript.with_settings(lie.what, lie.settings)
    return play(driver, transcript, liar, replies, **how)


# What a child says that has failed, with these fields.
FAILURES = {"worker": "FAILED", "judge": "REFUSED", "fetcher": "NOT_FETCHED"}


def failure(child, error, cause):
    """Return the packet, with words that no log should hold."""
    word = HARD_WORDS[(error + cause) % len(HARD_WORDS)]
    more = {} if child == "judge" else {
        "CAUSE": cause, "HTTP_STATUS": error * 12, "PROVIDER_ERROR": word,
        "DESCRIPTION": word}
    return Packet.make(FAILURES[child], ERROR=error, TEXT=word, **more)


def run_failures(driver, transcript, kind, child="worker", before=None):
    """Have a child fail in place of a message, in every way there is."""
    causes = 1 if child == "judge" else CAUSES
    for error, cause in itertools.product(
            range(len(ERROR_NAMES)), range(causes)):
        if before is not None:
            before()
        replies = packets(transcript, child)
        step = next(i for i, said in enumerate(replies)
                    if said and said[0].kind == kind)
        replies[step] = [failure(child, error, cause)]
        yield play(driver, transcript, child, replies)


def check_judged(came):
    """See that a grant is for whom the judge has named."""
    if not came.outcome.is_granted:
        return
    claims, record = said(came.scripts["judge"], "CLAIMS"), came.outcome.record
    email = claims.get("EMAIL")
    assert claims.get("SUB") == record["sub"].encode(), came
    assert email is None or email.lower() == ALICE["email"].encode(), came
    assert email is None or claims.get("EMAIL_VERIFIED")[-1] == 1, came


def check_endpoints(transcript, came):
    """See that the worker is sent to the provider's own host alone."""
    for data in came.scripts["worker"].heard:
        for tag, value in Packet.read(data).fields:
            if wire.TAG_NAMES[tag].endswith("_ENDPOINT"):
                at = urlsplit(value.decode())
                assert (at.scheme, at.hostname) == ("https", "localhost"), (
                    transcript.name, came.recipe, value)
