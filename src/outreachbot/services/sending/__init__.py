"""Brings messages to chats: requests, pictures, retries."""
