"""The fences of a page (``run``, ``graph``, ``schedule``, ``diff``) become HTML."""
