"""Captures pages of the web by a headless Chromium, which reaches nothing inside."""
