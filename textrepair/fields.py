"""Which of a record's fields is the text?  For what reads records and for what adds results to them."""

from __future__ import annotations

from collections.abc import Mapping


class FieldError(ValueError):
    """A record whose fields are not as they should be: what is wrong, and what to try."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(f"{what}; {hint}" if hint else what)
        self.what = what
        self.hint = hint


def text_of(record: Mapping[str, object], field: str) -> str:
    """The text in a record's field.

    Raises :class:`FieldError` where the field is missing or no string.
    """
    if field not in record:
        names = ", ".join(map(repr, list(record)[:8])) or "none"
        raise FieldError(f"no field {field!r}", f"its fields are {names}: name one with --text-field")
    text = record[field]
    if not isinstance(text, str):
        raise FieldError(
            f"field {field!r} is {json_type(text)}, not a string", "name the text's field with --text-field"
        )
    return text


def json_type(value: object) -> str:
    """What a value is called in JSON.

    >>> json_type(None), json_type([1]), json_type(b"")
    ('null', 'a list', 'of type bytes')
    """
    if value is None:
        return "null"
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a string",
        list: "a list",
        dict: "an object",
    }
    return names.get(type(value), f"of type {type(value).__name__}")
