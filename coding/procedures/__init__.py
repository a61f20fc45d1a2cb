"""Procedures of a note: what was done, in CPT, HCPCS Level II and ICD-10-PCS."""
