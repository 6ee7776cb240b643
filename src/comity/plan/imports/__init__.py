"""Read plans and indicators of other programs: whole, with a report of what was left out, or not at all."""
