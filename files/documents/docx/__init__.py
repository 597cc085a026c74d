"""Word files: `write_docx` sets a Document with styles that its reader can edit."""

from files.documents.docx.writing import write_docx

__all__ = ["write_docx"]
