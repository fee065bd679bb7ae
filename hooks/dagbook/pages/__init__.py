"""Written pages: front matter, sections, fences, snippets."""
