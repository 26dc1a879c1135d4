"""Every reason there is, for real: code, words, record.

The real module in a real stack, the real helper, a provider that does what
it should not or a host that is not as it should be.
"""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import scenes_key
import scenes_local
import scenes_openid
import scenes_paste
import scenes_provider
import scenes_settings
from authority import Authority
from conftest import DRIVER, ID, ROOT
from scene import OPEN, SUPPORT, WORLDS, Plays

HEADER = (ROOT / "pam_oauth2" / "base" / "reason.h").read_text()
CA_FILE = Path("/etc/pam_oauth2/flow-ca.pem")
AUTHPRIV = 10 << 3
PRIORITIES = {"GRANTED": 5, "SETUP": 3}  # all others: WARNING
WARNING = 4
FIELDS = ["event", "time", "id", "phase", "result", "reason", "host",
          "service", "user", "uid", "rhost", "tty", "flow", "iss", "sub",
          "rule", "duration_ms", "detail"]
UIDS = {"alice": "21001", "bob": "21002", "root": "0", "daemon": "1"}


def read_list(name):
    """Return the pairs of a list in the header."""
    body = re.search(rf"#define {name}\(X\)((?:.*\\\n)*.*)", HEADER).group(1)
    return dict(re.findall(r'X\((\w+),\s*(?:\\\s*)?"?(.*?)"?\)',
                           body.replace("\\\n", " ")))


TEXTS, CLASSES = read_list("REASON_CLASSES"), read_list("REASONS")
PLAIN = [*scenes_provider.SCENES, *scenes_local.SCENES, *scenes_key.SCENES,
         *scenes_openid.SCENES, *scenes_paste.SCENES,
         *scenes_settings.SCENES]


def opened(scene):
    """Return the scene where root has asked for the codes that go on."""
    code = scene.open_code
    results = {9: "unavailable", 6: "ignored"}
    return replace(
        scene, name=f"{scene.name}-open",
        settings={**scene.settings, **OPEN},
        code=scene.code if code is None else code,
        result=results.get(code, scene.result))


SCENES = {scene.name: scene for scene in PLAIN}
SCENES.update((f"{scene.name}-open", opened(scene)) for scene in PLAIN)


def make_authority(directory):
    """Make a certificate authority that the settings name."""
    authority = Authority(directory)
    shutil.copyfile(authority.ca, CA_FILE)
    CA_FILE.chmod(0o644)
    return authority


@pytest.fixture(scope="module")
def plays(house, request, tmp_path_factory):
    """All scenes that were asked for, at once."""
    authority = make_authority(tmp_path_factory.mktemp("authority"))
    for name in {scene.identity for scene in PLAIN}:
        authority.make(name)
    names = {item.callspec.params["name"] for item in request.session.items
             if "name" in getattr(getattr(item, "callspec", None),
                                  "params", ())
             and item.module is request.module}
    house.reset()
    made = Plays([SCENES[name] for name in names], DRIVER, authority, CA_FILE)
    yield made
    made.close()
    house.wait_no_helpers()
    shutil.rmtree(WORLDS)


def records(house, name):
    """Return the decisions of one scene, as lines."""
    mine = f' rhost="{name}" '
    house.log.wait_for(re.escape(mine))
    return [line for line in house.log.since()
            if "event=decision" in line and mine in line]


def parse(line):
    """Return (priority, fields in order) of a record."""
    priority, text = re.match(r"<(\d+)>.*?(event=.*)$", line).groups()
    pairs = re.findall(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|(\S+))', text)
    return int(priority), {name: quoted or plain
                           for name, quoted, plain in pairs}


def check_code(scene, play):
    """What PAM returned."""
    errors = (play.dir / "errors").read_text()
    assert not errors
    assert play.code == scene.code


def check_record(scene, play, line):
    """The one line of the log, all of its fields."""
    priority, found = parse(line)
    assert list(found) == FIELDS
    assert priority == AUTHPRIV | PRIORITIES.get(
        CLASSES[scene.reason], WARNING)
    assert (found["result"], found["reason"]) == (scene.result, scene.reason)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found["time"])
    assert ID.fullmatch(f"({found['id']})")
    assert found["phase"] == "authenticate" and found["host"]
    assert (found["service"], found["user"]) == (scene.service, scene.user)
    uid = UIDS.get(scene.user, "") if scene.has_uid else ""
    assert found["uid"] == uid
    assert found["flow"] == (scene.flow if scene.has_flow else "")
    issuer = play.fill(scene.provider.get("issuer", "{url}"))
    assert found["iss"] == (issuer if scene.has_iss else "")
    assert bool(found["rule"]) == (scene.result == "granted")
    low, high = scene.seconds
    assert low * 1000 <= int(found["duration_ms"]) <= high * 1000
    assert re.search(play.fill(scene.detail), found["detail"])
    return found


def check_words(scene, play, found):
    """The class's text, the id and where to get help; or nothing."""
    if scene.told == "nothing":
        assert not play.errors
        return
    words = TEXTS[CLASSES[scene.reason]].replace("%s", scene.user)
    words += f" ({found['id']})"
    if scene.told == "support":
        words += f" {SUPPORT}"
    assert play.errors == [words]
    assert play.messages[-1] == ("error", words)


@pytest.mark.parametrize("name", SCENES)
def test_scene(house, plays, name):
    """Code, words and record of one sign-in."""
    scene, play = SCENES[name], plays.get(name)
    lines = records(house, name)
    assert len(lines) == 1, lines
    check_code(scene, play)
    check_words(scene, play, check_record(scene, play, lines[0]))
    if scene.requests is not None:
        asked = [r for r in play.server.requests if r.path != "/jwks"]
        assert len(asked) == scene.requests
    assert scene.requests != 0 or scene.take or not play.server.requests
    if scene.check is not None:
        scene.check(play)


LATER = {"second_factor", "factor_missing", "pin", "session"}  # and classes
KEPT = ("account", "second_factor", "store", "ages", "pin", "session")


def is_later(reason):
    """Tell the reasons of later sessions, which need a real sshd."""
    return reason in LATER or CLASSES[reason] in (
        "CONFIRMED", "ACCOUNT", "PIN")


def test_every_reason_has_a_scene():
    """Whoever adds a reason, shows how it comes about."""
    assert len(CLASSES) > 30
    assert set(CLASSES.values()) == set(TEXTS)
    assert {scene.reason for scene in PLAIN} == {
        reason for reason in CLASSES if not is_later(reason)}


def test_every_reason_of_later_sessions_has_a_test():
    """In the system suite."""
    suite = ROOT / "tests" / "system"
    text = "".join((suite / f"test_{name}.py").read_text() for name in KEPT)
    later = {reason for reason in CLASSES if is_later(reason)}
    assert {reason for reason in later if f'"{reason}"' not in text} == set()


def test_every_reason_is_explained():
    """In pam_oauth2(8), where whoever reads the log looks it up."""
    page = (ROOT / "pam_oauth2" / "man" / "pam_oauth2.8").read_text()
    told = re.findall(r"^\.It ([a-z][a-z_ ,]*)$", page, re.M)
    names = [name for line in told for name in line.split(" , ")]
    assert set(CLASSES) <= set(names), set(CLASSES) - set(names)


def test_whoever_is_refused_hears_the_same(plays):
    """The steps and the words do not say which rule it was."""
    heard = set()
    reasons = set()
    for scene in PLAIN:
        if CLASSES[scene.reason] != "IDENTITY":
            continue
        play = plays.get(scene.name)
        text = "\n".join(map(str, play.messages))
        for pattern, with_what in ((ID, "(ID)"), (scene.name, "RHOST"),
                                   (scene.user, "USER"),
                                   (r"localhost:\d+", "PROVIDER")):
            text = re.sub(pattern, with_what, text)
        heard.add(re.sub(r"\d\d:\d\d|valid for \d+ s|[█▀▄ ]", "", text))
        reasons.add(scene.reason)
    assert len(reasons) == sum(
        kind == "IDENTITY" for kind in CLASSES.values())
    assert len(heard) == 1, heard


def test_every_class_says_something_else():
    """But for who is gone, who hears nothing."""
    assert sorted(TEXTS.values()).count("") == 1
    assert len(set(TEXTS.values())) == len(TEXTS)
