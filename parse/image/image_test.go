package image_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	stdimage "image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/image"
	"ragserver/parse/parsetest"
)

// A tag is one of a directory of Exif: text, a number, or fractions.
type tag struct {
	id        uint16
	text      string
	number    uint32
	fractions []uint32 // above and below, in turn
	inside    []tag    // a directory
}

// exif composes a block of tags.
func exif(tags []tag) []byte {
	b := []byte("MM\x00*\x00\x00\x00\x08")
	return directory(b, tags)
}

func directory(b []byte, tags []tag) []byte {
	put := binary.BigEndian
	start := len(b)
	b = put.AppendUint16(b, uint16(len(tags)))
	b = append(b, make([]byte, 12*len(tags)+4)...)
	for i, t := range tags {
		entry := start + 2 + 12*i
		put.PutUint16(b[entry:], t.id)
		kind, count, data := uint16(4), uint32(1), []byte(nil)
		switch {
		case t.text != "":
			kind, count, data = 2, uint32(len(t.text)), []byte(t.text)
		case t.fractions != nil:
			kind, count = 5, uint32(len(t.fractions)/2)
			for _, n := range t.fractions {
				data = put.AppendUint32(data, n)
			}
		case t.inside != nil:
			put.PutUint32(b[entry+8:], uint32(len(b)))
			b = directory(b, t.inside)
		default:
			put.PutUint32(b[entry+8:], t.number)
		}
		put.PutUint16(b[entry+2:], kind)
		put.PutUint32(b[entry+4:], count)
		if len(data) > 4 {
			put.PutUint32(b[entry+8:], uint32(len(b)))
			b = append(b, data...)
		} else {
			copy(b[entry+8:], data)
		}
	}
	return b
}

func camera() []byte {
	return exif([]tag{
		{id: 0x010E, text: "A bridge at dawn"}, {id: 0x010F, text: "Canon"}, {id: 0x0110, text: "Canon EOS 80D\x00"}, {id: 0x8298, text: "2021 A. Author"},
		{id: 0x8769, inside: []tag{{id: 0x9003, text: "2021:05:03 10:11:12\x00"}, {id: 0xA434, text: "EF 50mm\x00"}}},
		{id: 0x8825, inside: []tag{{id: 1, text: "S"}, {id: 2, fractions: []uint32{47, 1, 30, 1, 0, 1}}, {id: 3, text: "E"}, {id: 4, fractions: []uint32{8, 1, 0, 1, 36, 1}}}},
	})
}

func drawing() stdimage.Image { return stdimage.NewGray(stdimage.Rect(0, 0, 40, 30)) }

// jpegWith puts a segment behind the first two bytes of a JPEG.
func jpegWith(t testing.TB, marker byte, body string) []byte {
	var b bytes.Buffer
	check(t, jpeg.Encode(&b, drawing(), nil))
	head := binary.BigEndian.AppendUint16([]byte{0xFF, marker}, uint16(len(body)+2))
	return append(append(append(bytes.Clone(b.Bytes()[:2]), head...), body...), b.Bytes()[2:]...)
}

// pngWith puts a chunk behind the header of a PNG.
func pngWith(t testing.TB, kind, body string) []byte {
	var b bytes.Buffer
	check(t, png.Encode(&b, drawing()))
	const header = 8 + 12 + 13
	chunk := append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), kind+body+"\x00\x00\x00\x00"...)
	return append(append(bytes.Clone(b.Bytes()[:header]), chunk...), b.Bytes()[header:]...)
}

func webp() []byte {
	b := []byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0A\x00\x00\x00\x00\x00\x00\x00\x27\x00\x00\x1D\x00\x00")
	e := camera()
	b = append(b, "EXIF"...)
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(e))), e...)
}

func box(kind, body string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))) + kind + body
}

func heic() []byte {
	size := func(w, h uint32) string {
		return box("ispe", string(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(make([]byte, 4), w), h)))
	}
	return []byte(box("ftyp", "heic\x00\x00\x00\x00mif1heic") + box("meta", "\x00\x00\x00\x00"+box("iprp", box("ipco", size(40, 30)+size(16, 16)))) + box("mdat", "\x00\x00\x00\x06Exif\x00\x00"+string(camera())))
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func samples(t testing.TB) map[string][]byte {
	var g bytes.Buffer
	check(t, gif.Encode(&g, drawing(), nil))
	bmp := make([]byte, 60)
	copy(bmp, "BM")
	binary.LittleEndian.PutUint32(bmp[14:], 40)
	binary.LittleEndian.PutUint32(bmp[18:], 40)
	binary.LittleEndian.PutUint32(bmp[22:], 1<<32-30)
	return map[string][]byte{
		"a.png": pngWith(t, "eXIf", string(camera())), "a.jpg": jpegWith(t, 0xE1, "Exif\x00\x00"+string(camera())), "a.gif": g.Bytes(), "a.webp": webp(),
		"a.tif": exif([]tag{{id: 0x0100, number: 40}, {id: 0x0101, number: 30}, {id: 0x010E, text: "a scan of a letter"}}), "a.bmp": bmp, "a.heic": heic(),
	}
}

func TestParserKeepsTheContract(t *testing.T) {
	var list []parse.Input
	for name, data := range samples(t) {
		list = append(list, parse.Input{Name: name, Data: data})
	}
	parsetest.Run(t, image.New(), list...)
}

func read(t testing.TB, name string, data []byte) rag.Text {
	t.Helper()
	got, err := image.New().Parse(context.Background(), parse.Input{Name: "folder/" + name, Data: data})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	parsetest.Check(t, got)
	return got
}

func TestEveryFormatHasItsSize(t *testing.T) {
	for name, data := range samples(t) {
		got := read(t, name, data)
		if got.Meta["width"] != "40" || got.Meta["height"] != "30" || !strings.Contains(got.Text, name) || !strings.Contains(got.Text, "40 x 30 pixels") {
			t.Errorf("%s: got %q, %q", name, got.Text, got.Meta)
		}
		if len(got.Warnings) != 1 || !strings.HasPrefix(got.Warnings[0], "no text: ") {
			t.Errorf("%s: got warnings %q", name, got.Warnings)
		}
	}
}

const photograph = ", 40 x 30 pixels, taken 2021-05-03 10:11:12 with Canon EOS 80D, lens EF 50mm, at -47.50000, 8.01000\n\nA bridge at dawn\n\nCopyright: 2021 A. Author"

func TestPhotographsSayWhenWhereAndWithWhat(t *testing.T) {
	for name, form := range map[string]string{"a.jpg": "JPEG", "a.png": "PNG", "a.webp": "WebP", "a.heic": "HEIC"} {
		got := read(t, name, samples(t)[name])
		if want := "Photograph " + name + " (" + form + ")" + photograph; got.Text != want {
			t.Errorf("got %q, want %q", got.Text, want)
		}
		if m := got.Meta; m["camera"] != "Canon EOS 80D" || m["latitude"] != "-47.50000" || m["taken"] != "2021-05-03T10:11:12" || got.Created.Year() != 2021 {
			t.Errorf("got %q, %v", got.Meta, got.Created)
		}
	}
}

const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="r"><rdf:Description tiff:Model="X100" photoshop:City="Zürich" xmp:CreateDate="2020-01-02T03:04:05+01:00">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">The title</rdf:li><rdf:li>Der Titel</rdf:li></rdf:Alt></dc:title>
<dc:subject><rdf:Bag><rdf:li>sea</rdf:li><rdf:li>sky</rdf:li></rdf:Bag></dc:subject><dc:creator><rdf:Seq><rdf:li>Ann</rdf:li></rdf:Seq></dc:creator>
</rdf:Description></rdf:RDF></x:xmpmeta>`

func TestXMP(t *testing.T) {
	for name, data := range map[string][]byte{
		"a.jpg": jpegWith(t, 0xE1, "http://ns.adobe.com/xap/1.0/\x00"+xmp), "a.png": pngWith(t, "iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00"+xmp),
	} {
		got := read(t, name, data)
		if got.Title != "The title" || got.Author != "Ann" || got.Meta["keywords"] != "sea, sky" || got.Meta["place"] != "Zürich" || got.Meta["taken"] != "2020-01-02T03:04:05+01:00" {
			t.Errorf("%s: got %q by %q, %q", name, got.Title, got.Author, got.Meta)
		}
		if !strings.HasPrefix(got.Text, "The title\n\nPhotograph "+name) || !strings.HasSuffix(got.Text, "Keywords: sea, sky\nBy: Ann") {
			t.Errorf("%s: got %q", name, got.Text)
		}
	}
}

func TestIPTC(t *testing.T) {
	set := func(id byte, s string) string {
		return "\x1C\x02" + string(rune(id)) + "\x00" + string(rune(len(s))) + s
	}
	data := set(120, "Caption of it") + set(25, "sea") + set(25, "sky") + set(90, "Bern") + set(101, "CH") + set(55, "20190807") + set(80, "Ann")
	body := "Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00" + string(rune(len(data))) + data
	got := read(t, "a.jpg", jpegWith(t, 0xED, body))
	want := "Picture a.jpg (JPEG), 40 x 30 pixels, taken 2019-08-07, in Bern, CH\n\nCaption of it\n\nKeywords: sea, sky\nBy: Ann"
	if got.Text != want {
		t.Errorf("got %q, want %q", got.Text, want)
	}
}

func TestTextsOfPNG(t *testing.T) {
	got := read(t, "a.png", pngWith(t, "tEXt", "Description\x00caf\xE9"))
	if got.Meta["description"] != "café" {
		t.Errorf("got %q", got.Meta)
	}
}

func TestPagesOfTIFFAreCounted(t *testing.T) {
	b := exif([]tag{{id: 0x0100, number: 40}, {id: 0x0101, number: 30}})
	binary.BigEndian.PutUint32(b[8+2+24:], uint32(len(b)))
	b = directory(b, []tag{{id: 0x0100, number: 7}})
	if got := read(t, "a.tif", b); !strings.Contains(got.Text, "40 x 30 pixels, 2 pictures in the file") {
		t.Errorf("got %q", got.Text)
	}
	binary.BigEndian.PutUint32(b[8+2+24:], 8) // it follows itself
	if got := read(t, "a.tif", b); strings.Contains(got.Text, "in the file") {
		t.Errorf("got %q", got.Text)
	}
}

func TestDamagedHeadersAreErrors(t *testing.T) {
	for _, s := range []string{"\x89PNG\r\n\x1A\n", "\xFF\xD8\xFF\xE0", "GIF89a", "II*\x00\xFF\xFF\xFF\xFF", "BM"} {
		if _, err := image.New().Parse(t.Context(), parse.Input{Data: []byte(s)}); err == nil || !strings.Contains(err.Error(), "no size") {
			t.Errorf("%q: got error %v", s, err)
		}
	}
	if _, err := image.New().Parse(t.Context(), parse.Input{Data: []byte("Hello")}); !errors.Is(err, parse.ErrUnsupported) {
		t.Errorf("got error %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, data := range samples(f) {
		f.Add(data)
	}
	f.Add(jpegWith(f, 0xE1, "http://ns.adobe.com/xap/1.0/\x00"+xmp))
	f.Fuzz(func(t *testing.T, data []byte) {
		parsetest.Survives(t, image.New(), parse.Input{Name: "a", Data: data})
	})
}
