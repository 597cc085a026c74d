"""What every app shares: errors, envelope, ids, pagination, limits. No models."""
