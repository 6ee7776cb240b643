"""Turn a person's names, in any of seven scripts, into keys that spellings of one name share."""
