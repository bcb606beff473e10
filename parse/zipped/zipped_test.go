package zipped_test

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"io/fs"
	"runtime"
	"strings"
	"testing"

	"ragserver/parse"
	"ragserver/parse/parsetest"
	"ragserver/parse/zipped"
)

func TestMembersAreFoundByAnyWayToWriteThem(t *testing.T) {
	a, err := zipped.Open(parsetest.Zip(t, map[string]string{`Word\\Document.xml`: "<a/>", "../up.txt": "x"}))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"word/document.xml", "/word/document.xml", "WORD/./Document.xml", "up.txt"} {
		if got, err := a.Read(name); err != nil || len(got) == 0 || !a.Has(name) {
			t.Errorf("%s: %q, error %v", name, got, err)
		}
	}
	if _, err := a.Read("word"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder: error %v", err)
	}
}

func TestWhatUnpacksToTooMuchIsRefused(t *testing.T) {
	a, err := zipped.Open(parsetest.Zip(t, map[string]string{"bomb": strings.Repeat("\x00", 257<<20), "a": "text"}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Read("bomb"); !errors.Is(err, parse.ErrLimit) {
		t.Errorf("error %v", err)
	}
	if got, err := a.Read("a"); err != nil || string(got) != "text" {
		t.Errorf("another member: %q, error %v", got, err)
	}
}

func TestWhatSaysThatItIsTooLargeIsNotUnpacked(t *testing.T) {
	a, err := zipped.Open(parsetest.Zip(t, map[string]string{"bomb": strings.Repeat("\x00", 20<<20), "a": "text"}))
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = a.ReadAtMost("bomb", 10<<20)
	runtime.ReadMemStats(&after)
	if !errors.Is(err, parse.ErrLimit) || !strings.Contains(err.Error(), "bomb unpacks to more than 10 MiB") {
		t.Errorf("error %v", err)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20 {
		t.Errorf("%d bytes of memory to refuse a member", took)
	}
	if got, err := a.ReadAtMost("a", 4); err != nil || string(got) != "text" {
		t.Errorf("as large as it may be: %q, error %v", got, err)
	}
	if _, err := a.ReadAtMost("a", 3); !errors.Is(err, parse.ErrLimit) || !strings.Contains(err.Error(), "3 bytes") {
		t.Errorf("a byte more: error %v", err)
	}
}

func TestASizeThatIsNotTrueCostsNothing(t *testing.T) {
	data := parsetest.Zip(t, map[string]string{"a": "text"})
	directory := bytes.Index(data, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(data[directory+24:], 200<<20) // unpacked
	a, err := zipped.Open(data)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := a.Read("a"); err == nil || cap(got) > 64<<10 {
		t.Errorf("%d bytes of memory, error %v", cap(got), err)
	}
}

func TestOldContainerIsCalledEncrypted(t *testing.T) {
	if _, err := zipped.Open([]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest")); !errors.Is(err, parse.ErrEncrypted) {
		t.Errorf("error %v", err)
	}
	if _, err := zipped.Open([]byte("no archive")); err == nil {
		t.Error("anything is an archive")
	}
}

func TestDecoderKnowsEncodings(t *testing.T) {
	for name, data := range map[string]string{
		"latin": "<?xml version='1.0' encoding='ISO-8859-1'?><a>caf\xe9</a>",
		"utf-8": "<?xml version='1.0'?><a>caf\u00e9</a>",
	} {
		d, err := zipped.Decoder([]byte(data))
		var a struct {
			Text string `xml:",chardata"`
		}
		if err == nil {
			err = d.DecodeElement(&a, nil)
		}
		if err != nil || a.Text != "caf\u00e9" {
			t.Errorf("%s: %q, error %v", name, a.Text, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		a, err := zipped.Open(data)
		if err != nil {
			return
		}
		for _, name := range a.Names() {
			text, err := a.Read(name)
			if err != nil {
				continue
			}
			if d, err := zipped.Decoder(text); err == nil {
				var token xml.Token
				for token, err = d.Token(); err == nil && token != nil; token, err = d.Token() {
				}
			}
		}
	})
}
