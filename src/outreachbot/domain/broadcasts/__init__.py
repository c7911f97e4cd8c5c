"""To whom and when a broadcast goes out."""
