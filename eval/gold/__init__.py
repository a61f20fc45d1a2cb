"""Charts written for this project: examples for strangers, not the judge."""
