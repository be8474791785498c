"""What the studies share: arguments, runs, records, and how figures are tabulated."""
