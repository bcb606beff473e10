// Package subtitles parses the subtitles of films and recordings: SRT and
// WebVTT.
package subtitles

import (
	"context"
	"fmt"
	"strings"
	"time"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/charset"
)

// A Parser joins cues, which are cut to fit a screen, into paragraphs that are
// read: a new one begins when somebody else speaks, after a pause, and where one
// has become long. Each begins with when it is said, as in "[00:01:23]".
type Parser struct{ mediaType string }

// New returns a parser of subtitles of a media type: SRT or WebVTT, both are read
// by what they look like.
func New(mediaType string) *Parser { return &Parser{mediaType} }

const (
	pause = 3 * time.Second // that begins a paragraph
	long  = 700             // bytes, from which a paragraph ends with its sentence
	most  = 1400            // bytes, from which it ends anyhow: about one chunk
)

// Parse implements parse.Parser. A file without a cue is read as plain text.
func (p *Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	r, err := charset.Decode(in.Data, "")
	if err != nil {
		return rag.Text{}, err
	}
	t := rag.Text{MediaType: p.mediaType, Parser: "subtitles"}
	if w := r.Warning(); w != "" {
		t.Warnings = append(t.Warnings, w)
	}
	f := read(r.Text)
	var w writer
	for _, c := range f.cues {
		w.cue(c)
	}
	w.flush()
	t.Title, t.Language = f.title, f.language
	t.Text, t.Sections = w.out.Result()
	if len(f.cues) > 0 {
		t.Meta = map[string]string{"duration": stamp(f.cues[len(f.cues)-1].end), "cues": fmt.Sprint(len(f.cues))}
	}
	if t.Text == "" {
		t.Text, t.Sections = r.Text, nil
		t.Warnings = append(t.Warnings, "no cues of subtitles: read as plain text")
		parse.Blocks(t.Text, func(start, end int) {
			t.Sections = append(t.Sections, rag.Section{Kind: rag.Paragraph, Start: start, End: end})
		})
	}
	return t, ctx.Err()
}

// A writer joins cues into paragraphs.
type writer struct {
	out     parse.Builder
	text    strings.Builder // of the paragraph so far
	begin   time.Duration   // of the paragraph
	end     time.Duration   // of the cue before
	speaker string
	last    []string // the lines of the cue before
}

func (w *writer) cue(c cue) {
	lines := c.lines
	// Captions that roll show the last line of the cue before again.
	for len(lines) > 0 && len(w.last) > 0 && lines[0].text == w.last[len(w.last)-1] && c.start-w.end < pause {
		lines = lines[1:]
	}
	w.last = w.last[:0]
	for _, l := range c.lines {
		w.last = append(w.last, l.text)
	}
	for i, l := range lines {
		another := l.speaker != "" && l.speaker != w.speaker || l.dash && (i > 0 || len(lines) > 1)
		if another || c.start-w.end >= pause || w.text.Len() > long && w.sentence() || w.text.Len() > most {
			w.flush()
		}
		w.add(c, l)
	}
	w.end = max(c.end, w.end)
}

func (w *writer) add(c cue, l line) {
	if w.text.Len() == 0 {
		w.begin = c.start
		if l.speaker != "" {
			w.text.WriteString(l.speaker + ": ")
		}
	} else {
		w.text.WriteByte(' ')
	}
	if l.speaker != "" {
		w.speaker = l.speaker
	}
	w.end = max(w.end, c.start)
	w.text.WriteString(l.text)
}

// sentence reports whether the text ends one.
func (w *writer) sentence() bool {
	return strings.ContainsAny(lastRune(strings.TrimRight(w.text.String(), `"')»”’`)), ".!?…。！？")
}

func lastRune(s string) string {
	r := []rune(s[max(0, len(s)-4):])
	return string(r[max(0, len(r)-1):])
}

func (w *writer) flush() {
	if w.text.Len() > 0 {
		w.out.Add(rag.Paragraph, "["+stamp(w.begin)+"] "+w.text.String())
	}
	w.text.Reset()
}

// stamp writes a time as hours, minutes and seconds.
func stamp(d time.Duration) string {
	s := int(d / time.Second)
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}
