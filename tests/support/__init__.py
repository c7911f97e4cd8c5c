"""What several test files share: none of them imports another, they import from here."""
