"""Write plans, minutes, reports and indicators for people and for other programs."""
