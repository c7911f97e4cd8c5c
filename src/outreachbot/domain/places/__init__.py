"""Countries, cities and their time zones."""
