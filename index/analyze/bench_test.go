package analyze

import (
	"strings"
	"testing"
)

// passage is a text of about 150 words.
func passage(t testing.TB, language string) string {
	text := strings.Join(paragraphs(t, language), " ")
	words := strings.Fields(text)
	return strings.Join(words[:min(150, len(words))], " ")
}

func BenchmarkTerms(b *testing.B) {
	for _, language := range []string{"en", "de", "ar", "zh"} {
		b.Run(language, func(b *testing.B) {
			a, err := New(Auto)
			if err != nil {
				b.Fatal(err)
			}
			text := passage(b, language)
			v := NewVocabulary()
			var terms []uint32
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				terms = a.Terms(text, language, v, terms[:0])
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(strings.Fields(text))), "ns/word")
		})
	}
}

// BenchmarkNewWords is what words cost that were never seen.
func BenchmarkNewWords(b *testing.B) {
	for _, language := range []string{"en", "de", "ar"} {
		b.Run(language, func(b *testing.B) {
			a, err := New(Auto)
			if err != nil {
				b.Fatal(err)
			}
			text := passage(b, language)
			v := NewVocabulary()
			var terms []uint32
			for b.Loop() {
				v.Clear()
				terms = a.Terms(text, language, v, terms[:0])
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(strings.Fields(text))), "ns/word")
		})
	}
}

func BenchmarkQuery(b *testing.B) {
	a, err := New(Auto)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		a.Query("what is the capital of France and of Germany", []string{"", "de", "en", "fr"})
	}
}

func BenchmarkDetect(b *testing.B) {
	for _, language := range []string{"en", "de", "ar", "zh"} {
		b.Run(language, func(b *testing.B) {
			text := strings.Join(paragraphs(b, language), " ")[:1600]
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				Detect(text)
			}
		})
	}
}
