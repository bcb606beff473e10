package archive_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/archive"
	"ragserver/parse/parsetest"
)

func TestDamagedArchivesGiveWhatCanBeRead(t *testing.T) {
	big := member{"big.txt", strings.Repeat("text of a member ", 200)}
	for name, data := range map[string][]byte{
		"zip": zipOf(t, members[0], big, member{"last", "x"}), "tar": tarOf(t, members[0], big, member{"last", strings.Repeat("x", 600)}),
	} {
		cut := data[:min(bytes.LastIndex(data, []byte("last"))+700, len(data)-20)] // in the last member; in the directory
		got := read(t, name, cut)
		if list := flat(got, ""); !strings.HasPrefix(list, "a.txt|5|alpha|\nbig.txt|3400|text of") || len(got.Warnings) == 0 {
			t.Errorf("%s: got %q, warnings %q", name, list, got.Warnings)
		}
	}
	whole := gzipOf(t, tarOf(t, members...))
	if got := read(t, "a.tgz", whole[:len(whole)-30]); len(got.Parts) == 0 || len(got.Warnings) == 0 {
		t.Errorf("tgz: got %d parts, warnings %q", len(got.Parts), got.Warnings)
	}
}

func TestBombsCostLittle(t *testing.T) {
	zeros := strings.Repeat("\x00", 6<<20)
	for name, data := range map[string][]byte{"a.zip": zipOf(t, member{"zeros", zeros}, member{"b", "after"}), "a.tgz": gzipOf(t, tarOf(t, member{"zeros", zeros}, member{"b", "after"}))} {
		got := read(t, name, data)
		if len(got.Parts) != 2 || !strings.Contains(got.Parts[0].Problem, "limit exceeded") || got.Parts[1].Text.Text != "after" {
			t.Errorf("%s: got %q", name, flat(got, ""))
		}
	}
	if got := read(t, "zeros.gz", gzipOf(t, []byte(zeros))); !strings.Contains(got.Parts[0].Problem, "KiB: limit exceeded") {
		t.Errorf("got %q", flat(got, ""))
	}
}

func TestWhatIsSkippedIsLimited(t *testing.T) {
	data := gzipOf(t, tarOf(t, members[0], member{"zeros", strings.Repeat("\x00", 80<<20)}, members[3]))
	got := read(t, "a.tgz", data)
	if list := flat(got, ""); !strings.HasPrefix(list, "a.txt|5|alpha|\nzeros|83886080||") || len(got.Parts) != 2 || !strings.Contains(strings.Join(got.Warnings, ""), "too much to unpack") {
		t.Errorf("got %q, warnings %q", list, got.Warnings)
	}
}

func TestSharedBytesAreReadOnce(t *testing.T) {
	data := zipOf(t, member{"a", strings.Repeat("x", 50)}, member{"b", strings.Repeat("x", 50)})
	second := bytes.LastIndex(data, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(data[second+42:], 0) // where the first begins
	if list := flat(read(t, "a.zip", data), ""); !strings.Contains(list, "b|50||shares its bytes with another member") || !strings.HasPrefix(list, "a|50|xxx") {
		t.Errorf("got %q", list)
	}
}

func TestArchivesInEachOtherEnd(t *testing.T) {
	data := zipOf(t, member{"core.txt", "core"})
	for i := range 10 {
		data = zipOf(t, member{fmt.Sprintf("%d.zip", i), string(data)})
	}
	list := flat(read(t, "a.zip", data), "")
	if n := strings.Count(list, ".zip|"); n != 5 {
		t.Errorf("%d archives in each other were read, want 5: %s", n, list)
	}
}

func TestManyMembersAreLimited(t *testing.T) {
	list := make([]member, 12_000)
	for i := range list {
		list[i] = member{fmt.Sprintf("%06d.txt", i), "x"}
	}
	got := read(t, "a.zip", zipOf(t, list...))
	if len(got.Parts) != 5000 || !strings.Contains(strings.Join(got.Warnings, "\n"), "7000 documents inside this one were left out") {
		t.Errorf("%d parts, warnings %q", len(got.Parts), got.Warnings)
	}
	if !strings.Contains(got.Text, "12000 files") || !strings.HasSuffix(got.Text, "and 2000 more") {
		t.Errorf("the text is %.100q ... %q", got.Text, got.Text[len(got.Text)-30:])
	}
}

func TestHugeSizesAreNotBelieved(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	check(t, w.WriteHeader(&tar.Header{Name: "a", Size: 1}))
	_, err := w.Write([]byte("x"))
	check(t, err)
	check(t, w.WriteHeader(&tar.Header{Name: "huge", Size: 1 << 60}))
	got := read(t, "a.tar", b.Bytes())
	if list := flat(got, ""); !strings.HasPrefix(list, "a|1|x|\nhuge|1152921504606846976||") || len(got.Warnings) != 1 {
		t.Errorf("got %q, warnings %q", list, got.Warnings)
	}
}

// slow stops the context at the first member.
type slow struct{ cancel context.CancelFunc }

func (s slow) Parse(context.Context, parse.Input) (rag.Text, error) {
	s.cancel()
	return rag.Text{}, nil
}

func TestParserStopsBetweenMembers(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := archive.New(slow{cancel}).Parse(ctx, parse.Input{Data: zipOf(t, members...)}); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v", err)
	}
}

func TestWhatIsNoArchiveIsUnsupported(t *testing.T) {
	if _, err := archive.New(nil).Parse(t.Context(), parse.Input{Data: []byte("Hello, not an archive")}); !errors.Is(err, parse.ErrUnsupported) {
		t.Errorf("got error %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, data := range [][]byte{zipOf(f, members...), tarOf(f, members...), gzipOf(f, tarOf(f, members...)), zstdOf(f, []byte("x")), bzipped, xzipped} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		parsetest.Survives(t, archive.New(nil), parse.Input{Name: "a", Data: data})
	})
}
