"""Makes the models that ship: examples from public sets and our own, the network in PyTorch, its graph in 8 bits."""
