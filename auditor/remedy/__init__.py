"""Fixes as small edits of a template's text: what is not touched stays, byte for byte."""
