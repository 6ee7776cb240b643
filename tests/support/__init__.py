"""What several tests share: nodes in this process, agreements, databases."""
