"""One module per subject; each declares itself with :func:`benchmarks.subject.subject`."""
