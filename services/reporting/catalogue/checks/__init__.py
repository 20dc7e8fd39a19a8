"""What is checked of a loaded catalogue: sums, restatements, mismatches, and the sources themselves."""
