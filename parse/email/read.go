package email

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/jhillyerd/enmime/v2"

	"ragserver/parse"
)

// maxMultiparts bounds the parts that hold other parts: each inside another costs
// a buffer and a pass over all within it.
const maxMultiparts = 500

// An attachment is what goes with a message.
type attachment struct {
	name, mediaType string
	data            []byte
	problem         error // why it cannot be read; nil if it can
}

func read(data []byte) (*message, error) {
	if n := bytes.Count(bytes.ToLower(data), []byte("\ncontent-type: multipart/")); n > maxMultiparts {
		return nil, fmt.Errorf("reading a message: %d parts of parts: %w", n, parse.ErrLimit)
	}
	p := enmime.NewParser(enmime.SkipMalformedParts(true), enmime.DisableTextConversion(true))
	e, err := p.ReadEnvelope(bytes.NewReader(bytes.TrimLeft(data, "\r\n")))
	if err != nil {
		return nil, fmt.Errorf("reading a message: %w", err)
	}
	m := &message{subject: clean(e.GetHeader("Subject")), from: clean(e.GetHeader("From")), plain: e.Text, html: e.HTML, meta: map[string]string{}}
	m.headers(e)
	e.Root.DepthMatchAll(func(p *enmime.Part) bool {
		m.part(p)
		return false
	})
	if strings.Contains(e.Text, "-----BEGIN PGP MESSAGE-----") {
		m.encrypted("PGP")
	}
	if strings.Contains(e.Text, "-----BEGIN PGP SIGNED MESSAGE-----") {
		m.meta["signed"] = "PGP"
	}
	for _, e := range e.Errors[:min(len(e.Errors), 5)] {
		if e.Severe {
			m.warnings = append(m.warnings, clean(e.Name+": "+e.Detail))
		}
	}
	return m, nil
}

// headers reads what people see of the headers.
func (m *message) headers(e *enmime.Envelope) {
	var head []string
	for _, k := range []string{"From", "To", "Cc", "Date"} {
		if v := clean(e.GetHeader(k)); v != "" {
			head = append(head, k+": "+parse.Cut(v, 1000))
		}
	}
	m.head = strings.Join(head, "\n")
	for key, name := range map[string]string{"to": "To", "cc": "Cc", "message_id": "Message-Id", "in_reply_to": "In-Reply-To", "list": "List-Id"} {
		if v := clean(e.GetHeader(name)); v != "" {
			m.meta[key] = parse.Cut(v, 1000)
		}
	}
	if t, err := e.Date(); err == nil && t.Year() > 1970 && t.Year() < 10000 {
		m.date = t.UTC()
	}
}

// encrypted notes that the words of the message are not there.
func (m *message) encrypted(how string) {
	if m.meta["encrypted"] == "" {
		m.meta["encrypted"] = how
		m.warnings = append(m.warnings, "the message is encrypted with "+how)
	}
}

// part notes what a part of the message is, unless it is the body, which enmime
// has found.
func (m *message) part(p *enmime.Part) {
	kind := strings.ToLower(p.ContentType)
	switch {
	case p.FirstChild != nil || strings.HasPrefix(kind, "multipart/"):
	case p.Disposition != "attachment" && (kind == "text/plain" || kind == "" || kind == "text/html" && p.FileName == ""):
	case kind == "text/calendar" || kind == "application/ics":
		if s := calendar(p.Content); s != "" && (len(m.notes) == 0 || m.notes[len(m.notes)-1] != s) {
			m.notes = append(m.notes, s)
		}
	case kind == "application/pgp-signature":
		m.meta["signed"] = "PGP"
	case kind == "application/pkcs7-signature" || kind == "application/x-pkcs7-signature":
		m.meta["signed"] = "S/MIME"
	case kind == "application/pgp-encrypted":
		m.encrypted("PGP")
	case kind == "message/delivery-status" || kind == "message/disposition-notification":
		m.notes = append(m.notes, parse.Cut(strings.TrimSpace(strings.ReplaceAll(string(p.Content), "\r\n", "\n")), 8<<10))
	default:
		m.attached = append(m.attached, m.attachment(kind, p))
	}
}

func (m *message) attachment(kind string, p *enmime.Part) attachment {
	a := attachment{name: clean(p.FileName), mediaType: kind, data: p.Content}
	switch {
	case kind == "application/pkcs7-mime" || kind == "application/x-pkcs7-mime":
		if strings.Contains(strings.ToLower(p.Header.Get("Content-Type")), "signed-data") {
			m.meta["signed"] = "S/MIME"
			a.problem = fmt.Errorf("a message inside its S/MIME signature: %w", parse.ErrUnsupported)
			m.warnings = append(m.warnings, "the message is inside its S/MIME signature and was not read")
		} else {
			m.encrypted("S/MIME")
			a.problem = fmt.Errorf("S/MIME: %w", parse.ErrEncrypted)
		}
	case kind == "application/ms-tnef" || kind == "application/vnd.ms-tnef" || strings.EqualFold(a.name, "winmail.dat"):
		a.problem = fmt.Errorf("TNEF, the attachments of Outlook: %w", parse.ErrUnsupported)
		m.warnings = append(m.warnings, "attachments that Outlook packed as TNEF were not read")
	case m.meta["encrypted"] != "":
		a.problem = fmt.Errorf("%s: %w", m.meta["encrypted"], parse.ErrEncrypted)
	}
	if a.name == "" {
		a.name = nameOf(kind, p)
	}
	return a
}

// nameOf makes a name for a part that has none: that of what is in it, or of what
// it is.
func nameOf(kind string, p *enmime.Part) string {
	if kind == "message/rfc822" || kind == "message/global" {
		if inner, err := enmime.NewParser(enmime.SkipMalformedParts(true)).ReadParts(bytes.NewReader(p.Content[:min(len(p.Content), 64<<10)])); err == nil {
			e, err := enmime.EnvelopeFromPart(inner)
			if err == nil && clean(e.GetHeader("Subject")) != "" {
				return strings.ReplaceAll(parse.Cut(clean(e.GetHeader("Subject")), 100), "/", "-") + ".eml"
			}
		}
		return "message.eml"
	}
	_, sub, _ := strings.Cut(kind, "/")
	sub, _, _ = strings.Cut(strings.TrimPrefix(sub, "x-"), "+")
	main, _, _ := strings.Cut(kind, "/")
	if main != "image" && main != "text" && main != "audio" && main != "video" {
		main = "part"
	}
	switch {
	case sub == "octet-stream" || sub == "":
		return main
	case sub == "plain":
		sub = "txt"
	}
	return main + "." + clean(sub)
}
