"""The add-in file for Excel on Windows: built from source, installed per user, examined."""
