"""What the person sees, read back from the characters on the terminal."""

import pytest
import screen
from story import Login

LOWEST = 8


@pytest.fixture(scope="module", params=["utf8", "ascii"])
def shown(request, house, provider, sshd):
    """A login at its prompt: style, output, the address to be found."""
    house.use_provider(provider, qr=request.param)
    with house.ssh(sshd, "alice") as session:
        login = Login(house, provider, session).wait_prompt()
        target = f"{provider.issuer}/device?user_code={login.user_code}"
        return request.param, session.output, target


@pytest.mark.parametrize("ground", [screen.BLACK, screen.WHITE])
def test_the_code_can_be_photographed(shown, ground):
    """The QR code holds verification_uri_complete, on either ground."""
    style, output, target = shown
    lines = screen.render(output, rows=100)
    assert screen.read_code(lines, style, ground) == target


def test_address_and_code_stay_on_a_small_screen(shown):
    """They are among the last lines, each unbroken on its line."""
    _style, output, target = shown
    address, code = target.split("?user_code=")
    lines = screen.render(output, rows=24)
    written = [number for number, line in enumerate(lines) if line]
    last = lines[written[-1] - LOWEST + 1:written[-1] + 1]
    assert any(address in line for line in last), last
    assert any(code in line for line in last), last
    assert "press Enter" in " ".join(last)


def test_without_a_code_the_text_is_enough(house, provider, login):
    """qr = off leaves the address and the code."""
    house.use_provider(provider, qr="off")
    alice = login().wait_prompt()
    assert not any(mark in alice.session.text for mark in "\u2580\u2588#")
    assert alice.url.startswith(f"{provider.issuer}/device")
    assert alice.user_code in alice.session.text
