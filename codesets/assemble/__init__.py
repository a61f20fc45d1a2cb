"""From the files of a release to its records, one module a code system."""
