"""What can come out of a review."""

from __future__ import annotations

#: What `--export` and the page offer, and what a person reads about it.
EXPORTS = {
    "text": "the cleaned text, with only the accepted edits",
    "records": "the records as they were read, with the cleaned text",
    "decisions": "every decision, flag and note, with who and when",
    "criticmarkup": "accepted and open changes marked in the text",
    "html": "a page to read and print",
    "diff": "a unified diff",
    "jsonl": "each article with its edits and what is still open",
    "m2": "for programs that evaluate grammar correction",
}
