"""Who uses the platform: users, their sessions, and operators."""
