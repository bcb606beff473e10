// Package bm25 is the text leg in memory: exact BM25 over the words of titles,
// headings and bodies, searchable a few microseconds after they are applied.
//
// # Structure
//
// Chunks are added to a head, which readers look at while it is written, without
// locks. Full heads are sealed into segments, and segments of about a size are
// merged, beside all else. A chunk is deleted by a bit; a snapshot is a list of
// parts with their bits, and costs nothing to take. What is deleted does not
// count: scores are those of a leg that never had it, to the last bit. What only
// old snapshots can see is freed by the garbage collector.
//
// A segment is an image of bytes, the same in memory and in a file. It has lists
// of chunks by term, in blocks with the most that each adds to a score, so that
// a search passes over what cannot be among the best (MaxScore with block
// bounds); and the terms of each chunk in order, which phrases and fields are
// checked with. Words that a query requires lead the search instead: it goes
// through the list of the rarest and looks the others up. A chunk of 150 words
// takes about 800 bytes, and more while it is in a head.
//
// # Query language
//
// A query is any text unless index.Query.Syntax is set. Then it is clauses with
// spaces between them:
//
//	river bank        chunks with any of the words; more and rarer ones are better
//	+river            only chunks with the word
//	-river            only chunks without the word
//	"river bank"      the words one after the other, in one place
//	riv*              words that begin so, in the form in which they are indexed
//	title:river       the word in the title; also heading: and body:
//	+title:"bank of"  signs, fields and quotes together
//
// In quotes \" is a quote and \\ a backslash. A quoted phrase is analyzed like a
// text: stop words do not count, and other forms of a word are the same word. A
// word that consists of several, as in well-known, matches with a sign or a field
// if all of them are there. A prefix stands for the 64 most frequent words, with
// a sign for 512. A clause that matches adds what all its words in the chunk are
// worth, in whichever place they stand. A query of only -clauses finds nothing.
package bm25
