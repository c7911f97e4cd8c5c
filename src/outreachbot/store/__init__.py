"""All SQL: plain functions whose first argument is the connection."""
