package ooxml

import (
	"bytes"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"testing"
	"unicode/utf16"

	"ragserver/parse"
	"ragserver/parse/ooxml/ooxmltest"
	"ragserver/parse/parsetest"
	"ragserver/parse/parts"
)

const (
	endOfChain = 0xFFFFFFFE
	tableMark  = 0xFFFFFFFD
)

// file returns a file of the compound format. Streams smaller than cutoff are in
// small sectors.
func file(cutoff int, streams map[string]string) []byte {
	var sectors, next, mini []byte // sectors; the two tables
	put := binary.LittleEndian.AppendUint32
	chain := func(table []byte, n, from int) []byte {
		for i := range n {
			if i == n-1 {
				return put(table, endOfChain)
			}
			table = put(table, uint32(from+i+1))
		}
		return table
	}
	pad := func(b []byte, size int) []byte { return append(b, make([]byte, (size-len(b)%size)%size)...) }
	add := func(b []byte) uint32 {
		start := len(sectors) / 512
		b = pad(bytes.Clone(b), 512)
		next = chain(next, len(b)/512, start)
		sectors = append(sectors, b...)
		return uint32(start)
	}
	next = put(next, tableMark) // sector 0 is the table
	sectors = make([]byte, 512)
	var small []byte
	var dir [][]byte
	entry := func(name string, kind byte, start uint32, size int) []byte {
		e := make([]byte, 128)
		for i, u := range utf16.Encode([]rune(name)) {
			binary.LittleEndian.PutUint16(e[2*i:], u)
		}
		binary.LittleEndian.PutUint16(e[64:], uint16(2*len([]rune(name))+2))
		e[66] = kind
		binary.LittleEndian.PutUint32(e[116:], start)
		binary.LittleEndian.PutUint32(e[120:], uint32(size))
		return e
	}
	for _, name := range slices.Sorted(maps.Keys(streams)) {
		content := []byte(streams[name])
		if len(content) >= cutoff {
			dir = append(dir, entry(name, 2, add(content), len(content)))
			continue
		}
		start := len(small) / 64
		small = append(small, pad(content, 64)...)
		mini = chain(mini, len(small)/64-start, start)
		dir = append(dir, entry(name, 2, uint32(start), len(content)))
	}
	root := entry("Root Entry", 5, add(small), len(small))
	miniAt := add(mini)
	dirAt := add(bytes.Join(append([][]byte{root}, dir...), nil))
	copy(sectors, next)
	head := make([]byte, 512)
	copy(head, compoundMark)
	binary.LittleEndian.PutUint16(head[0x1E:], 9)
	binary.LittleEndian.PutUint32(head[0x30:], dirAt)
	binary.LittleEndian.PutUint32(head[0x38:], uint32(cutoff))
	binary.LittleEndian.PutUint32(head[0x3C:], miniAt)
	binary.LittleEndian.PutUint32(head[0x44:], endOfChain)
	for i := 1; i < 109; i++ {
		binary.LittleEndian.PutUint32(head[0x4C+4*i:], 0xFFFFFFFF)
	}
	return append(head, sectors...)
}

func TestStreamsOfCompoundFilesAreWhole(t *testing.T) {
	long := string(bytes.Repeat([]byte("0123456789"), 300))
	c, err := openCompound(file(200, map[string]string{"a": "short", "b": long, "c": long[:150], "Größe": "x"}))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a": "short", "b": long, "c": long[:150], "Größe": "x"} {
		if got := string(c.stream(name)); got != want {
			t.Errorf("%s: got %q", name, got)
		}
	}
	if c.stream("d") != nil || c.has("d") {
		t.Error("a stream that is not there was found")
	}
}

// packaged returns what a program writes for a file put into a document.
func packaged(label, path, content string) string {
	b := []byte("\x00\x00\x00\x00\x02\x00" + label + "\x00" + path + "\x00" + "\x00\x00\x03\x00")
	b = binary.LittleEndian.AppendUint32(b, uint32(len(path)+1))
	b = append(b, path+"\x00"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(content)))
	return string(append(b, content...))
}

func TestObjectsGiveTheirFiles(t *testing.T) {
	native := packaged("notes.txt", `C:\temp\notes.txt`, "some notes")
	for _, c := range []struct {
		streams       map[string]string
		name, content string
	}{
		{map[string]string{"\x01Ole10Native": native}, "notes.txt", "some notes"},
		{map[string]string{"\x01Ole10Native": packaged("Notes", `C:\temp\n.txt`, "x")}, "n.txt", "x"},
		{map[string]string{"CONTENTS": "%PDF-1.4 text"}, "o.pdf", "%PDF-1.4 text"},
		{map[string]string{"Package": "PK"}, "o.bin", "PK"},
		{map[string]string{"Equation Native": "x"}, "o.bin", ""},
		{map[string]string{"\x01Ole10Native": native[:40]}, "o.bin", ""},
	} {
		name, content := payload("o.bin", file(100, c.streams))
		if name != c.name || string(content) != c.content {
			t.Errorf("%q: got %q, %q", c.streams, name, content)
		}
	}
	old := file(100, map[string]string{"WordDocument": "x"})
	if _, content := payload("o.bin", old); !bytes.Equal(content, old) {
		t.Error("a document of an older program is not given whole")
	}
}

func TestEmbeddedObjectsAreUnpacked(t *testing.T) {
	pkg, err := Open(parsetest.Zip(t, map[string]string{
		"word/a.bin": string(file(100, map[string]string{"CONTENTS": "%PDF-1.4"})), "word/b.bin": string(file(100, map[string]string{"x": "y"})),
		"word/_rels/d.xml.rels": ooxmltest.Relations([3]string{"a", "oleObject", "a.bin"}, [3]string{"b", "oleObject", "b.bin"}, [3]string{"c", "image", "a.bin"}),
	}))
	if err != nil {
		t.Fatal(err)
	}
	c := parts.New(t.Context(), nil)
	if err := pkg.Embedded(t.Context(), "word/d.xml", c); err != nil {
		t.Fatal(err)
	}
	if got := c.Parts(); len(got) != 1 || got[0].Name != "a.pdf" || got[0].Size != 8 {
		t.Errorf("got %+v", got)
	}
	if w := pkg.Warnings(); len(w) != 1 || w[0] != "1 embedded objects hold nothing that can be read" {
		t.Errorf("got %q", w)
	}
}

func TestLockedDocumentsAreTold(t *testing.T) {
	_, err := Locked{}.Parse(t.Context(), parse.Input{Data: file(100, map[string]string{"EncryptedPackage": "x"})})
	if !errors.Is(err, parse.ErrEncrypted) {
		t.Errorf("got %v", err)
	}
	_, err = Locked{}.Parse(t.Context(), parse.Input{Data: file(100, map[string]string{"WordDocument": "x"})})
	if !errors.Is(err, parse.ErrUnsupported) {
		t.Errorf("got %v", err)
	}
	if _, err = (Locked{}).Parse(t.Context(), parse.Input{Data: []byte("short")}); err == nil {
		t.Error("a short file is no error")
	}
}

func FuzzCompound(f *testing.F) {
	f.Add(file(100, map[string]string{"\x01Ole10Native": packaged("a.txt", "b", "c"), "CONTENTS": "x"}))
	f.Add(file(1, map[string]string{"Package": "PK"}))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := openCompound(data)
		if err != nil {
			return
		}
		for name := range c.entries {
			if n := len(c.stream(name)); n > len(data) {
				t.Errorf("a stream of %d bytes in a file of %d", n, len(data))
			}
		}
		payload("x", data)
	})
}
