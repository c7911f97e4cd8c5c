"""What admins read before, during and after a broadcast."""
