package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ragserver/bench/measure"
	"ragserver/parse/formats"
)

// TestMain lets the test program be what self starts.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == selfWord {
		exit(serveSelf(context.Background(), os.Args[2], os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

func TestStringsAreComparedAsPeopleSeeThem(t *testing.T) {
	if got, want := strictly("“Co\u00adlour” –  \n ﬁne"), `"colour" - fine`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := loosely("a b\nc"), "abc"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOwnReaderAnswersFileByFile(t *testing.T) {
	dir := t.TempDir()
	all, err := writeSamples(dir)
	if err != nil {
		t.Fatal(err)
	}
	r := self(formats.Options{})
	defer r.close()
	for _, name := range []string{"pdf/two.pdf", "hostile/empty.pdf", "docx/letter.docx"} {
		text, cpu, err := r.read(t.Context(), filepath.Join(dir, name), time.Minute)
		if (err != nil) != (all[name].Hostile != "") || cpu < 0 {
			t.Errorf("%s: error %v in %v", name, err, cpu)
		}
		for _, w := range all[name].Expect {
			if !strings.Contains(text, w.Text) {
				t.Errorf("%s: %q is not in %q", name, w.Text, text)
			}
		}
	}
}

func TestAProgramThatHangsIsEndedAndStartedAgain(t *testing.T) {
	script := `echo '{"cpu":0}'; while read f; do [ "$f" = hang ] && exec sleep 60; echo "{\"cpu\":0.5,\"text\":\"$f\"}"; done`
	r := &reader{args: []string{"sh", "-c", script}}
	defer r.close()
	if text, cpu, err := r.read(t.Context(), "one", time.Minute); text != "one" || cpu != time.Second/2 || err != nil {
		t.Errorf("got %q in %v, error %v", text, cpu, err)
	}
	if _, _, err := r.read(t.Context(), "hang", 50*time.Millisecond); !errors.Is(err, errTime) {
		t.Errorf("got error %v, want %v", err, errTime)
	}
	if text, _, err := r.read(t.Context(), "two", time.Minute); text != "two" || err != nil {
		t.Errorf("afterwards: got %q, error %v", text, err)
	}
	if _, _, err := (once{"sleep", nil}).read(t.Context(), "60", 50*time.Millisecond); !errors.Is(err, errTime) {
		t.Errorf("got error %v, want %v", err, errTime)
	}
}

func TestOnlyFilesThatBothHaveReadAreCompared(t *testing.T) {
	c := contest{format: "pdf", unit: "pages", goals: map[string]float64{"other": 2},
		ours: []contestant{{name: "us"}}, others: []contestant{{name: "other"}}}
	us, other := &result{files: map[string]reading{}}, &result{files: map[string]reading{}}
	e := expectation{Pages: 10, Expect: []wanted{{Text: "Here it is"}, {Text: "not there"}}}
	us.add("a", c.count(e), e, "here  it\nis", time.Second, nil)
	other.add("a", c.count(e), e, "hereitis", 10*time.Second, nil)
	us.add("b", 1000, e, "", time.Second, nil)
	other.add("b", 1000, e, "", time.Hour, errTime)
	if us.strict != 1 || us.loose != 1 || other.strict != 0 || other.loose != 1 || other.late != 1 || other.failed != 1 {
		t.Errorf("got %+v and %+v", us, other)
	}
	report := measure.NewReport(nil)
	c.note(map[string]*result{"us": us, "other": other}, report)
	var out strings.Builder
	report.Print(&out)
	if want := "| pdf, us beside other (pages/s) | 10 | 1 | 10x | >= 2x |"; !strings.Contains(out.String(), want) {
		t.Errorf("%q is not in\n%s", want, out.String())
	}
}

func TestWhatBecameOfFilesIsJudged(t *testing.T) {
	all := map[string]expectation{"text/a.txt": {}, "hostile/b.pdf": {Hostile: "bomb"}, "hostile/c.pdf": {Hostile: "bomb"}, "text/d.txt": {}, "text/e.txt": {}}
	done := map[string]listed{
		"1": {URI: "1", Path: "all/text/a.txt", Status: "failed", Reason: "why"},
		"2": {URI: "2", Path: "all/hostile/b.pdf", Status: "failed"},
		"3": {URI: "3", Path: "all/hostile/c.pdf", Status: "failed", Reason: "why"},
		"4": {URI: "4", Path: "all/text/d.txt", Status: "indexed"},
		"5": {URI: "5", Path: "all/text/e.txt", Container: "4"},
		"6": {URI: "6", Container: "5"},
	}
	g := &siege{dir: "x/all", all: all, report: measure.NewReport(nil)}
	if err := g.judge(t.Context(), nil, []string{"text/a.txt", "hostile/b.pdf", "hostile/c.pdf", "text/d.txt", "text/e.txt"}, done); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(g.report.Problems, "\n")
	want := "ragserver: text/a.txt is a good file and failed: why\nragserver: hostile/b.pdf failed without a reason\nragserver: text/e.txt is not listed"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if list := inside("4", done); len(list) != 3 {
		t.Errorf("inside 4 are %q", list)
	}
}

func TestHostileFilesComeWithGoodOnes(t *testing.T) {
	all := map[string]expectation{"hostile/x": {Hostile: "bomb"}, "hostile/y": {}, "image/i": {Expect: []wanted{{Text: "t"}}}, "text/empty": {}}
	for _, name := range []string{"pdf/a", "pdf/b", "text/a"} {
		all[name] = expectation{Expect: []wanted{{Text: "t"}}}
	}
	if got := strings.Join(besiegers(all), " "); got != "hostile/x hostile/y pdf/a text/a pdf/b" {
		t.Errorf("got %s", got)
	}
}
