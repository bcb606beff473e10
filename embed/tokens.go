package embed

// A TokenCounter is an Embedder that knows what its model makes of a text: the
// sizes of chunks are counted in its tokens. Under one Space().ID the counts are
// always the same.
type TokenCounter interface {
	Embedder

	// CountTokens returns the tokens of text. It counts no more for two texts
	// joined at white space or punctuation than for both apart. Any goroutine
	// may call it.
	CountTokens(text string) int
}
