package archive_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/archive"
	"ragserver/parse/parsetest"
)

// any reads archives inside archives, and all else as text.
type any struct{}

func (any) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if t, err := archive.New(any{}).Parse(ctx, in); !errors.Is(err, parse.ErrUnsupported) {
		return t, err
	}
	return rag.Text{Text: string(in.Data), MediaType: "text/plain"}, nil
}

type member struct{ name, text string }

var members = []member{{"a.txt", "alpha"}, {"dir/b.txt", strings.Repeat("beta ", 100)}, {"../../etc/c.txt", "gamma"}, {"/abs.txt", "delta"}}

func zipOf(t testing.TB, list ...member) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range list {
		w, err := z.Create(m.name)
		check(t, err)
		_, err = io.WriteString(w, m.text)
		check(t, err)
	}
	check(t, z.Close())
	return b.Bytes()
}

func tarOf(t testing.TB, list ...member) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, m := range list {
		check(t, w.WriteHeader(&tar.Header{Name: m.name, Mode: 0o600, Size: int64(len(m.text))}))
		_, err := io.WriteString(w, m.text)
		check(t, err)
	}
	check(t, w.WriteHeader(&tar.Header{Name: "link", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}))
	check(t, w.Close())
	return b.Bytes()
}

func gzipOf(t testing.TB, data []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	check(t, err)
	_, err = w.Write(data)
	check(t, err)
	check(t, w.Close())
	return b.Bytes()
}

func zstdOf(t testing.TB, data []byte) []byte {
	w, err := zstd.NewWriter(nil)
	check(t, err)
	return w.EncodeAll(data, nil)
}

// "alpha\n" as bzip2 and xz pack it.
var (
	bzipped = unhex("425a683931415926535911bb3195000001418000102044400020002183419a09698e2ee48a70a1202376632a")
	xzipped = unhex("fd377a585a0000016922de360200210116000000742fe5a3010005616c7068610a000000ec6e609f00011a06c5eac8799042990d010000000001595a")
)

func unhex(s string) []byte {
	data, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return data
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, name string, data []byte) rag.Text {
	t.Helper()
	got, err := archive.New(any{}).Parse(t.Context(), parse.Input{Name: name, Data: data})
	check(t, err)
	parsetest.Check(t, got)
	return got
}

// flat writes the parts of a text, a line each, those inside indented.
func flat(t rag.Text, indent string) string {
	var b strings.Builder
	for _, p := range t.Parts {
		text, _, _ := strings.Cut(p.Text.Text, "\n")
		fmt.Fprintf(&b, "%s%s|%d|%.20s|%s\n%s", indent, p.Name, p.Size, text, p.Problem, flat(p.Text, indent+" "))
	}
	return b.String()
}

func TestParserKeepsTheContract(t *testing.T) {
	whole := tarOf(t, members...)
	parsetest.Run(t, archive.New(any{}),
		parse.Input{Name: "a.zip", Data: zipOf(t, members...)}, parse.Input{Name: "a.tar", Data: whole},
		parse.Input{Name: "a.tgz", Data: gzipOf(t, whole)}, parse.Input{Name: "a.zst", Data: zstdOf(t, whole)},
		parse.Input{Name: "a.bz2", Data: bzipped}, parse.Input{Name: "a.xz", Data: xzipped})
}

const wantMembers = "a.txt|5|alpha|\ndir/b.txt|500|beta beta beta beta |\netc/c.txt|5|gamma|\nabs.txt|5|delta|\n"

func TestMembersBecomeParts(t *testing.T) {
	whole := tarOf(t, members...)
	for name, data := range map[string][]byte{
		"archive/zip": zipOf(t, members...), "archive/tar": whole, "archive/tar.gzip": gzipOf(t, whole), "archive/tar.zstd": zstdOf(t, whole),
	} {
		got := read(t, "x", data)
		if list := flat(got, ""); list != wantMembers || got.Parser != name {
			t.Errorf("%s: got %s\n%s", name, got.Parser, list)
		}
		for _, want := range []string{"- a.txt (5 B)", "- dir/b.txt (500 B)", "- ../../etc/c.txt (5 B)"} {
			if !strings.Contains(got.Text, want) {
				t.Errorf("%s: got text %q, want %q in it", name, got.Text, want)
			}
		}
	}
	if got := read(t, "x.tar", whole); !strings.Contains(got.Text, "- link -> /etc/passwd\n") && !strings.HasSuffix(got.Text, "- link -> /etc/passwd") {
		t.Errorf("links are not listed: %q", got.Text)
	}
}

func TestPackedFilesAreOneMember(t *testing.T) {
	for name, data := range map[string][]byte{
		"log.txt.gz": gzipOf(t, []byte("alpha\n")), "log.txt.zst": zstdOf(t, []byte("alpha\n")), "x/log.txt.bz2": bzipped, "LOG.TXT.XZ": xzipped,
	} {
		got := flat(read(t, name, data), "")
		if !strings.EqualFold(got, "log.txt|6|alpha|\n") {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestLeavingsOfSystemsAreLeftOut(t *testing.T) {
	got := read(t, "a.zip", zipOf(t, member{"__MACOSX/._a", "x"}, member{"d/.DS_Store", "x"}, member{"a", "y"}))
	if flat(got, "") != "a|1|y|\n" || !strings.Contains(got.Text, "1 file,") {
		t.Errorf("got %q and %q", flat(got, ""), got.Text)
	}
}

func TestEncryptedMembersAreListedWithTheReason(t *testing.T) {
	data := zipOf(t, member{"a", "x"}, member{"b", "y"})
	at := bytes.LastIndex(data, []byte("PK\x01\x02"))
	data[at+8] |= 1
	got := read(t, "a.zip", data)
	if list := flat(got, ""); list != "a|1|x|\nb|1||needs a password: encrypted\n" {
		t.Errorf("got %q", list)
	}
	if !strings.Contains(got.Text, "- b (1 B): needs a password") {
		t.Errorf("got text %q", got.Text)
	}
}

func TestUnknownMethodsAreListedWithTheReason(t *testing.T) {
	data := zipOf(t, member{"a", "x"})
	binary.LittleEndian.PutUint16(data[bytes.LastIndex(data, []byte("PK\x01\x02"))+10:], 9)
	if list := flat(read(t, "a.zip", data), ""); list != "a|1||compression method 9: unsupported format\n" {
		t.Errorf("got %q", list)
	}
}

// old names of DOS: 0x81 is u with dots.
func TestNamesOfOldProgramsAreDecoded(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateHeader(&zip.FileHeader{Name: "m\x81ll.txt", NonUTF8: true})
	check(t, err)
	_, err = w.Write([]byte("x"))
	check(t, err)
	check(t, z.Close())
	if list := flat(read(t, "a.zip", b.Bytes()), ""); list != "müll.txt|1|x|\n" {
		t.Errorf("got %q", list)
	}
}

func TestEmptyArchives(t *testing.T) {
	if got := read(t, "a.zip", zipOf(t)); got.Text != "ZIP archive, 0 files, 0 B unpacked" || len(got.Parts) != 0 {
		t.Errorf("got %q", got.Text)
	}
}
