package charset_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/unicode/utf32"

	"ragserver/parse"
	sut "ragserver/parse/charset"
)

func TestDecodeRecognizes(t *testing.T) {
	tests := []struct{ encoding, text string }{
		{"utf-8", "Grüße, 世界 и мир"},
		{"windows-1252", "Le café est fermé jusqu’à l’été; où êtes-vous allés, garçon?"},
		{"windows-1252", "Die Straße führt über die Brücke zum größten Gebäude."},
		{"windows-1252", "El niño comió una piña en la montaña según el señor."},
		{"windows-1250", "Zażółć gęślą jaźń, a później przyjdź tu jeszcze raz."},
		{"windows-1250", "Příliš žluťoučký kůň úpěl ďábelské ódy, řekl děda."},
		{"windows-1254", "Bugün hava çok güzel, dışarı çıkıp yürüyüş yapmalıyız."},
		{"windows-1251", "Съешь ещё этих мягких французских булок, да выпей чаю."},
		{"koi8-r", "Съешь ещё этих мягких французских булок, да выпей чаю."},
		{"ibm866", "Съешь ещё этих мягких французских булок, да выпей чаю."},
		{"windows-1253", "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία και το βιβλίο."},
		{"windows-1255", "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון"},
		{"windows-1256", "نص حكيم له سر قاطع وذو شأن عظيم مكتوب على ثوب أخضر"},
		{"shift_jis", "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"},
		{"euc-jp", "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"},
		{"iso-2022-jp", "吾輩は猫である。名前はまだ無い。"},
		{"gb18030", "我们在这里学习中文，因为这是一种很有意思的语言。"},
		{"big5", "我們在這裡學習中文，因為這是一種很有意思的語言。"},
		{"euc-kr", "모든 국민은 인간으로서의 존엄과 가치를 가지며 행복을 추구할 권리를 가진다."},
		{"utf-16le", "Grüße ohne Marke"},
		{"utf-16be", "Съешь ещё этих мягких булок"},
		{"utf-16le", "我们在这里学习中文。\n因为这是一种很有意思的语言。\n"},
	}
	for _, tt := range tests {
		e, _ := charset.Lookup(tt.encoding)
		data, err := e.NewEncoder().Bytes([]byte(tt.text))
		if err != nil {
			t.Fatalf("%s: %v", tt.encoding, err)
		}
		got, err := sut.Decode(data, "")
		if err != nil || got.Text != tt.text || got.Replaced != 0 {
			t.Errorf("%s: got %q as %s, error %v", tt.encoding, got.Text, got.Encoding, err)
		}
	}
}

func TestByteOrderMarksDecide(t *testing.T) {
	for _, data := range []string{"\xEF\xBB\xBFhé\r\n", "\xFF\xFEh\x00\xE9\x00\r\x00\n\x00", "\xFE\xFF\x00h\x00\xE9\x00\r\x00\n",
		"\xFF\xFE\x00\x00h\x00\x00\x00\xE9\x00\x00\x00\r\x00\x00\x00\n\x00\x00\x00"} {
		got, err := sut.Decode([]byte(data), "koi8-r")
		if err != nil || got.Text != "hé\r\n" {
			t.Errorf("%q: got %q, error %v", data, got.Text, err)
		}
	}
	data, err := utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM).NewEncoder().Bytes([]byte("no mark at all"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := sut.Decode(data, ""); err != nil || got.Text != "no mark at all" {
		t.Errorf("UTF-32: got %q, error %v", got.Text, err)
	}
}

func TestDeclaredEncodingIsBelievedUnlessItIsUTF8(t *testing.T) {
	if got, err := sut.Decode([]byte("\xE1\xE2"), "iso-8859-7"); err != nil || got.Text != "αβ" {
		t.Errorf("got %q, error %v", got.Text, err)
	}
	if got, err := sut.Decode([]byte("αβ"), "iso-8859-7"); err != nil || got.Text != "αβ" {
		t.Errorf("misleading: got %q, error %v", got.Text, err)
	}
}

func TestDamagedUTF8IsReplacedAndTold(t *testing.T) {
	got, err := sut.Decode([]byte(strings.Repeat("é", 20)+"\xC3"), "")
	if err != nil || got.Replaced != 1 || got.Warning() == "" || !strings.HasSuffix(got.Text, "\uFFFD") {
		t.Errorf("got %+v, error %v", got, err)
	}
}

func TestStrayZeroIsNoReasonToRefuseAText(t *testing.T) {
	for _, text := range []string{"a short note\x00 with a zero", "\x00", strings.Repeat("a longer text of many words. ", 50) + "\x00\x00"} {
		got, err := sut.Decode([]byte(text), "")
		if err != nil || got.Text != text {
			t.Errorf("%.30q: got %.30q, %v", text, got.Text, err)
		}
	}
}

func TestBinaryDataIsRefused(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	noise := make([]byte, 4000)
	for i := range noise {
		noise[i] = byte(r.IntN(256))
	}
	for _, data := range []string{string(noise), "\x7FELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x3E\x00", "abc\x01\x02\x03\x04\x05"} {
		if got, err := sut.Decode([]byte(data), ""); !errors.Is(err, parse.ErrUnsupported) {
			t.Errorf("got %.20q, error %v", got.Text, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("\xFF\xFEa\x00"), "utf-8")
	f.Add([]byte("caf\xE9 \x00"), "windows-1251")
	f.Add([]byte("\x1B$B\x30\x21"), "")
	f.Fuzz(func(t *testing.T, data []byte, declared string) {
		got, err := sut.Decode(data, declared)
		if err == nil && !utf8.ValidString(got.Text) {
			t.Errorf("%q: got invalid UTF-8 %q", data, got.Text)
		}
	})
}
