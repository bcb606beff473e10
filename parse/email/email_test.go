package email_test

import (
	"context"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/email"
	"ragserver/parse/parsetest"
)

const message = "From: =?utf-8?q?J=C3=BCrgen?= <j@example.org>\r\nTo: Ann <a@example.org>\r\nSubject: =?iso-8859-1?q?Caf=E9?= plan\r\n" +
	"Date: Mon, 2 Mar 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" +
	"--x\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n" +
	"--y\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nLet us meet =E0 midi.\r\n\r\nBye\r\n" +
	"--y\r\nContent-Type: text/html\r\n\r\n<p>Let us meet.</p>\r\n--y--\r\n" +
	"--x\r\nContent-Type: application/pdf; name=plan.pdf\r\nContent-Disposition: attachment; filename=plan.pdf\r\n\r\n%PDF\r\n--x--\r\n"

const page = "From: a@example.org\r\nSubject: Page\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<h2>Head</h2><p>Body é</p>\r\n"

func TestParsersKeepTheContract(t *testing.T) {
	parsetest.Run(t, email.New(plain{}), parse.Input{Name: "a.eml", Data: []byte(message)}, parse.Input{Name: "b.eml", Data: []byte(page)})
	parsetest.Run(t, email.NewBox(plain{}), parse.Input{Name: "a.mbox", Data: []byte(mbox())})
}

// plain reads all as text, but messages as messages.
type plain struct{}

func (plain) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if in.MediaType == "message/rfc822" {
		return email.New(plain{}).Parse(ctx, in)
	}
	return rag.Text{Text: string(in.Data), MediaType: in.MediaType}, nil
}

func mbox() string {
	line := "From x@example.org Mon Mar  2 10:00:00 2026\n"
	return line + message + "\n\n" + line + page
}

func list(t *testing.T, p parse.Parser, source string) (title string, out []string) {
	t.Helper()
	got, err := p.Parse(t.Context(), parse.Input{Data: []byte(source)})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range got.Sections {
		out = append(out, string(s.Kind)+"|"+strings.Join(s.Heading, "/")+"|"+got.Text[s.Start:s.End])
	}
	return got.Title, out
}

func TestSubjectHeadersBodyAttachments(t *testing.T) {
	title, got := list(t, email.New(plain{}), message)
	if title != "Café plan" {
		t.Errorf("got title %q", title)
	}
	want := []string{
		"heading|Café plan|Café plan",
		"note|Café plan|From: Jürgen <j@example.org>\nTo: Ann <a@example.org>\nDate: Mon, 2 Mar 2026 10:00:00 +0000",
		"paragraph|Café plan|Let us meet à midi.", "paragraph|Café plan|Bye", "list|Café plan|Attachments: plan.pdf",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestHTMLBodyIsUsedWithoutPlainText(t *testing.T) {
	_, got := list(t, email.New(plain{}), page)
	if want := "paragraph|Page/Head|Body é"; got[len(got)-1] != want {
		t.Errorf("got %q, want %q", got[len(got)-1], want)
	}
}

func TestMailboxHoldsSeveralMessages(t *testing.T) {
	_, got := list(t, email.NewBox(plain{}), mbox())
	all := strings.Join(got, "\n")
	if !strings.Contains(all, "heading|Café plan|") || !strings.Contains(all, "heading|Page|Page") {
		t.Errorf("got\n%s", all)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(message))
	f.Add([]byte(mbox()))
	f.Fuzz(func(t *testing.T, data []byte) {
		parsetest.Survives(t, email.New(plain{}), parse.Input{Data: data})
		parsetest.Survives(t, email.NewBox(plain{}), parse.Input{Data: data})
	})
}
