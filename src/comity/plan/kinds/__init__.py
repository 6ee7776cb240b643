"""Say what the joint documents of the working group hold, as both sides sign them."""
