"""The house's own tools: targets of ``comity test``, a PostgreSQL for tests and benches, the house rules."""
