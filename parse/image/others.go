package image

import (
	"bytes"
	"encoding/binary"
	"slices"
)

func readGIF(data []byte, p *picture) {
	if len(data) >= 10 {
		p.width, p.height = int(binary.LittleEndian.Uint16(data[6:])), int(binary.LittleEndian.Uint16(data[8:]))
	}
}

func readBMP(data []byte, p *picture) {
	if len(data) < 26 {
		return
	}
	if binary.LittleEndian.Uint32(data[14:]) == 12 { // of OS/2
		p.width, p.height = int(binary.LittleEndian.Uint16(data[18:])), int(binary.LittleEndian.Uint16(data[20:]))
		return
	}
	p.width, p.height = int(int32(binary.LittleEndian.Uint32(data[18:]))), int(int32(binary.LittleEndian.Uint32(data[22:])))
	p.height = max(p.height, -p.height) // negative: the first row is the top
}

// readWebP reads the chunks of a WebP file.
func readWebP(data []byte, p *picture) {
	for data = data[12:]; len(data) >= 8; {
		kind, n := string(data[:4]), int64(binary.LittleEndian.Uint32(data[4:]))
		body := data[8:]
		body = body[:min(n, int64(len(body)))]
		webpChunk(kind, body, p)
		data = data[8+min(n+n%2, int64(len(data)-8)):]
	}
}

func webpChunk(kind string, b []byte, p *picture) {
	switch {
	case kind == "VP8X" && len(b) >= 10:
		p.width, p.height = 1+(int(b[4])|int(b[5])<<8|int(b[6])<<16), 1+(int(b[7])|int(b[8])<<8|int(b[9])<<16)
	case kind == "VP8 " && len(b) >= 10 && p.width == 0:
		p.width, p.height = int(binary.LittleEndian.Uint16(b[6:]))&0x3FFF, int(binary.LittleEndian.Uint16(b[8:]))&0x3FFF
	case kind == "VP8L" && len(b) >= 5 && p.width == 0:
		bits := binary.LittleEndian.Uint32(b[1:])
		p.width, p.height = 1+int(bits&0x3FFF), 1+int(bits>>14&0x3FFF)
	case kind == "ANMF":
		p.frames++
	case kind == "EXIF":
		readExif(b, p)
	case kind == "XMP ":
		readXMP(b, p)
	}
}

// branded tells files of ISO 14496-12 by their brands.
func branded(brands ...string) func([]byte) bool {
	return func(data []byte) bool {
		return len(data) >= 12 && string(data[4:8]) == "ftyp" && slices.Contains(brands, string(data[8:12]))
	}
}

// readHEIF reads HEIC and AVIF. The largest picture in the file is the whole one:
// others are tiles of it, or previews.
func readHEIF(data []byte, p *picture) {
	eachBox(data, 0, func(kind string, body []byte) {
		if kind == "ispe" && len(body) >= 12 {
			w, h := int(binary.BigEndian.Uint32(body[4:])), int(binary.BigEndian.Uint32(body[8:]))
			if int64(w)*int64(h) > int64(p.width)*int64(p.height) {
				p.width, p.height = w, h
			}
		}
	})
	if i := bytes.Index(data, []byte("Exif\x00\x00")); i >= 0 {
		readExif(data[i:], p)
	}
	if i := bytes.Index(data, []byte("<x:xmpmeta")); i >= 0 {
		readXMP(data[i:], p)
	}
}

// eachBox calls f with the boxes in data that may lead to the size of a picture.
func eachBox(data []byte, depth int, f func(kind string, body []byte)) {
	for len(data) >= 8 && depth < 5 {
		n, kind, head := uint64(binary.BigEndian.Uint32(data)), string(data[4:8]), uint64(8)
		switch {
		case n == 0:
			n = uint64(len(data))
		case n == 1 && len(data) >= 16:
			n, head = binary.BigEndian.Uint64(data[8:]), 16
		}
		if n < head || n > uint64(len(data)) {
			return
		}
		body := data[head:n]
		switch f(kind, body); kind {
		case "meta":
			eachBox(body[min(4, len(body)):], depth+1, f) // after version and flags
		case "iprp", "ipco":
			eachBox(body, depth+1, f)
		}
		data = data[n:]
	}
}
