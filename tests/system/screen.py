"""What a person sees: the text on a terminal, and a QR code drawn from it.

The code is read back with zbar from a picture of the characters, so that a
login screen is checked the way a telephone's camera looks at it.
"""

import re
import subprocess
from io import BytesIO

import pyte
from PIL import Image

CELL_WIDTH, CELL_HEIGHT = 8, 16
MARGIN = 32
DISTANCE = 4

# Which halves of a cell carry ink.
HALVES = {" ": (0, 0), "\u2580": (1, 0), "\u2584": (0, 1), "\u2588": (1, 1)}
# The strokes of a '#', as boxes within a cell.
STROKES = ((2, 3, 3, 13), (5, 3, 6, 13), (1, 5, 7, 7), (1, 9, 7, 11))

STYLES = {"utf8": "[ \u2580\u2584\u2588]+", "ascii": "[ #]+"}
BLACK, WHITE = 0, 255


def render(output, rows=24, columns=80):
    """Return the lines a terminal of that size shows after some output."""
    display = pyte.Screen(columns, rows)
    pyte.ByteStream(display).feed(output)
    return [line.rstrip() for line in display.display]


def find_code(lines, style):
    """Return the lines of the one QR code on a screen, cut to its width."""
    drawn = re.compile(STYLES[style])
    code = [line for line in lines if drawn.fullmatch(line)]
    if not code:
        shown = "\n".join(lines)
        raise AssertionError(f"no {style} code on the screen:\n{shown}")
    left = min(len(line) - len(line.lstrip()) for line in code)
    width = max(len(line) for line in code)
    return [line.ljust(width)[left:] for line in code]


def _boxes(character, style):
    """Return the boxes of a cell that carry ink."""
    if style == "ascii":
        return STROKES if character == "#" else ()
    half = CELL_HEIGHT // 2
    upper, lower = HALVES[character]
    return [(0, top, CELL_WIDTH, top + half)
            for top, ink in ((0, upper), (half, lower)) if ink]


def draw(code, style, ground):
    """Draw the characters of a code on a black or a white ground."""
    ink = WHITE if ground == BLACK else BLACK
    size = (len(code[0]) * CELL_WIDTH + 2 * MARGIN,
            len(code) * CELL_HEIGHT + 2 * MARGIN)
    picture = Image.new("L", size, ground)
    for row, line in enumerate(code):
        for column, character in enumerate(line):
            x = MARGIN + column * CELL_WIDTH
            y = MARGIN + row * CELL_HEIGHT
            for left, top, right, bottom in _boxes(character, style):
                picture.paste(ink, (x + left, y + top, x + right, y + bottom))
    return picture


def from_a_distance(picture):
    """See a picture from so far that strokes become shades."""
    size = (picture.width // DISTANCE, picture.height // DISTANCE)
    return picture.resize(size, Image.BOX)


def decode(picture):
    """Return the text of the one QR code in a picture.

    A code with light ink on a light ground is inverted, which zbar only
    looks for when told so.
    """
    file = BytesIO()
    picture.save(file, "png")
    done = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "--nodbus", "-Stest-inverted",
         "-Sdisable", "-Sqrcode.enable", "png:-"],
        input=file.getvalue(), capture_output=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"zbar reads nothing: {done.stderr.decode()}")
    return done.stdout.decode().strip()


def read_code(lines, style, ground):
    """Find, draw and decode the QR code of a screen."""
    picture = draw(find_code(lines, style), style, ground)
    return decode(from_a_distance(picture))
