"""Handlers for the pages that members read."""
