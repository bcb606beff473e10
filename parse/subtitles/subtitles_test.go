package subtitles_test

import (
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/parsetest"
	"ragserver/parse/subtitles"
)

const srt = "1\r\n00:00:01,000 --> 00:00:03,000\r\n<i>It was a dark</i>\r\nand stormy night.\r\n\r\n" +
	"2\r\n00:00:03,500 --> 00:00:05,000\r\n{\\an8}Tom &amp; Ann slept.\r\n\r\n" +
	"3\r\n00:01:23,900 --> 00:01:25,000\r\n- Who is there?\r\n- Nobody.\r\n\r\n" +
	"4\r\n01:02:03,000 --> 01:02:04,500\r\nThe end é\r\n"

const vtt = "WEBVTT - A talk\nKind: captions\nLanguage: en-GB\n\nSTYLE\n::cue { color: red }\n\nNOTE not shown\n\nintro\n" +
	"00:01.000 --> 00:02.000 align:start\n<v Ann>Hello <c.x>there</c>,\n\n00:02.000 --> 00:03.000\n<v Ann>you.\n\n" +
	"00:03.000 --> 00:04.000\n<v.loud Bo Li>Hi, <00:03.500>1 < 2.\n\n00:04.000 --> 00:05.000\nANN: Bye.\n"

func TestParserKeepsTheContract(t *testing.T) {
	parsetest.Run(t, subtitles.New("text/vtt"), parse.Input{Name: "a.srt", Data: []byte(srt)}, parse.Input{Name: "a.vtt", Data: []byte(vtt)})
}

func read(t *testing.T, source string) rag.Text {
	t.Helper()
	got, err := subtitles.New("text/vtt").Parse(t.Context(), parse.Input{Data: []byte(source)})
	if err != nil {
		t.Fatal(err)
	}
	parsetest.Check(t, got)
	return got
}

func TestCuesBecomeParagraphs(t *testing.T) {
	got := read(t, srt)
	want := "[00:00:01] It was a dark and stormy night. Tom & Ann slept.\n\n[00:01:23] Who is there?\n\n[00:01:23] Nobody.\n\n[01:02:03] The end é"
	if got.Text != want {
		t.Errorf("got %q, want %q", got.Text, want)
	}
	if got.Meta["duration"] != "01:02:04" || got.Meta["cues"] != "4" {
		t.Errorf("got %q", got.Meta)
	}
}

func TestSpeakersOfWebVTT(t *testing.T) {
	got := read(t, vtt)
	want := "[00:00:01] Ann: Hello there, you.\n\n[00:00:03] Bo Li: Hi, 1 < 2.\n\n[00:00:04] ANN: Bye."
	if got.Text != want || got.Title != "A talk" || got.Language != "en-GB" {
		t.Errorf("got %q, %q, %q, want %q", got.Title, got.Language, got.Text, want)
	}
}

func TestRollingCaptionsAreSaidOnce(t *testing.T) {
	got := read(t, "WEBVTT\n\n00:01.000 --> 00:02.000\none two\n\n00:02.000 --> 00:03.000\none two\nthree four\n\n00:03.000 --> 00:04.000\nthree four\nfive\n")
	if want := "[00:00:01] one two three four five"; got.Text != want {
		t.Errorf("got %q, want %q", got.Text, want)
	}
}

func TestLongSpeechesAreCutAtSentences(t *testing.T) {
	var b strings.Builder
	for range 100 {
		b.WriteString("00:00:01,000 --> 00:00:02,000\nSome words of a speech\n\n00:00:02,000 --> 00:00:02,500\nthat does not end.\n\n")
	}
	got := read(t, b.String())
	if len(got.Sections) < 4 || len(got.Sections) > 8 {
		t.Errorf("got %d paragraphs", len(got.Sections))
	}
	for _, s := range got.Sections {
		if text := got.Text[s.Start:s.End]; !strings.HasSuffix(text, "end.") {
			t.Errorf("a paragraph ends with %q", text[len(text)-20:])
		}
	}
}

func TestWithoutCuesItIsText(t *testing.T) {
	if got := read(t, "Only words.\n\nMore."); len(got.Sections) != 2 || len(got.Warnings) != 1 {
		t.Errorf("got %+v", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(srt))
	f.Add([]byte(vtt))
	f.Fuzz(func(t *testing.T, data []byte) {
		parsetest.Survives(t, subtitles.New("text/vtt"), parse.Input{Data: data})
	})
}
