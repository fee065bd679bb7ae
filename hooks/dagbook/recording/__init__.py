"""What a run becomes on disk: the file, its seal, masks, and what must not leak."""
