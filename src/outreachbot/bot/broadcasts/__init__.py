"""Handlers for broadcasts: compose, choose the audience and the time, confirm, steer, correct, delete."""
