"""How large a picture may be."""

MAX_SIDE = 16_000  # In px: Chromium repeats the first rows of one that is longer.
# At 10 bytes for each, and 180 MB for itself, Chromium keeps within 400 MB.
MAX_PIXELS = 21_000_000
