"""The work that the running bot repeats in the background: one step for each worker, and one loop for all."""
