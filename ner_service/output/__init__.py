"""Tagged documents and their scores, for people and for programs: text, tables, HTML, pictures."""
