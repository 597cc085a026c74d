"""The document model: what is written once, and set as PDF and as DOCX."""
