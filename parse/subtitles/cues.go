package subtitles

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"time"

	"ragserver/parse"
)

// A file is what one of subtitles holds.
type file struct {
	title, language string
	cues            []cue
}

// A cue is what is shown at once.
type cue struct {
	start, end time.Duration
	lines      []line
}

type line struct {
	speaker, text string
	dash          bool // it begins with one: somebody else speaks
}

// timing reads "00:01:02,345 --> 00:01:04,000": WebVTT has points and may leave
// out hours, and settings may follow.
var timing = regexp.MustCompile(`^\s*(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?\s*-->\s*(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?(?:\s|$)`)

// read collects the cues: the lines from one with a time to a blank one. What
// stands elsewhere (numbers, names, notes, styles) is left out.
func read(text string) (f file) {
	var current *cue
	header := strings.HasPrefix(text, "WEBVTT")
	for pos := 0; pos < len(text); {
		end, next := parse.Line(text, pos)
		s := text[pos:end]
		pos = next
		m := timing.FindStringSubmatch(s)
		switch {
		case m != nil:
			f.cues = append(f.cues, cue{start: instant(m[1:5]), end: instant(m[5:9])})
			current, header = &f.cues[len(f.cues)-1], false
		case strings.TrimSpace(s) == "":
			current, header = nil, false
		case current != nil:
			if l := clean(s); l.text != "" {
				current.lines = append(current.lines, l)
			}
		case header:
			f.describe(s)
		}
	}
	return f
}

// describe reads a line of the header of WebVTT.
func (f *file) describe(s string) {
	s = strings.TrimSpace(s)
	if title, ok := strings.CutPrefix(s, "WEBVTT"); ok {
		f.title = strings.TrimSpace(strings.TrimLeft(title, " \t-:"))
	} else if language, ok := strings.CutPrefix(s, "Language:"); ok {
		f.language = tag.FindString(strings.TrimSpace(language))
	} else if title, ok := strings.CutPrefix(s, "Title:"); ok {
		f.title = strings.TrimSpace(title)
	}
}

var tag = regexp.MustCompile(`^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$`)

// instant reads hours, minutes, seconds and a fraction.
func instant(m []string) (d time.Duration) {
	for i, unit := range []time.Duration{time.Hour, time.Minute, time.Second} {
		n, _ := strconv.Atoi(m[i]) // digits or nothing
		d += time.Duration(n) * unit
	}
	n, _ := strconv.Atoi((m[3] + "000")[:3])
	return d + time.Duration(n)*time.Millisecond
}

var (
	voice   = regexp.MustCompile(`<v(?:\.[^\s>]*)?\s+([^>]{1,100})>`)
	markup  = regexp.MustCompile(`</?[A-Za-z0-9][^<>]{0,200}>|\{\\[^{}]{0,100}\}`)
	speaker = regexp.MustCompile(`^(\p{Lu}[\p{L}\p{N} .'_-]{0,30}):\s+(\S.*)$`)
)

// clean takes the markup out of a line of a cue.
func clean(s string) (l line) {
	if m := voice.FindStringSubmatch(s); m != nil {
		l.speaker = strings.TrimSpace(m[1])
	}
	s = html.UnescapeString(markup.ReplaceAllString(s, ""))
	s = strings.Join(strings.Fields(strings.ReplaceAll(s, "\u200B", "")), " ")
	for _, dash := range []string{"- ", "– ", "— ", ">> "} {
		if rest, ok := strings.CutPrefix(s, dash); ok {
			l.dash, s = true, rest
		}
	}
	if m := speaker.FindStringSubmatch(s); m != nil && l.speaker == "" {
		l.speaker, s = m[1], m[2]
	}
	l.text = s
	return l
}
