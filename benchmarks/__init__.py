"""Speed and memory, measured side by side with other bots against the local Telegram."""
