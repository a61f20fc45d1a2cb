"""ICD-10-PCS built axis by axis from what a note says was done."""
