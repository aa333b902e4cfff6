"""Models of ours in the formats of other projects."""
