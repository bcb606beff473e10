package email_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/email"
)

// mixed composes a message of parts, each with its headers.
func mixed(kind string, list ...string) string {
	var b strings.Builder
	b.WriteString("From: Ann <a@example.org>\r\nTo: Bo <b@example.org>\r\nSubject: Things\r\nMessage-ID: <1@example.org>\r\nDate: Mon, 2 Mar 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\nContent-Type: " + kind + "; boundary=\"xx\"\r\n")
	for _, p := range list {
		b.WriteString("\r\n--xx\r\n" + p)
	}
	b.WriteString("\r\n--xx--\r\n")
	return b.String()
}

func parsed(t *testing.T, p parse.Parser, source string) rag.Text {
	t.Helper()
	got, err := p.Parse(t.Context(), parse.Input{Data: []byte(source)})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func partsOf(t rag.Text) (list []string) {
	for _, p := range t.Parts {
		list = append(list, fmt.Sprintf("%s|%s|%s|%s", p.Name, p.Text.MediaType, p.Text.Title+p.Text.Text, p.Problem))
	}
	return list
}

func equal(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

const body = "Content-Type: text/plain\r\n\r\nThe body."

func TestAttachmentsBecomeParts(t *testing.T) {
	inner := "From: Cy <c@example.org>\r\nSubject: Inner/one\r\n\r\nInside.\r\n"
	got := parsed(t, email.New(plain{}), mixed("multipart/mixed", body,
		"Content-Type: text/csv; name=\"a.csv\"\r\nContent-Disposition: attachment; filename=\"a.csv\"\r\n\r\n1,2",
		"Content-Type: image/png\r\nContent-Disposition: inline\r\nContent-ID: <p>\r\nContent-Transfer-Encoding: base64\r\n\r\ncGl4ZWxz",
		"Content-Type: message/rfc822\r\n\r\n"+inner,
		"Content-Type: application/x-tar\r\n\r\ntar"))
	list := partsOf(got)
	if len(list) != 4 {
		t.Fatalf("got %q", list)
	}
	equal(t, list[:2], "a.csv|text/csv|1,2|", "image.png|image/png|pixels|")
	if !strings.HasPrefix(list[2], "Inner-one.eml|message/rfc822|Inner/oneInner/one\n\nFrom: Cy") || !strings.HasPrefix(list[3], "part.tar|application/x-tar|tar") {
		t.Errorf("got %q", list)
	}
	if !strings.HasSuffix(got.Text, "The body.\n\nAttachments: a.csv, image.png, Inner-one.eml, part.tar") {
		t.Errorf("got %q", got.Text)
	}
	if got.Meta["to"] != "Bo <b@example.org>" || got.Meta["message_id"] != "<1@example.org>" || got.Created.Hour() != 9 || got.Parser != "email" {
		t.Errorf("got %q, %v", got.Meta, got.Created)
	}
}

func TestSignedMessages(t *testing.T) {
	got := parsed(t, email.New(plain{}), mixed("multipart/signed; protocol=\"application/pgp-signature\"", body, "Content-Type: application/pgp-signature; name=s.asc\r\n\r\n-----BEGIN PGP SIGNATURE-----"))
	if got.Meta["signed"] != "PGP" || len(got.Parts) != 0 || !strings.HasSuffix(got.Text, "The body.") {
		t.Errorf("got %q, %q, %q", got.Meta, partsOf(got), got.Text)
	}
	got = parsed(t, email.New(plain{}), "From: a@b\r\nContent-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n\r\nx")
	if equal(t, partsOf(got), "smime.p7m|||a message inside its S/MIME signature: unsupported format"); len(got.Warnings) == 0 || got.Meta["signed"] != "S/MIME" {
		t.Errorf("got %q, %q", got.Meta, got.Warnings)
	}
}

func TestEncryptedMessagesSaySo(t *testing.T) {
	for name, source := range map[string]string{
		"S/MIME": "From: a@b\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n\r\nx",
		"PGP":    mixed("multipart/encrypted", "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1", "Content-Type: application/octet-stream; name=msg.asc\r\n\r\nx"),
	} {
		got := parsed(t, email.New(plain{}), source)
		if got.Meta["encrypted"] != name || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "encrypted with "+name) {
			t.Errorf("%s: got %q, %q", name, got.Meta, got.Warnings)
		}
		if len(got.Parts) != 1 || !strings.HasSuffix(got.Parts[0].Problem, parse.ErrEncrypted.Error()) {
			t.Errorf("%s: got %q", name, partsOf(got))
		}
	}
	got := parsed(t, email.New(nil), "From: a@b\r\n\r\n-----BEGIN PGP MESSAGE-----\r\nx\r\n")
	if got.Meta["encrypted"] != "PGP" {
		t.Errorf("got %q", got.Meta)
	}
}

func TestOutlookPackagesAreRefused(t *testing.T) {
	got := parsed(t, email.New(plain{}), mixed("multipart/mixed", body, "Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\nx"))
	if equal(t, partsOf(got), "winmail.dat|||TNEF, the attachments of Outlook: unsupported format"); len(got.Warnings) != 1 {
		t.Errorf("got %q", got.Warnings)
	}
}

func TestInvitationsAreRead(t *testing.T) {
	ics := "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Plan\\, again\r\nDTSTART;TZID=\"Europe/Zurich\":20260302T100000\r\nDTEND:20260302T110000Z\r\nLOCATION:Room 5\r\n" +
		"ORGANIZER;CN=\"Ann A.\":mailto:a@example.org\r\nATTENDEE;CN=Bo;ROLE=REQ:MAILTO:b@example.org\r\nATTENDEE:mailto:c@example.org\r\nDESCRIPTION:First\\nsec\r\n ond\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	invitation := "Content-Type: text/calendar; method=REQUEST\r\n\r\n" + ics
	got := parsed(t, email.New(plain{}), mixed("multipart/mixed", body, invitation, strings.Replace(invitation, "REQUEST", "REQUEST; name=i.ics", 1)))
	want := "The body.\n\nEvent: Plan, again\nStart: 2026-03-02 10:00\nEnd: 2026-03-02 11:00 UTC\nWhere: Room 5\n" +
		"Organizer: Ann A. <a@example.org>\nAttendees: Bo <b@example.org>, c@example.org\nFirst\nsecond"
	if !strings.HasSuffix(got.Text, want) || len(got.Parts) != 0 {
		t.Errorf("got %q, %q", got.Text, partsOf(got))
	}
}

func TestReportsOfDeliveryAreRead(t *testing.T) {
	got := parsed(t, email.New(plain{}), mixed("multipart/report", body, "Content-Type: message/delivery-status\r\n\r\nAction: failed\r\nStatus: 5.1.1"))
	if !strings.HasSuffix(got.Text, "The body.\n\nAction: failed\nStatus: 5.1.1") {
		t.Errorf("got %q", got.Text)
	}
}

func TestPartsOfPartsAreLimited(t *testing.T) {
	var b strings.Builder
	b.WriteString("Subject: x\r\n")
	for i := range 2000 {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=\"b%d\"\r\n\r\n--b%d\r\n", i, i)
	}
	if _, err := email.New(nil).Parse(t.Context(), parse.Input{Data: []byte(b.String())}); !errors.Is(err, parse.ErrLimit) {
		t.Errorf("got error %v", err)
	}
}

func TestMailboxesOfManyMessages(t *testing.T) {
	line := "From x@example.org Mon Mar  2 10:00:00 2026\n"
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&b, "%sSubject: Number %d\nFrom: a@example.org\n\nText %d.\n>From the start.\n\n", line, i, i)
	}
	b.WriteString(line + mixed("multipart/mixed", body, "Content-Type: text/csv; name=a.csv\r\n\r\n1,2") + "\n\n" + line + "From: z@example.org\n\nNo subject here.\n")
	got := parsed(t, email.NewBox(plain{}), b.String())
	if !strings.Contains(got.Text, "Number 2999\n\nFrom: a@example.org\n\nText 2999.\nFrom the start.") || got.Meta["messages"] != "3002" {
		t.Errorf("got %q, %q", got.Meta, got.Text[len(got.Text)-300:])
	}
	equal(t, partsOf(got), "3001/a.csv|text/csv|1,2|")
	if last := got.Sections[len(got.Sections)-1]; last.Heading[0] != "(no subject)" {
		t.Errorf("the last message is below %q", last.Heading)
	}
}
