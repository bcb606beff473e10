package image

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
)

// readPNG reads the chunks of a PNG file.
func readPNG(data []byte, p *picture) {
	for data = data[8:]; len(data) >= 12; {
		n := int64(binary.BigEndian.Uint32(data))
		kind := string(data[4:8])
		if n > int64(len(data)-12) {
			n = int64(len(data) - 12)
		}
		if kind == "IEND" {
			return
		}
		pngChunk(kind, data[8:8+n], p)
		data = data[12+n:]
	}
}

func pngChunk(kind string, body []byte, p *picture) {
	switch kind {
	case "IHDR":
		if len(body) >= 8 {
			p.width, p.height = int(binary.BigEndian.Uint32(body)), int(binary.BigEndian.Uint32(body[4:]))
		}
	case "acTL":
		if len(body) >= 4 {
			p.frames = int(binary.BigEndian.Uint32(body))
		}
	case "eXIf":
		readExif(body, p)
	case "tEXt":
		if key, text, ok := bytes.Cut(body, []byte{0}); ok {
			pngText(string(key), decode(text), p)
		}
	case "zTXt":
		if key, text, ok := bytes.Cut(body, []byte{0}); ok && len(text) > 1 {
			pngText(string(key), decode(inflate(text[1:])), p)
		}
	case "iTXt":
		pngInternational(body, p)
	}
}

// pngInternational reads a text in UTF-8: keyword, whether it is packed, how,
// language, translated keyword, text.
func pngInternational(body []byte, p *picture) {
	key, rest, ok := bytes.Cut(body, []byte{0})
	if !ok || len(rest) < 2 {
		return
	}
	packed := rest[0] == 1
	_, rest, _ = bytes.Cut(rest[2:], []byte{0})
	_, text, ok := bytes.Cut(rest, []byte{0})
	if !ok {
		return
	}
	if packed {
		text = inflate(text)
	}
	if string(key) == "XML:com.adobe.xmp" {
		readXMP(text, p)
		return
	}
	pngText(string(key), string(text), p)
}

func pngText(key, text string, p *picture) {
	switch key {
	case "Title":
		p.say(title, text)
	case "Author":
		p.say(author, text)
	case "Description":
		p.say(description, text)
	case "Copyright":
		p.say(copyright, text)
	case "Comment":
		p.say(comment, text)
	case "Software":
		p.say(software, text)
	case "Creation Time":
		p.sayTime(taken, text)
	}
}

// inflate unpacks a text, as much of it as is read.
func inflate(data []byte) []byte {
	r, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	text, _ := io.ReadAll(io.LimitReader(r, maxXMP)) // what came before the damage will do
	return text
}
