"""Sets a Document as a PDF with ReportLab and HarfBuzz."""

from files.documents.pdf.writing import write_pdf

__all__ = ["write_pdf"]
