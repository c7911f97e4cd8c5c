"""The content file: its model, how it is read and checked, and how two versions of it differ."""
