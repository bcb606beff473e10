package image

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode"

	rag "ragserver"
	"ragserver/parse"
)

// A fact is something that a picture says about itself; its name is the key in
// Text.Meta.
type fact string

const (
	title       fact = "title"
	description fact = "description"
	comment     fact = "comment"
	author      fact = "author"
	copyright   fact = "copyright"
	keywords    fact = "keywords"
	place       fact = "place"
	taken       fact = "taken" // as RFC 3339 writes it, without a zone if it is not known
	changed     fact = "changed"
	maker       fact = "maker"
	camera      fact = "camera"
	lens        fact = "lens"
	software    fact = "software"
	latitude    fact = "latitude" // degrees; south is negative
	longitude   fact = "longitude"
)

// A picture is what its header says.
type picture struct {
	form          string
	width, height int
	frames        int // pictures in the file; 0 if that is not known
	facts         map[fact]string
}

// maxFact bounds what one fact adds, in bytes.
const maxFact = 8 << 10

// say notes a fact. What was said first stays.
func (p *picture) say(f fact, value string) {
	value = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(strings.ReplaceAll(value, "\r\n", "\n"), "\uFFFD"))
	value = strings.TrimSpace(parse.Cut(value, maxFact))
	if value != "" && p.facts[f] == "" && value != "OLYMPUS DIGITAL CAMERA" {
		p.facts[f] = value
	}
}

// sayTime notes a time as Exif and XMP write it.
func (p *picture) sayTime(f fact, value string) {
	value = strings.Trim(value, "\x00 ")
	for _, layout := range []string{"2006:01:02 15:04:05", time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006:01:02", "2006-01-02", "20060102"} {
		t, err := time.Parse(layout, value)
		switch {
		case err != nil || t.Year() < 1800:
		case strings.HasSuffix(layout, "07:00"):
			p.say(f, t.Format(time.RFC3339))
		case len(layout) > len("2006-01-02"):
			p.say(f, t.Format("2006-01-02T15:04:05"))
		default:
			p.say(f, t.Format("2006-01-02"))
		}
	}
}

// describe composes the text of a picture that is called name.
func (p *picture) describe(name string) rag.Text {
	t := rag.Text{Title: oneLine(p.facts[title]), Author: oneLine(p.facts[author]), Created: instant(p.facts[taken]), Modified: instant(p.facts[changed])}
	t.Meta = map[string]string{"width": strconv.Itoa(p.width), "height": strconv.Itoa(p.height)}
	for f, v := range p.facts {
		if f != title && f != author && f != changed {
			t.Meta[string(f)] = v
		}
	}
	if c := p.cameraName(); c != "" {
		delete(t.Meta, string(maker))
		t.Meta[string(camera)] = c
	}
	var out parse.Builder
	out.Heading(1, t.Title)
	out.Add(rag.Paragraph, p.sentence(name))
	for _, f := range []fact{description, comment} {
		if f != comment || p.facts[comment] != p.facts[description] {
			out.Add(rag.Caption, p.facts[f])
		}
	}
	var notes []string
	for _, n := range []struct {
		label string
		f     fact
	}{{"Keywords", keywords}, {"By", author}, {"Copyright", copyright}} {
		if v := oneLine(p.facts[n.f]); v != "" {
			notes = append(notes, n.label+": "+v)
		}
	}
	out.Add(rag.Note, strings.Join(notes, "\n"))
	t.Text, t.Sections = out.Result()
	return t
}

// sentence says what the picture is.
func (p *picture) sentence(name string) string {
	var b strings.Builder
	if b.WriteString("Picture"); p.facts[maker]+p.facts[camera] != "" {
		b.Reset()
		b.WriteString("Photograph")
	}
	if base := path.Base(strings.ReplaceAll(name, `\`, "/")); name != "" && base != "." && base != "/" {
		b.WriteString(" " + oneLine(base))
	}
	fmt.Fprintf(&b, " (%s), %d x %d pixels", p.form, p.width, p.height)
	if p.frames > 1 {
		fmt.Fprintf(&b, ", %d pictures in the file", p.frames)
	}
	if v := p.facts[taken]; v != "" {
		b.WriteString(", taken " + strings.Replace(v, "T", " ", 1))
	}
	if c := p.cameraName(); c != "" {
		b.WriteString(" with " + c)
	}
	if v := oneLine(p.facts[lens]); v != "" {
		b.WriteString(", lens " + v)
	}
	if v := oneLine(p.facts[place]); v != "" {
		b.WriteString(", in " + v)
	}
	if p.facts[latitude] != "" && p.facts[longitude] != "" {
		b.WriteString(", at " + p.facts[latitude] + ", " + p.facts[longitude])
	}
	return b.String()
}

// cameraName returns the camera with its maker, which many name twice.
func (p *picture) cameraName() string {
	make, model := oneLine(p.facts[maker]), oneLine(p.facts[camera])
	first, _, _ := strings.Cut(make, " ")
	if strings.HasPrefix(strings.ToLower(model), strings.ToLower(first)) {
		return model
	}
	return strings.TrimSpace(make + " " + model)
}

func instant(s string) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
