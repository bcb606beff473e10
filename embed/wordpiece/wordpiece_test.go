package wordpiece_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"ragserver/embed/wordpiece"
)

const vocabulary = "[UNK]\nun\n##aff\n##able\nwant\n##ed\nthe\n,\n.\n$\n[\n]\n#\n##a\n##b\na\nb\nab\n##aba\n中\n文\nmuller\n##é\nß\nᄀ\n##ᅡ\nσ\n`\n;\n—\n##σ\n<\n"

func tokenizer(t testing.TB) *wordpiece.Tokenizer {
	t.Helper()
	w, err := wordpiece.New(vocabulary)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func tokens(w *wordpiece.Tokenizer, text string) []string {
	var got []string
	for id := range w.Tokens(text) {
		got = append(got, w.Token(id))
	}
	return got
}

func TestTokens(t *testing.T) {
	w := tokenizer(t)
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{" \t\r\n\u00a0\u2028\u3000", ""},
		{"UNAFFABLE wanted", "un ##aff ##able want ##ed"},
		{"the,the.", "the , the ."},
		{"ababab", "ab ##aba ##b"},
		{"abaX", "[UNK]"},
		{"[UNK]", "[ [UNK] ]"},
		{"##a $", "# # a $"},
		{"中文the", "中 文 the"},
		{"Müller mu\u0308ller", "muller muller"},
		{"a\u200db a\x00b a\vb a\u00adb \ufffd", "ab ab ab ab"},
		{"가", "ᄀ ##ᅡ"},
		{"ΣΣ", "σ ##σ"},
		{"a\u1fefb", "a ` b"},        // decomposes to a grave accent, which is punctuation
		{"a\u226eb", "a < b"},        // not less than
		{"a\u037eb", "a ; b"},        // the Greek question mark
		{"a\u2014b", "a — b"},        // beyond ASCII
		{"a\ue000b\u0085", "ab"},     // private use, a control character that is a space
		{"a\xffb\xc3", "ab"},         // not UTF-8
		{"\u0301a\u0301\u0302", "a"}, // marks without a letter
	} {
		if got := strings.Join(tokens(w, c.text), " "); got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

func TestLongWordIsUnknown(t *testing.T) {
	w := tokenizer(t)
	for _, letter := range []string{"a", "σ"} {
		if got := len(tokens(w, strings.Repeat(letter, 100))); got < 2 {
			t.Errorf("100 times %s: got %d tokens, want its pieces", letter, got)
		}
		if got := tokens(w, strings.Repeat(letter, 101)); !slices.Equal(got, []string{"[UNK]"}) {
			t.Errorf("101 times %s: got %q, want [UNK]", letter, got)
		}
	}
	if got := w.Count(strings.Repeat("a", 1<<20)); got != 1 {
		t.Errorf("a megabyte of a: got %d tokens, want 1", got)
	}
}

func TestTokensStopsWhenTheLoopDoes(t *testing.T) {
	n := 0
	for range tokenizer(t).Tokens("the unaffable wanted the") {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Fatalf("got %d tokens, want 2", n)
	}
}

func TestCountDoesNotAllocate(t *testing.T) {
	w := tokenizer(t)
	text := strings.Repeat("the unaffable, wanted Müller 中文 xyz. ", 20)
	if n := testing.AllocsPerRun(10, func() { w.Count(text) }); n > 2 {
		t.Errorf("got %v allocations for a text, want at most 2", n)
	}
}

func TestBadVocabulary(t *testing.T) {
	for _, vocab := range []string{"", "a\nb\n", "[UNK]\na\na\n", "[UNK]" + strings.Repeat("\n", 1<<19), "[UNK]\n\xff\n", "[UNK]" + strings.Repeat("\n", 1<<20)} {
		if _, err := wordpiece.New(vocab); err == nil || !strings.HasPrefix(err.Error(), "wordpiece: ") {
			t.Errorf("vocabulary of %d bytes: got error %v, want one of wordpiece", len(vocab), err)
		}
	}
}

// FuzzTokens compares with the steps of the reference, one after the other.
func FuzzTokens(f *testing.F) {
	w := tokenizer(f)
	for _, seed := range []string{"Unaffable, the wanted!", "中文 e\u0301 가\u0301", "\u226e\u1fef \u212b \u01c5 ﬁ", "a\u200d\u0301b\x00\xff", strings.Repeat("ab", 60)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, want := tokens(w, text), reference(text)
		if !slices.Equal(got, want) {
			t.Errorf("%q:\ngot  %q\nwant %q", text, got, want)
		}
		if n := w.Count(text); n != len(want) {
			t.Errorf("%q: counted %d, want %d", text, n, len(want))
		}
	})
}

func reference(text string) []string {
	known := map[string]bool{}
	for token := range strings.Lines(vocabulary) {
		known[strings.TrimSuffix(token, "\n")] = true
	}
	var tokens []string
	for _, word := range strings.Fields(spaced(normal(text))) {
		tokens = append(tokens, pieces(known, []rune(word))...)
	}
	return tokens
}

// normal cleans, sets ideographs apart, decomposes, strips, lowers.
func normal(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == 0 || r == 0xfffd || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co) && !strings.ContainsRune("\t\r\n", r):
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case r >= 0x4e00 && r <= 0x9fff, r >= 0x3400 && r <= 0x4dbf, r >= 0xf900 && r <= 0xfaff, r >= 0x20000 && r <= 0x2a6df,
			r >= 0x2a700 && r <= 0x2b73f, r >= 0x2b740 && r <= 0x2b81f, r >= 0x2b920 && r <= 0x2ceaf, r >= 0x2f800 && r <= 0x2fa1f:
			b.WriteString(" " + string(r) + " ")
		default:
			b.WriteRune(r)
		}
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(b.String()))
}

// spaced sets punctuation apart.
func spaced(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsPunct(r) || r > ' ' && r < 0x7f && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			b.WriteString(" " + string(r) + " ")
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func pieces(known map[string]bool, word []rune) []string {
	if len(word) > 100 {
		return []string{"[UNK]"}
	}
	var tokens []string
	for prefix := ""; len(word) > 0; prefix = "##" {
		n := len(word)
		for n > 0 && !known[prefix+string(word[:n])] {
			n--
		}
		if n == 0 {
			return []string{"[UNK]"}
		}
		tokens = append(tokens, prefix+string(word[:n]))
		word = word[n:]
	}
	return tokens
}
