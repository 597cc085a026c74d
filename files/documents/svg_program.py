"""Draws the SVG of its standard input as a PNG, to its standard output.

A program of its own, as the library cannot be stopped: it takes any time and memory,
and where it runs out of the latter it ends its process.
"""

import resource
import sys

import resvg_py

SECONDS = 15


def main(side: str) -> None:
    # Also where nobody is left to stop it.
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    svg = sys.stdin.buffer.read().decode("utf-8-sig")
    png = resvg_py.svg_to_bytes(
        svg_string=svg,
        # Drawn to fit into this square, whatever size it asks for.
        width=int(side),
        height=int(side),
        # Fonts take half a second to find.
        skip_system_fonts="text" not in svg,
    )
    sys.stdout.buffer.write(bytes(png))


if __name__ == "__main__":
    main(*sys.argv[1:])
