package answer

import "strings"

// A thoughtFilter leaves out the thoughts that some models write before their
// answer, between two tags.
type thoughtFilter struct {
	held  string
	state int // of the states below
}

const (
	unsure   = iota // all that came may still begin a thought
	thinking        // waiting for the end tag
	speaking
)

const thoughtOpen, thoughtClose = "<think>", "</think>"

func (f *thoughtFilter) add(piece string) string {
	if f.state == speaking {
		return piece
	}
	f.held += piece
	if f.state == unsure {
		begin := strings.TrimLeft(f.held, " \t\r\n")
		switch {
		case strings.HasPrefix(begin, thoughtOpen):
			f.state = thinking
		case strings.HasPrefix(thoughtOpen, begin):
			return ""
		default:
			f.state = speaking
			return f.end()
		}
	}
	_, after, done := strings.Cut(f.held, thoughtClose)
	if !done {
		f.held = f.held[max(0, len(f.held)-len(thoughtClose)):]
		return ""
	}
	f.state, f.held = speaking, ""
	return after
}

// end returns what was held back; an unfinished thought is dropped.
func (f *thoughtFilter) end() string {
	s := f.held
	f.held = ""
	if f.state == thinking {
		return ""
	}
	return s
}
