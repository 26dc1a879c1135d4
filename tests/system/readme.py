"""What README.md says of the ways to use later sessions."""

import configparser
import re

from house import ROOT


def blocks(heading):
    """Return the blocks of lines of a chapter, in order."""
    text = (ROOT / "README.md").read_text()
    chapter = text.split(f"\n### {heading}\n")[1].split("\n#")[0]
    return [re.sub(r"(?m)^ +", "", block)
            for block in re.findall(r"```\n(.*?)```", chapter, re.S)]


def services(heading):
    """Return the settings of a chapter, by service."""
    block, = [block for block in blocks(heading) if block.startswith("[")]
    parser = configparser.ConfigParser()
    parser.read_string(block)
    return {name.removeprefix("service "): dict(parser[name])
            for name in parser.sections()}


def option(heading):
    """Return the line of sshd_config of a chapter, as a dict."""
    line, = [block for block in blocks(heading)
             if block.startswith("Authentication")]
    name, value = line.split()
    return {name: value}
