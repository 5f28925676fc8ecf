"""Texts written by program: names in every order and case, put into templates, lists and gold."""
