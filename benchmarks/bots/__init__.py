"""The contestants' programs: each runs in a process of its own, as `python -m benchmarks.bots.<name>`.

A program that sends gets the address, the token, the text, how it is to send and at which pace (0: as fast as it
can). It says `ready`, reads a count, sends to so many chats, says `done`, and waits to be ended.
"""
