"""The typed shape of the catalogue's rows, one idea a file."""
