"""The states of messages and deliveries, the outcomes of sending, and the pace."""
