"""What can be pasted, and what has to come of it."""

import re

from scene import SUCCESS, Scene, connections
from scripted import Reply

CALLBACK = "https://localhost/callback"
CODE_FLOW = {"settings": {"flow": "code"}, "flow": "code",
             "provider": {"redirect_uri": CALLBACK}}
ANNOUNCED = {"authorization_response_iss_parameter_supported": True}
TRIES = 3


def paste(query, times=1):
    """Return what pastes an address with the state that is shown."""
    def meanwhile(play):
        play.wait_shown("state=")
        shown = (play.dir / "shown").read_text()
        state = re.search(r"state=([\w.-]+)", shown).group(1)
        address = f"{CALLBACK}?{query}&state={state}\n"
        play.type(play.fill(address) * times)

    return {"typed": None, "meanwhile": meanwhile}


SCENES = [
    Scene("paste-code", "approved", typed="SplxlOBeZQQYbYS6\n", requests=3,
          code=SUCCESS, result="granted", told="nothing", **CODE_FLOW,
          check=connections(2)),
    Scene("paste-address", "approved", requests=3, metadata=ANNOUNCED,
          code=SUCCESS, result="granted", told="nothing", **CODE_FLOW,
          **paste("code=CODE&iss={url}")),
    Scene("paste-nonsense", "paste_invalid", requests=1,
          typed="no code at all\n" * TRIES, **CODE_FLOW),
    Scene("paste-cut", "paste_cut", requests=1,
          typed=("x" * 1023 + "\n") * TRIES, **CODE_FLOW),
    Scene("paste-of-another-login", "paste_state", requests=1,
          typed=f"{CALLBACK}?code=CODE&state=another\n" * TRIES,
          **CODE_FLOW),
    Scene("paste-without-issuer", "paste_issuer", requests=1,
          metadata=ANNOUNCED, **CODE_FLOW, **paste("code=CODE", TRIES)),
    Scene("paste-of-another-issuer", "paste_issuer", requests=1,
          metadata=ANNOUNCED, **CODE_FLOW,
          **paste("code=CODE&iss=https://evil.example", TRIES)),
    Scene("paste-of-a-refusal", "access_denied", requests=1, **CODE_FLOW,
          **paste("error=access_denied")),
    Scene("paste-refused", "code_refused", requests=2,
          typed="SplxlOBeZQQYbYS6\n",
          answers={"/token": [Reply(400, {"error": "invalid_grant"})]},
          **CODE_FLOW),
]
