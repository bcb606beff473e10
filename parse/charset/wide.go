package charset

import (
	"bytes"
	"encoding/binary"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// decodeWide decodes data with zero bytes: UTF-16 or UTF-32 without a byte
// order mark, or a narrow text with a few stray zeros.
func decodeWide(data []byte) (Result, error) {
	for _, name := range []string{"utf-32le", "utf-32be"} {
		if isUTF32(data, name == "utf-32be") {
			return decode(data, name)
		}
	}
	le, be := utf16Score(data, binary.LittleEndian), utf16Score(data, binary.BigEndian)
	switch {
	case le > 0.9 && le >= be:
		return decode(data, "utf-16le")
	case be > 0.9:
		return decode(data, "utf-16be")
	}
	if zeros := bytes.Count(data, []byte{0}); zeros > 8 || zeros > 2 && zeros*100 > len(data) {
		return Result{}, errBinary
	}
	if utf8.Valid(data) {
		return fromUTF8(data)
	}
	return decode(data, narrow(data, "", ""))
}

func isUTF32(data []byte, big bool) bool {
	if len(data) < 8 || len(data)%4 != 0 {
		return false
	}
	data = data[:min(len(data), 4096)]
	for i := 0; i < len(data); i += 4 {
		v := binary.LittleEndian.Uint32(data[i:])
		if big {
			v = binary.BigEndian.Uint32(data[i:])
		}
		if v == 0 || v > unicode.MaxRune || v>>11 == 0xD800>>11 || v < 0x20 && !spaceByte(byte(v)) {
			return false
		}
	}
	return true
}

// utf16Score returns how much of data reads as text in UTF-16: the share of
// units that are letters, digits, common marks and spaces, and that stay in few
// scripts.
func utf16Score(data []byte, order binary.ByteOrder) float64 {
	if len(data) < 4 || len(data)%2 != 0 {
		return 0
	}
	data = data[:min(len(data), 8192)]
	good, spaces := 0, 0
	blocks := map[uint16]int{} // letters by upper byte; the Han blocks count as one
	for i := 0; i < len(data); i += 2 {
		u := order.Uint16(data[i:])
		switch {
		case u < 0x20 && spaceByte(byte(u)) || u == 0x20:
			spaces++
			good++
		case u < 0x20 || u == 0xFFFF || u == 0xFFFE:
		case utf16.IsSurrogate(rune(u)) || unicode.IsPrint(rune(u)):
			good++
			blocks[block(u)]++
		}
	}
	if spaces == 0 && blocks[0] == 0 || len(blocks) > 8 {
		return 0
	}
	return float64(good) / float64(len(data)/2)
}

func block(u uint16) uint16 {
	switch {
	case u >= 0x3400 && u < 0xA000:
		return 0x4E
	case u >= 0xAC00 && u < 0xD7A4:
		return 0xAC
	case u >= 0xD800 && u < 0xE000:
		return 0xD8
	}
	return u >> 8
}

func spaceByte(b byte) bool { return b == '\t' || b == '\n' || b == '\r' || b == '\f' || b == '\v' }
