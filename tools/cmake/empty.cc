// A target needs a source to precompile headers.
