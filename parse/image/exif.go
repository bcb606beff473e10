package image

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"

	"ragserver/parse/charset"
)

// What a TIFF or Exif block may hold; real ones hold a hundredth.
const (
	maxTags = 1000
	maxIFDs = 10_000
)

// A tiff is a block of tagged values: a TIFF file, or the Exif data of another
// format.
type tiff struct {
	data  []byte
	order binary.ByteOrder
}

// openTIFF returns the block and where its first directory is.
func openTIFF(data []byte) (t tiff, first int, ok bool) {
	if len(data) < 8 {
		return t, 0, false
	}
	switch string(data[:4]) {
	case "II*\x00":
		t = tiff{data, binary.LittleEndian}
	case "MM\x00*":
		t = tiff{data, binary.BigEndian}
	default:
		return t, 0, false
	}
	return t, int(t.order.Uint32(data[4:])), true
}

func readTIFF(data []byte, p *picture) {
	t, at, ok := openTIFF(data)
	seen := map[int]bool{}
	for ok && at > 0 && !seen[at] && len(seen) < maxIFDs {
		seen[at] = true
		if len(seen) == 1 {
			at = t.directory(at, func(tag uint16, v value) { t.main(tag, v, p, true) })
			continue
		}
		at = t.directory(at, func(uint16, value) {})
	}
	p.frames = len(seen)
}

// readExif reads the Exif data of a picture of another format, which may begin
// with that word.
func readExif(data []byte, p *picture) {
	data = bytes.TrimPrefix(data, []byte("Exif\x00\x00"))
	if t, at, ok := openTIFF(data); ok {
		t.directory(at, func(tag uint16, v value) { t.main(tag, v, p, false) })
	}
}

// A value is that of a tag.
type value struct {
	t     tiff
	kind  uint16
	bytes []byte
}

// directory calls f with each tag of the directory at a place and returns where
// the next one is, 0 if there is none.
func (t tiff) directory(at int, f func(uint16, value)) int {
	if at < 8 || at+2 > len(t.data) {
		return 0
	}
	n := int(t.order.Uint16(t.data[at:]))
	at += 2
	for i := range min(n, maxTags) {
		entry := at + 12*i
		if entry+12 > len(t.data) {
			return 0
		}
		if v, ok := t.value(t.data[entry : entry+12]); ok {
			f(t.order.Uint16(t.data[entry:]), v)
		}
	}
	if at += 12 * n; at+4 > len(t.data) {
		return 0
	}
	return int(t.order.Uint32(t.data[at:]))
}

// sizes are those of the kinds of values, TIFF 6.0 section 2.
var sizes = [...]int{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}

func (t tiff) value(entry []byte) (value, bool) {
	v := value{t: t, kind: t.order.Uint16(entry[2:])}
	if v.kind == 0 || int(v.kind) >= len(sizes) {
		return v, false
	}
	n := int64(t.order.Uint32(entry[4:])) * int64(sizes[v.kind])
	if n <= 4 {
		v.bytes = entry[8 : 8+n]
		return v, true
	}
	from := int64(t.order.Uint32(entry[8:]))
	if from+n > int64(len(t.data)) {
		return v, false
	}
	v.bytes = t.data[from : from+n]
	return v, true
}

// main notes what a tag of a main directory says. Only that of a TIFF file tells
// the size of the picture.
func (t tiff) main(tag uint16, v value, p *picture, file bool) {
	switch tag {
	case 0x0100, 0x0101:
		if n := v.number(); file && tag == 0x0100 {
			p.width = n
		} else if file {
			p.height = n
		}
	case 0x010D, 0x9C9B:
		p.say(title, v.text(tag))
	case 0x010E, 0x9C9F:
		p.say(description, v.text(tag))
	case 0x010F:
		p.say(maker, v.text(tag))
	case 0x0110:
		p.say(camera, v.text(tag))
	case 0x0131:
		p.say(software, v.text(tag))
	case 0x0132:
		p.sayTime(changed, v.text(tag))
	case 0x013B, 0x9C9D:
		p.say(author, v.text(tag))
	case 0x8298:
		p.say(copyright, strings.ReplaceAll(v.text(tag), "\x00", " "))
	case 0x9C9C:
		p.say(comment, v.text(tag))
	case 0x9C9E:
		p.say(keywords, v.text(tag))
	case 0x02BC:
		readXMP(v.bytes, p)
	case 0x83BB:
		readIPTC(v.bytes, p)
	case 0x8769:
		t.directory(v.number(), func(tag uint16, v value) { photo(tag, v, p) })
	case 0x8825:
		t.gps(v.number(), p)
	}
}

// photo notes what a tag of the directory of a photograph says.
func photo(tag uint16, v value, p *picture) {
	switch tag {
	case 0x9003:
		p.sayTime(taken, v.text(tag))
	case 0x9004:
		p.sayTime(taken, v.text(tag))
	case 0xA434:
		p.say(lens, v.text(tag))
	case 0x9286:
		if s, ok := strings.CutPrefix(string(v.bytes), "ASCII\x00\x00\x00"); ok {
			p.say(comment, s)
		} else if s, ok := strings.CutPrefix(string(v.bytes), "UNICODE\x00"); ok {
			p.say(comment, wide([]byte(s), v.t.order))
		}
	}
}

func (t tiff) gps(at int, p *picture) {
	var south, west bool
	var lat, lon []float64
	t.directory(at, func(tag uint16, v value) {
		switch tag {
		case 1:
			south = strings.HasPrefix(string(v.bytes), "S")
		case 2:
			lat = v.fractions()
		case 3:
			west = strings.HasPrefix(string(v.bytes), "W")
		case 4:
			lon = v.fractions()
		}
	})
	if a, ok := degrees(lat, south, 90); ok {
		if b, ok := degrees(lon, west, 180); ok && (a != 0 || b != 0) {
			p.say(latitude, fmt.Sprintf("%.5f", a))
			p.say(longitude, fmt.Sprintf("%.5f", b))
		}
	}
}

// degrees joins degrees, minutes and seconds.
func degrees(parts []float64, negative bool, most float64) (float64, bool) {
	if len(parts) != 3 {
		return 0, false
	}
	d := parts[0] + parts[1]/60 + parts[2]/3600
	if negative {
		d = -d
	}
	return d, d >= -most && d <= most
}

func (v value) number() int {
	switch {
	case v.kind == 3 && len(v.bytes) >= 2:
		return int(v.t.order.Uint16(v.bytes))
	case (v.kind == 4 || v.kind == 9) && len(v.bytes) >= 4:
		return int(v.t.order.Uint32(v.bytes))
	}
	return 0
}

func (v value) fractions() (list []float64) {
	for b := v.bytes; v.kind == 5 && len(b) >= 8 && len(list) < 3; b = b[8:] {
		if below := v.t.order.Uint32(b[4:]); below != 0 {
			list = append(list, float64(v.t.order.Uint32(b))/float64(below))
		}
	}
	return list
}

// text returns the text of a value. Those of Windows are UTF-16; others should be
// ASCII and are anything.
func (v value) text(tag uint16) string {
	if tag >= 0x9C9B && tag <= 0x9C9F {
		return wide(v.bytes, binary.LittleEndian)
	}
	return decode(bytes.TrimRight(v.bytes[:min(len(v.bytes), maxFact)], "\x00 "))
}

func wide(b []byte, order binary.ByteOrder) string {
	var units []uint16
	for b = b[:min(len(b), maxFact)]; len(b) >= 2; b = b[2:] {
		units = append(units, order.Uint16(b))
	}
	return string(utf16.Decode(units))
}

// decode decodes text whose encoding nobody has told.
func decode(b []byte) string {
	r, err := charset.Decode(bytes.ReplaceAll(b, []byte{0}, []byte(" ")), "windows-1252")
	if err != nil {
		return ""
	}
	return r.Text
}
