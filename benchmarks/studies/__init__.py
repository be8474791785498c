"""The studies: each asks one question of a search, and prints the answer as a table."""
