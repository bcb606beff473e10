package email

import (
	"strings"
	"time"

	"ragserver/parse"
	"ragserver/parse/charset"
)

// What an invitation may say.
const (
	maxEvents = 100
	maxEvent  = 4000 // bytes
)

// calendar returns the events of a calendar, RFC 5545, as people read them, ""
// if there are none.
func calendar(data []byte) string {
	r, err := charset.Decode(data, "")
	if err != nil {
		return ""
	}
	text := strings.NewReplacer("\r\n ", "", "\r\n\t", "", "\n ", "", "\n\t", "", "\r\n", "\n").Replace(r.Text)
	var events []string
	var e *event
	for line := range strings.Lines(text) {
		name, value := property(line)
		switch {
		case name == "BEGIN" && value == "VEVENT" && len(events) < maxEvents:
			e = &event{}
		case name == "END" && value == "VEVENT" && e != nil:
			events = append(events, e.String())
			e = nil
		case e != nil:
			e.note(name, value, line)
		}
	}
	return strings.Join(events, "\n\n")
}

// property splits a line into its name, without parameters, and its value.
func property(line string) (name, value string) {
	quoted := false
	for i, c := range strings.TrimRight(line, "\n") {
		switch {
		case c == '"':
			quoted = !quoted
		case c == ':' && !quoted:
			name, _, _ = strings.Cut(line[:i], ";")
			return strings.ToUpper(name), strings.TrimSpace(line[i+1:])
		}
	}
	return "", ""
}

// An event is one entry of a calendar.
type event struct {
	summary, start, end, place, organizer, words string
	people                                       []string
}

func (e *event) note(name, value, line string) {
	switch name {
	case "SUMMARY":
		e.summary = unescape(value)
	case "DTSTART":
		e.start = when(value)
	case "DTEND":
		e.end = when(value)
	case "LOCATION":
		e.place = unescape(value)
	case "DESCRIPTION":
		e.words = unescape(value)
	case "ORGANIZER":
		e.organizer = person(value, line)
	case "ATTENDEE":
		if len(e.people) < 100 {
			e.people = append(e.people, person(value, line))
		}
	}
}

func (e *event) String() string {
	var out []string
	for _, f := range [][2]string{{"Event: ", e.summary}, {"Start: ", e.start}, {"End: ", e.end}, {"Where: ", e.place},
		{"Organizer: ", e.organizer}, {"Attendees: ", strings.Join(e.people, ", ")}, {"", e.words}} {
		if strings.TrimSpace(f[1]) != "" {
			out = append(out, f[0]+f[1])
		}
	}
	return parse.Cut(strings.Join(out, "\n"), maxEvent)
}

// when writes a time as people do; what is no time stays.
func when(s string) string {
	for layout, show := range map[string]string{"20060102T150405Z": "2006-01-02 15:04 UTC", "20060102T150405": "2006-01-02 15:04", "20060102": "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Format(show)
		}
	}
	return s
}

// person returns the name of somebody with the address.
func person(value, line string) string {
	address := value
	if len(value) > 7 && strings.EqualFold(value[:7], "mailto:") {
		address = value[7:]
	}
	_, name, ok := strings.Cut(line, ";CN=")
	if !ok {
		return address
	}
	if quoted, isQuoted := strings.CutPrefix(name, `"`); isQuoted {
		name, _, _ = strings.Cut(quoted, `"`)
	} else {
		name = name[:strings.IndexAny(name+";", ";:")]
	}
	if name = strings.TrimSpace(name); name == "" || name == address {
		return address
	}
	return name + " <" + address + ">"
}

func unescape(s string) string {
	return strings.NewReplacer(`\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\\`, `\`).Replace(s)
}
