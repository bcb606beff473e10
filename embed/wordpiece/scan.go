package wordpiece

import (
	"unicode/utf8"
)

// A scanner finds the words of one text and cuts them into tokens.
type scanner struct {
	t     *Tokenizer
	yield func(uint32) bool
	done  bool // yield returned false

	// The word so far, in lower case and without marks: how many characters,
	// their bytes as far as they matter, and the hash of these.
	chars int
	size  int
	hash  uint64
	word  [(maxWord + 1) * utf8.UTFMax]byte
}

func (s *scanner) run(text string) {
	s.hash = first
	for i := 0; i < len(text) && !s.done; i++ {
		switch c := classes[text[i]]; c {
		default:
			s.addByte(c)
		case dropped:
		case space:
			s.end()
		case punctuation:
			s.end()
			s.addByte(text[i])
			s.end()
		case wide:
			r, n := utf8.DecodeRuneInString(text[i:])
			s.addRune(r)
			i += n - 1
		}
	}
	s.end()
}

// addByte adds an ASCII character to the word.
func (s *scanner) addByte(c byte) {
	if s.chars++; s.chars <= maxWord {
		s.word[s.size] = c
		s.size++
		s.hash = step(s.hash, c)
	}
}

// add adds a character to the word.
func (s *scanner) add(r rune) {
	if s.chars++; s.chars <= maxWord {
		from := s.size
		s.size += utf8.EncodeRune(s.word[from:], r)
		for _, c := range s.word[from:s.size] {
			s.hash = step(s.hash, c)
		}
	}
}

// end emits the tokens of the word, if there is one, and begins the next.
func (s *scanner) end() {
	if s.chars == 0 {
		return
	}
	word := s.word[:s.size]
	if s.chars > maxWord {
		s.emit(s.t.unknown)
	} else if id, ok := s.t.lookup(word, first, s.hash); ok {
		s.emit(id)
	} else {
		s.pieces(word)
	}
	s.chars, s.size, s.hash = 0, 0, first
}

func (s *scanner) emit(id uint32) {
	s.done = s.done || !s.yield(id)
}

// pieces emits the longest token that word begins with, then the longest that
// continues it, and so on; [UNK] alone if that fails anywhere.
func (s *scanner) pieces(word []byte) {
	var ids [maxWord * utf8.UTFMax]uint32
	n := 0
	for start := first; len(word) > 0; start = continued {
		id, size := s.t.prefix(word, start)
		if size == 0 {
			s.emit(s.t.unknown)
			return
		}
		ids[n] = id
		n++
		word = word[size:]
	}
	for _, id := range ids[:n] {
		s.emit(id)
	}
}
