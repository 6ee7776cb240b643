"""Change joint things by proposal and concurrence, on one clock: the one mechanism that every area uses."""
