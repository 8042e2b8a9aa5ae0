"""What a text that can't be read is refused with; what reads it takes longer to import."""

__all__ = ["DocumentError"]


class DocumentError(Exception):
    """A text that can't be read as what it should be.

    ``source`` names the text (a file name), ``line`` and ``column`` count from 1, ``field`` is the
    path of the value inside the document (empty for the whole), ``message`` says what is wrong.
    """

    def __init__(self, source: str, line: int, column: int, field: str, message: str) -> None:
        self.source = source
        self.line = line
        self.column = column
        self.field = field
        self.message = message
        place = f"{source}:{line}:{column}"
        super().__init__(": ".join(part for part in (place, field, message) if part))
