"""Handlers for broadcasts: compose, choose audience and time, confirm, control, correct, delete."""
