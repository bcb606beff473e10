package answer_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	rag "ragserver"
	"ragserver/llm/answer"
)

func extract(t *testing.T, question string, from fixed) answer.Answer {
	t.Helper()
	e, err := answer.Extractive(answer.ExtractiveConfig{})
	if err != nil {
		t.Fatal(err)
	}
	var got told
	a, err := e.Answer(t.Context(), answer.Question{Text: question, From: from}, got.emit)
	if err != nil {
		t.Fatal(err)
	}
	if got.text != a.Text || got.passages == nil || a.Model != answer.ExtractiveModel {
		t.Errorf("streamed %+v, got %+v", got, a)
	}
	return a
}

func TestExtractiveQuotesExactly(t *testing.T) {
	for _, c := range []struct{ question, quote string }{
		{"When does the library open?", "The library opens at nine."},
		{"How long are films lent?", "Films are lent for one week."},
		{"Where is another library in Köln?", "Köln has another one."},
	} {
		a := extract(t, c.question, library)
		if !a.Found || len(a.Citations) == 0 {
			t.Errorf("%q: nothing found", c.question)
			continue
		}
		if got := a.Citations[0]; !strings.HasPrefix(a.Text, "From "+got.Passage.Title+": “") || !strings.Contains(a.Text, "“"+c.quote+"” [") {
			t.Errorf("%q: got %q, want %q in it", c.question, a.Text, c.quote)
		}
	}
}

func TestExtractiveSpansAreCharactersOfTheDocument(t *testing.T) {
	const document = "Über dies:\n\nDie Größe der Fläche beträgt 7 m². 日本語もある。 The surface of Görlitz has trees. 😀 Ende."
	chunk := []rune(document)[5:]
	p := answer.Passage{Title: "T", Chunk: rag.Chunk{Start: 5, Text: string(chunk)}}
	a := extract(t, "Which trees does the surface of Görlitz have?", fixed{p})
	if !a.Found {
		t.Fatal("nothing found")
	}
	for _, c := range a.Citations {
		if got := string([]rune(document)[c.Start:c.End]); got != c.Quote || got != "The surface of Görlitz has trees." {
			t.Errorf("span is %q, quote %q", got, c.Quote)
		}
	}
}

func TestExtractiveAdmitsThatItFoundNothing(t *testing.T) {
	for _, q := range []string{"Who invented the steam engine?", "", "?!", "is it", "\x00\xff", strings.Repeat("\"[", 50_000), "什么是蒸汽机？"} {
		if a := extract(t, q, library); a.Found || a.Text != answer.NotAnswered || len(a.Citations) != 0 {
			t.Errorf("%.40q: got %+v", q, a)
		}
	}
	if a := extract(t, "When does the library open?", nil); a.Found {
		t.Errorf("found %q in nothing", a.Text)
	}
}

func TestExtractiveInOtherScripts(t *testing.T) {
	for _, c := range []struct{ question, text, quote string }{
		{"图书馆什么时候开门？", "书可以借四个星期。图书馆早上九点开门。星期天休息。", "图书馆早上九点开门。"},
		{"Когда открывается библиотека?", "Книги выдают на месяц. Библиотека открывается в девять.", "Библиотека открывается в девять."},
		{"متى تفتح المكتبة؟", "تعار الكتب لمدة شهر. تفتح المكتبة في التاسعة.", "تفتح المكتبة في التاسعة."},
	} {
		a := extract(t, c.question, fixed{passage("T", c.text)})
		if !a.Found || a.Citations[0].Quote != c.quote {
			t.Errorf("%q: got %+v, want %q", c.question, a.Citations, c.quote)
		}
	}
}

func TestHeadingsHelpButAreNotQuoted(t *testing.T) {
	const text = "# Cleaning the espresso machine\n\nDo it every evening.\n\n# Cleaning windows\n\nDo it once a year."
	a := extract(t, "How often must the espresso machine be cleaned? Every evening?", fixed{passage("T", text)})
	if !a.Found || a.Citations[0].Quote != "Do it every evening." {
		t.Errorf("got %+v", a)
	}
}

func TestExtractiveConfig(t *testing.T) {
	if _, err := answer.Extractive(answer.ExtractiveConfig{K: -1}); err == nil {
		t.Error("a negative k is accepted")
	}
}

func FuzzExtractive(f *testing.F) {
	f.Add("When does it open?", "# Title\n\n- It opens at nine.\n| a | b |\n```\ncode\n```\n日本。x")
	f.Add("a", strings.Repeat("x", 5000))
	f.Add("[1]", "\n\n\t\xff\u200d")
	e, err := answer.Extractive(answer.ExtractiveConfig{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, question, text string) {
		if !utf8.ValidString(text) || len(text) > 10_000 {
			return
		}
		a, err := e.Answer(t.Context(), answer.Question{Text: question, From: fixed{passage("T", text)}}, new(told).emit)
		if err != nil || a.Found != (len(a.Citations) > 0) {
			t.Fatalf("got %+v, %v", a, err)
		}
		for _, c := range a.Citations {
			if got := string([]rune(text)[c.Start-100 : c.End-100]); got != c.Quote || got == "" {
				t.Errorf("span is %q, quote %q", got, c.Quote)
			}
		}
	})
}

func BenchmarkExtractive(b *testing.B) {
	e, err := answer.Extractive(answer.ExtractiveConfig{})
	if err != nil {
		b.Fatal(err)
	}
	var from fixed
	for range 6 {
		from = append(from, passage("T", strings.Repeat("The municipal library opens at nine and closes late in the evening. ", 25)))
	}
	for b.Loop() {
		if _, err := e.Answer(b.Context(), answer.Question{Text: "When does the municipal library open in winter?", From: from}, new(told).emit); err != nil {
			b.Fatal(err)
		}
	}
}
