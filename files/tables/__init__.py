"""Tables as files: rows of a request or of a stored body, written as CSV or XLSX."""
