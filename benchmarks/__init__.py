"""Benchmarks of speed and memory: outreachbot and other bots side by side, against the local Telegram."""
