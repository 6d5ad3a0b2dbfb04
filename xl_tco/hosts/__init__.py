"""One thin adapter per host. An adapter translates; it holds no economics."""
