package charset

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// An alphabet is what text of a language has beyond ASCII. The scores of two
// encodings are compared, so only the proportions matter.
type alphabet struct {
	encodings []string // likelier ones first
	common    string   // characters that make up most of a text
	rest      string   // the other characters of the language
	dense     bool     // hardly any ASCII letters within its words
}

// alphabets lists languages, the likelier first: of equal scores the first wins.
// Capital letters are derived.
func alphabets() []alphabet {
	latin := []string{"windows-1252", "macintosh"}
	central := []string{"windows-1250", "iso-8859-2"}
	cyrillic := []string{"windows-1251", "koi8-r", "ibm866", "iso-8859-5", "x-mac-cyrillic"}
	return []alphabet{
		{latin, "éèàçêôùâîûœëïæ", "ÿ", false}, // French
		{latin, "äöüß", "é", false},
		{latin, "áéíóúñü¿¡ºª", "ç", false},
		{latin, "ãçáéíóúâêôõà", "ü", false},
		{latin, "àèéìòù", "î", false},
		{latin, "åäöé", "ü", false},
		{latin, "æøåé", "ô", false},
		{latin, "áðéíóúýþæö", "", false},
		{central, "ąćęłńóśźż", "", false},
		{central, "áčďéěíňóřšťúůýž", "", false},
		{central, "áéíóöőúüű", "", false},
		{central, "ăâîşţ", "", false},
		{central, "čćžšđ", "", false},
		{central, "áäčďéíĺľňóôŕšťúýž", "", false},
		{[]string{"windows-1254"}, "çğıöşüİ", "âîû", false},
		{[]string{"windows-1257"}, "āčēģīķļņšūž", "õ", false},
		{[]string{"windows-1257"}, "ąčęėįšųūž", "", false},
		{[]string{"windows-1257"}, "äöõüšž", "", false},
		{cyrillic, "оеаинтсрвлкмдпу", "яыьгзбчйхжшюцщэфъё№", true},
		{[]string{"windows-1251", "koi8-u", "ibm866", "iso-8859-5"}, "оанитверсіклудмп", "яьзбгйчхжїшюцщєфґ’", true},
		{[]string{"windows-1253", "iso-8859-7"}, "αοιετσνηρυπκμλςω", "άέίόήύώδγχθφβξζψϊϋ", true},
		{[]string{"windows-1255", "iso-8859-8"}, "יוהלאתרמבשנםעד", "חקפכגסטצזןךףץ\u05B0\u05B4\u05B7\u05B8", true},
		{[]string{"windows-1256", "iso-8859-6"}, "المينرتوبدسعة", "كفقحجهشصطخضذثغظءأإآئؤى،؟", true},
		{[]string{"windows-874"}, "านรกอเงมยลวดทสต", "ะัาำิีึืุูเแโใไ่้๊๋็์ขคจชซญณธบปผฝพฟภถหฮศษๆฯ", true},
		{[]string{"gb18030"}, "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学么之都好看起发当没成只如事把还用第样道想作种开美总从无情已面最女但现前些所同日手又行意动方期它头经长儿回位分爱老因很给名法间斯知世什两次使身者被高", "，。、：；？！“”（）《》　", true},
		{[]string{"big5"}, "的一是了我不人在他有這個上們來到時大地為子中你說生國年著就那和要她出也得裡後自以會家可下而過天去能對小多然於心學麼之都好看起發當沒成只如事把還用第樣道想作種開美總從無情已面最女但現前些所同日手又行意動方期它頭經長兒回位分愛老因很給名法間斯知世什兩次使身者被高", "，。、：；？！「」（）『』　", true},
		{[]string{"shift_jis", "euc-jp"}, "のにはをたがでてとしれさあいうえおかきくけこすせそちつなぬねひふへほまみむめもやゆよらりるろわんっゃゅょぁぃぅぇぉだどばべぼびぶじずぜぞげごがぎぐづスンルイラアトリシクドタレカコロマテジムプフメセサチキオエウナニノハヒヘホミモヤユヨワヲッャュョァィゥェォーパピペポバビブベボダデガギグゲゴザズゼゾ", "、。「」・　日本人大年一中会国出上生分時事者月業", true},
		{[]string{"euc-kr"}, "이다는의가을에고한지로은하를기사도어리나자서대아정시인일수그들해전부만상원과주제있우스보여유라게장공동구었면조", "것성용마무선안소미문신경오세적관년방내데물생말내위비교치산국할던때같음", true},
	}
}

// guess returns the encoding in which data reads most like a language, "" if
// it reads like none.
func guess(data []byte) string {
	data = sample(data)
	best, name := -1.0, ""
	decoded := map[string]string{}
	for _, a := range alphabets() {
		weights := a.weights()
		for _, e := range a.encodings {
			if _, ok := decoded[e]; !ok {
				decoded[e] = trial(data, e)
			}
			if s := a.score(decoded[e], weights); s > best+1e-9 {
				best, name = s, e
			}
		}
	}
	return name
}

// plausible reports whether data decodes as the encoding it claims to be in.
func plausible(data []byte, name string) bool {
	e := find(name)
	if e == nil {
		return false
	}
	s := sample(data)
	out, err := e.NewDecoder().Bytes(s)
	return err == nil && strings.Count(string(out), "\uFFFD")*50 <= len(s)
}

// trial decodes s, and returns "" if more than one byte in 200 is wrong.
func trial(s []byte, name string) string {
	out, err := find(name).NewDecoder().Bytes(s)
	if err != nil {
		return ""
	}
	text := string(out)
	bad := strings.Count(text, "\uFFFD")
	for _, r := range text {
		if r >= 0x80 && r < 0xA0 {
			bad++
		}
	}
	if bad*200 > len(s) {
		return ""
	}
	return text
}

func (a alphabet) weights() map[rune]float64 {
	w := make(map[rune]float64, utf8.RuneCountInString(a.common)*2)
	for _, r := range a.rest {
		w[unicode.ToUpper(r)] = 0.4
		w[r] = 0.4
	}
	n := utf8.RuneCountInString(a.common)
	rank := 0
	for _, r := range a.common {
		w[unicode.ToUpper(r)] = 0.6
		w[r] = 1
		if a.dense && n < 32 { // an alphabet: how often a letter comes tells scripts apart
			w[r] = 1.25 - 0.6*float64(rank)/float64(n)
		}
		rank++
	}
	return w
}

// score returns the mean weight of the characters of text beyond ASCII; 1 is
// the best. Marks and symbols count for nothing, but against it inside words.
func (a alphabet) score(text string, weights map[rune]float64) float64 {
	sum, n := 0.0, 0
	prev := ' '
	for _, r := range text {
		if r >= utf8.RuneSelf {
			n++
			sum += a.weigh(prev, r, weights)
		}
		prev = r
	}
	if n == 0 {
		return -1
	}
	return sum / float64(n)
}

func (a alphabet) weigh(prev, r rune, weights map[rune]float64) float64 {
	w, known := weights[r]
	switch {
	case known && unicode.IsUpper(r) && unicode.IsLower(prev):
		return -1
	case known && a.dense && prev < utf8.RuneSelf && unicode.IsLetter(prev):
		return 0
	case known:
		return w
	case strings.ContainsRune("“”„’‘‚«»–—…•§°€ ©®", r):
		return 0.5
	case !unicode.IsLetter(r) && unicode.IsLetter(prev):
		return -1
	case !unicode.IsLetter(r):
		return -0.2
	case r > 0x2E80:
		return 0.15 // a rarer Han, Hangul or kana character
	}
	return 0
}
