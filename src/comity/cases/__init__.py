"""Cases: requests for information, replies, and refusals with a reason."""
