"""Bulk tags any amount of text: files and folders of tables and lines, on one machine or on Ray.

A job says what is asked of every text. A source is a file to read; its form cuts it into chunks of
some 250 kB, which depend on the file alone. A chunk's answer is a segment, which is kept on
disk until its file is complete: whatever ends a run, the next one goes on from there, and the
output has the same bytes as if nothing had happened.
"""
