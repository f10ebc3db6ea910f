"""Importers: files of other programs become posted documents.  Run twice they double nothing; broken off they go on."""
