package image

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"strings"
)

// maxXMP bounds the XMP data that is read, in bytes.
const maxXMP = 1 << 20

// xmpFacts maps elements and attributes of XMP, without their name spaces.
var xmpFacts = map[string]fact{
	"title": title, "Headline": title, "description": description, "creator": author, "rights": copyright, "subject": keywords,
	"Make": maker, "Model": camera, "Lens": lens, "CreatorTool": software, "City": place, "Country": place, "Location": place,
}

var xmpTimes = map[string]fact{"DateTimeOriginal": taken, "CreateDate": taken, "DateCreated": taken, "ModifyDate": changed}

// readXMP reads metadata in XML, as ISO 16684-1 has it. What does not fit is
// left out.
func readXMP(data []byte, p *picture) {
	d := xml.NewDecoder(bytes.NewReader(data[:min(len(data), maxXMP)]))
	d.Strict = false
	lists := map[fact][]string{}
	say := func(name, value string) {
		if f, ok := xmpFacts[name]; ok && strings.TrimSpace(value) != "" && len(lists[f]) < 100 {
			lists[f] = append(lists[f], strings.TrimSpace(value))
		} else if f, ok := xmpTimes[name]; ok {
			p.sayTime(f, value)
		}
	}
	var within []string
	for {
		token, err := d.RawToken()
		if err != nil {
			break
		}
		switch e := token.(type) {
		case xml.StartElement:
			if within = append(within, e.Name.Local); len(within) > 100 {
				return
			}
			for _, a := range e.Attr {
				say(a.Name.Local, a.Value)
			}
		case xml.EndElement:
			within = within[:max(len(within)-1, 0)]
		case xml.CharData:
			say(property(within), string(e))
		}
	}
	for f, list := range lists {
		if f != keywords && f != author && f != place {
			list = list[:1]
		}
		p.say(f, strings.Join(list, ", "))
	}
}

// property returns the property that text belongs to: the innermost element that
// is not part of a list.
func property(within []string) string {
	for i := len(within) - 1; i >= 0; i-- {
		switch within[i] {
		case "li", "Alt", "Seq", "Bag":
		default:
			return within[i]
		}
	}
	return ""
}

// iptcFacts maps the data sets of IPTC's record 2.
var iptcFacts = map[byte]fact{5: title, 80: author, 90: place, 101: place, 116: copyright, 120: description}

// readIPTC reads the metadata of news agencies, IPTC IIM 4.
func readIPTC(data []byte, p *picture) {
	var words, places []string
	for len(data) >= 5 && data[0] == 0x1C {
		record, set, n := data[1], data[2], int(binary.BigEndian.Uint16(data[3:]))
		if n > len(data)-5 {
			break
		}
		text := decode(data[5 : 5+n])
		switch data = data[5+n:]; {
		case record != 2:
		case set == 25 && len(words) < 100:
			words = append(words, text)
		case set == 90 || set == 101:
			places = append(places, text)
		case set == 55:
			p.sayTime(taken, text)
		case iptcFacts[set] != "":
			p.say(iptcFacts[set], text)
		}
	}
	p.say(keywords, strings.Join(words, ", "))
	p.say(place, strings.Join(places[:min(len(places), 4)], ", "))
}
