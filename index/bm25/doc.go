// Package bm25 is the text leg in memory: exact BM25 over the words of chunks,
// searchable a few microseconds after they are applied.
package bm25
