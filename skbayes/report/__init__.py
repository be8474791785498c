"""The report of a search in one file, and its short form for a notebook."""

from skbayes.report.notebook import short_form
from skbayes.report.page import report_html, write_report

__all__ = ["report_html", "short_form", "write_report"]
