"""Everything that can be wrong with the tree, without running an example."""
