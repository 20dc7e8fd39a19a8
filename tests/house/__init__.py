"""The house: layout, names, doors and what deploys it."""
