"""How large a picture may be."""

MAX_SIDE = 16_000  # In px: Chromium repeats the first rows of one that is longer.
# At 10 bytes for each of a plain page, and 180 MB for itself, Chromium keeps within
# the 400 MB of BROWSER_MEMORY_MB.
MAX_PIXELS = 21_000_000
