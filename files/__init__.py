"""Documents that are generated, and the files that come of it, each its owner's."""
