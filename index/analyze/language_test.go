package analyze

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
)

func TestTermsOfLanguages(t *testing.T) {
	for _, c := range []struct{ language, text, want string }{
		{"ar", "والكتاب في المكتبات الكبيرة كِتَابٌ running", "كتاب مكتب كبير كتاب run"},
		{"bg", "Книгите и къщите", "книгите къщите"},
		{"ca", "L'home d’aquella ciutat", "home ciutat"},
		{"ckb", "پیاوه\u200cكان گەورە", "پیاو گەور"},
		{"cs", "Knihy a domy", "knihy domy"},
		{"da", "Husene er store", "hus stor"},
		{"de", "Die Häuser der Straße waren größer als GROESSE", "haus strass gross gross"},
		{"de", "Donau\u00addampfschiff", "donaudampfschiff"},
		{"de-AT", "Häuser", "haus"},
		{"el", "Η Ελλάδα και ΆΝΘΡΩΠΟΙ άνθρωποι της", "ελλαδα ανθρωποι ανθρωποι"},
		{"en-GB", "Running the cats' whisker’s", "run cat whisker"},
		{"es", "Las canciones más bellas de los niños", "cancion bell niñ"},
		{"fa", "کتاب\u200cهاي من در خانه است", "كتاب خانه"},
		{"fi", "Taloissa oli monia kirjoja", "talo mon kirj"},
		{"fr", "L'avion qu’il a vu aujourd'hui était chez les chevaux", "avion a vu aujourdhui chez cheval"},
		{"ga", "d'fhear agus an bhean", "fhear bhean"},
		{"hi", "लड़कों की किताबें क\u200dष", "लडक किताब कष"},
		{"hr", "Knjige su u kućama", "knjig u kuć"},
		{"hu", "A házakban könyvek vannak", "ház könyv"},
		{"hy", "Գիրքը և տունը", "գիրքը եւ տունը"},
		{"id", "buku dan rumah yang besar", "buku rumah besar"},
		{"it", "Dell'acqua nell’università delle nazioni", "acqua universit nazion"},
		{"ja", "コーヒーを", "コ ー コー ヒ ーヒ ー ヒー を ーを"},
		{"ko", "한국", "한 국 한국"},
		{"nb", "Husene er store i byen", "hus stor byen"},
		{"nl", "De huizen van de kinderen", "huiz kinder"},
		{"PT_br", "As nações não são iguais às outras", "naca igual outr"},
		{"ro", "Copiii au cărți", "copii cărț"},
		{"ru", "Собаки бежали по улицам running", "собак бежа улиц run"},
		{"sv", "Flickornas böcker och hästarna", "flick böck häst"},
		{"tr", "İstanbul'da IŞIK evlerinden kitaplar", "istanbul ışık ev kitap"},
		{"zh-Hant", "我們running東京", "我 們 我們 run 東 京 東京"},
		{"", "Running Häuser", "run häuser"},
		{"xx-!!", "Running the cats", "run cat"},
		{"\xff", "Running the cats", "run cat"},
	} {
		got := strings.Join(termsOf(t, Auto, c.language, c.text), " ")
		if want := clean(c.want); got != want {
			t.Errorf("%s: %q: got %q, want %q", c.language, c.text, got, want)
		}
	}
}

func TestBase(t *testing.T) {
	for tag, want := range map[string]string{
		"": "", "de": "de", "pt-BR": "pt", "zh_Hant_TW": "zh", " EN ": "en", "nb": "no", "nn-NO": "no",
		"no": "no", "iw": "he", "cmn-Hans": "zh", "-": "", "\xff-x": "\xff",
	} {
		if got := Base(tag); got != strings.ToLower(want) && got != want {
			t.Errorf("%q: got %q, want %q", tag, got, want)
		}
	}
}

func TestOneVocabularyKeepsLanguagesApart(t *testing.T) {
	a, err := New("")
	if err != nil {
		t.Fatal(err)
	}
	v := NewVocabulary()
	for range 2 { // the second time from memory
		for language, want := range map[string]string{"de": "the running", "en": "die run", "": "die run", "fr": "the die runing"} {
			var got []string
			for _, n := range a.Terms("the die running", language, v, nil) {
				got = append(got, v.Term(n))
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%q: got %q, want %q", language, got, want)
			}
		}
	}
	want := []string{"die", "run", "runing", "running", "the"}
	if got := slices.Sorted(slices.Values(v.Terms())); !slices.Equal(got, want) {
		t.Errorf("terms are %q, want %q", got, want)
	}
}

func TestWordsAreNotStemmed(t *testing.T) {
	if got := termsOf(t, Words, "de", "The Running Cats' Häuser"); !slices.Equal(got, []string{"running", "cats", "häuser"}) {
		t.Errorf("got %q", got)
	}
}

func TestAnalyzersOfBleve(t *testing.T) {
	for name, want := range map[string]string{
		"standard": "running cats", "keyword": "The running cats", "simple": "the running cats",
		"en": "run cat", "de": "the running cat", "cjk": "the running cats",
	} {
		if got := strings.Join(termsOf(t, name, "fr", "The running cats"), " "); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
		a, err := New(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Query("The running cats", []string{"fr"}); strings.Join(slices.Concat(got...), " ") != want {
			t.Errorf("%s: the query is %q, want %q", name, got, want)
		}
	}
	if _, err := New("klingon"); err == nil || !strings.Contains(err.Error(), `"klingon"`) {
		t.Errorf("an unknown analyzer: %v", err)
	}
}

func TestEveryLanguageTakesItsSample(t *testing.T) {
	a, err := New(Auto)
	if err != nil {
		t.Fatal(err)
	}
	for language, text := range speech {
		v := NewVocabulary()
		terms := a.Terms(text, language, v, nil)
		if len(terms) < 6 {
			t.Errorf("%s has %d terms", language, len(terms))
		}
		var found []string
		for _, alternatives := range a.Query(text, []string{language}) {
			if len(alternatives) != 1 {
				t.Errorf("%s: %q in one language", language, alternatives)
			}
			found = append(found, alternatives...)
		}
		// A query of the same words finds all of them, but for stop words.
		if missing := missing(v, terms, found); len(missing) > 0 {
			t.Errorf("%s: the query lacks %q", language, missing)
		}
	}
}

func missing(v *Vocabulary, terms []uint32, found []string) []string {
	lack := make(map[string]bool)
	for _, n := range terms {
		if !slices.Contains(found, v.Term(n)) {
			lack[v.Term(n)] = true
		}
	}
	return slices.Sorted(maps.Keys(lack))
}

// FuzzLanguages feeds every language any bytes: no stemmer ends the program, and
// the terms are short, valid and the same again.
func FuzzLanguages(f *testing.F) {
	languages := slices.Sorted(maps.Keys(speech))
	for i, language := range languages {
		f.Add(uint8(i), speech[language])
	}
	f.Add(uint8(0), "\xff\xfe' \u0647\u200c \u00ad\u00ad")
	a, err := New(Auto)
	if err != nil {
		f.Fatal(err)
	}
	v := NewVocabulary()
	f.Fuzz(func(t *testing.T, i uint8, text string) {
		language := languages[int(i)%len(languages)]
		if v.Full() {
			v.Clear()
		}
		terms := a.Terms(text, language, v, nil)
		for _, n := range terms {
			if term := v.Term(n); term == "" || len(term) > MaxTerm || !utf8.ValidString(term) {
				t.Fatalf("%s: term %q of %q", language, term, text)
			}
		}
		if again := a.Terms(text, language, v, nil); !slices.Equal(terms, again) {
			t.Fatalf("%s: %q gives %v, and then %v", language, text, terms, again)
		}
	})
}

// A trap is a filter that cannot take one word.
type trap struct{}

func (trap) Filter(tokens analysis.TokenStream) analysis.TokenStream {
	if string(tokens[0].Term) == "bad" {
		panic("a bug in a stemmer")
	}
	tokens[0].Term = append(tokens[0].Term, '!')
	return tokens
}

func TestWordThatAStemmerPanicsOnIsKept(t *testing.T) {
	l := &language{filters: []analysis.TokenFilter{trap{}}, latin: true}
	if got := l.term("Good") + " " + l.term("Bad"); got != "good! bad" {
		t.Errorf("got %q", got)
	}
}
