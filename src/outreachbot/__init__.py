"""outreachbot keeps a memory alive on Telegram: sourced facts, reminders on the day, broadcasts that miss nobody."""
