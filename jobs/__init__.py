"""The queue: what a user submitted is done in the background. Knows no job kind."""
