"""The only place that knows everybody: wiring, processes, and the list of contexts."""
