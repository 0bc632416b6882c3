"""Statements and tax summaries as pages and files, alike for keeper, brand and operator."""
