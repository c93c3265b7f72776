"""Stand-ins for case systems. They enforce what is published, count what they hold, and know nothing of ours."""
