"""REMEMBERS: all SQL. Plain functions, the connection first."""
