"""The other contestants' programs, each run in its own process: `python -m benchmarks.bots.<name>`.

A program that sends takes as arguments the URL, the token, the text, a way of sending and a pace in messages a second
(0: unlimited). It prints `ready`, reads a count, sends to that many chats, prints `done` and waits to be killed.
"""
