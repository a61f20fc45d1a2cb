"""Payment policies of Medicare from the operator's own downloads: NCCI pairs, MUE, coverage."""
