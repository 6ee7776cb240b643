"""Large journals, large attachments, full disks."""
