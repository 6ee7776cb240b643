"""The working group and its action plan: meetings, minutes, actions, indicators, reports."""
