package xmlstream

import (
	"bytes"
)

// markup reads what begins with "<".
func (x *Reader) markup() {
	x.have(len("<![CDATA["))
	head := x.buf[x.pos:x.end]
	switch {
	case bytes.HasPrefix(head, []byte("<!--")):
		x.pos += 4
		x.pass("-->")
	case bytes.HasPrefix(head, []byte("<![CDATA[")):
		x.pos += 9
		if text, ok := x.upTo("]]>", 0); ok {
			x.kind, x.text = Text, text
		}
	case bytes.HasPrefix(head, []byte("<?")):
		x.pass("?>")
	case bytes.HasPrefix(head, []byte("<!")):
		x.declaration()
	default:
		x.element()
	}
}

// declaration passes over a document type, with what it declares.
func (x *Reader) declaration() {
	for depth := 0; x.have(1); {
		c := x.buf[x.pos]
		x.pos++
		switch {
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == '>' && depth <= 0:
			return
		}
	}
}

// element reads a tag.
func (x *Reader) element() {
	tag, ok := x.wholeTag()
	if !ok {
		return
	}
	tag = tag[1:]
	if len(tag) > 0 && tag[0] == '/' {
		x.kind, x.name = End, x.intern(local(bytes.TrimSpace(tag[1:])))
		return
	}
	if n := len(tag); n > 0 && tag[n-1] == '/' {
		tag, x.empty = tag[:n-1], true
	}
	i := 0
	for i < len(tag) && !space(tag[i]) {
		i++
	}
	x.kind, x.name, x.tag = Start, x.intern(local(tag[:i])), tag[i:]
}

// wholeTag returns the tag that begins here, without its ">". A ">" in a quoted
// value does not end it.
func (x *Reader) wholeTag() ([]byte, bool) {
	quote := byte(0)
	for i := 1; ; {
		for ; x.pos+i < x.end; i++ {
			switch c := x.buf[x.pos+i]; {
			case quote != 0:
				if c == quote {
					quote = 0
				}
			case c == '>':
				tag := x.buf[x.pos : x.pos+i]
				x.pos += i + 1
				return tag, true
			case c == '"' || c == '\'':
				quote = c
			}
		}
		if !x.more() {
			x.pos = x.end
			return nil, false
		}
	}
}

// intern returns name as a string, mostly one that is there already.
func (x *Reader) intern(name []byte) string {
	if s, ok := x.names[string(name)]; ok {
		return s
	}
	s := string(name)
	if len(x.names) < maxNames {
		x.names[s] = s
	}
	return s
}

// Attr returns the value of an attribute, found by its name without a prefix;
// "" if the element that starts here does not have it.
func (x *Reader) Attr(name string) string { return string(x.RawAttr(name)) }

// RawAttr returns what Attr does, valid until Next.
func (x *Reader) RawAttr(name string) []byte {
	for rest := x.tag; len(rest) > 0; {
		var key, value []byte
		if key, value, rest = attribute(rest); string(local(key)) == name {
			if bytes.IndexByte(value, '&') >= 0 {
				value = unescape(bytes.Clone(value))
			}
			return value
		}
	}
	return nil
}

// attribute cuts the first attribute off a tag.
func attribute(tag []byte) (key, value, rest []byte) {
	i := bytes.IndexByte(tag, '=')
	if i < 0 {
		return nil, nil, nil
	}
	key = bytes.TrimSpace(tag[:i])
	for i++; i < len(tag) && space(tag[i]); i++ {
	}
	if i == len(tag) {
		return key, nil, nil
	}
	if quote := tag[i]; quote == '"' || quote == '\'' {
		value, rest, _ = bytes.Cut(tag[i+1:], tag[i:i+1])
		return key, value, rest
	}
	j := i
	for j < len(tag) && !space(tag[j]) {
		j++
	}
	return key, tag[i:j], tag[j:]
}

func local(name []byte) []byte { return name[bytes.IndexByte(name, ':')+1:] }

func space(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }
