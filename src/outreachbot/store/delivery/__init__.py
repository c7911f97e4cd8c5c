"""Messages, their deliveries, who sends them and how fast."""
