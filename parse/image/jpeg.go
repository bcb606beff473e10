package image

import (
	"bytes"
	"encoding/binary"
)

// readJPEG reads the segments before the picture itself, ITU T.81 annex B.
func readJPEG(data []byte, p *picture) {
	for pos := 2; pos+4 <= len(data); {
		if data[pos] != 0xFF {
			return
		}
		marker := data[pos+1]
		if marker == 0xFF { // filler
			pos++
			continue
		}
		if marker == 0x01 || marker >= 0xD0 && marker <= 0xD8 { // without a body
			pos += 2
			continue
		}
		n := int(binary.BigEndian.Uint16(data[pos+2:]))
		if marker == 0xDA || marker == 0xD9 || n < 2 || pos+2+n > len(data) {
			return
		}
		jpegSegment(marker, data[pos+4:pos+2+n], p)
		pos += 2 + n
	}
}

func jpegSegment(marker byte, body []byte, p *picture) {
	switch {
	case marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC:
		if len(body) >= 5 && p.width == 0 {
			p.height, p.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
		}
	case marker == 0xFE:
		p.say(comment, decode(body))
	case marker == 0xE1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")):
		readExif(body, p)
	case marker == 0xE1:
		if xmp, ok := bytes.CutPrefix(body, []byte("http://ns.adobe.com/xap/1.0/\x00")); ok {
			readXMP(xmp, p)
		}
	case marker == 0xED:
		if resources, ok := bytes.CutPrefix(body, []byte("Photoshop 3.0\x00")); ok {
			readResources(resources, p)
		}
	}
}

// readResources finds the IPTC data among the resources of Photoshop.
func readResources(data []byte, p *picture) {
	for len(data) >= 12 && string(data[:4]) == "8BIM" {
		id := binary.BigEndian.Uint16(data[4:])
		name := 1 + int(data[6]) // its length, and the name
		at := 6 + name + name%2
		if at+4 > len(data) {
			return
		}
		n := int(binary.BigEndian.Uint32(data[at:]))
		data = data[at+4:]
		if n < 0 || n > len(data) {
			return
		}
		if id == 0x0404 {
			readIPTC(data[:n], p)
		}
		data = data[min(n+n%2, len(data)):]
	}
}
