"""Recordings: who may make one, how each comes into its case, and how long ours is kept."""
