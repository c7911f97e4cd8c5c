"""Use cases: what handlers and workers do with the store and the gateway. No `telegram` and no SQL in here."""
