package epub

import (
	"fmt"
	"net/url"
	"path"
	"strings"

	"ragserver/parse"
)

// An encryption lists the members that are encrypted, EPUB 3.3, 4.2.6.3.2.
type encryption struct {
	Data []struct {
		Method struct {
			Algorithm string `xml:"Algorithm,attr"`
		} `xml:"EncryptionMethod"`
		URI struct {
			URI string `xml:"URI,attr"`
		} `xml:"CipherData>CipherReference"`
	} `xml:"EncryptedData"`
}

// obfuscations are the ways to make fonts useless outside of the book. They need
// no password and touch no text.
var obfuscations = map[string]bool{
	"http://www.idpf.org/2008/embedding": true, "http://ns.adobe.com/pdf/enc#RC": true,
}

// checkEncryption returns parse.ErrEncrypted if a chapter is encrypted.
func (b *book) checkEncryption(chapters []string) error {
	const list = "META-INF/encryption.xml"
	if !b.archive.Has(list) {
		return nil
	}
	var e encryption
	if err := b.decode(list, &e); err != nil {
		b.lose("the list of encrypted files is damaged: %v", err)
	}
	locked := make(map[string]bool)
	for _, d := range e.Data {
		name := d.URI.URI
		if plain, err := url.PathUnescape(name); err == nil {
			name = plain
		}
		if !obfuscations[d.Method.Algorithm] {
			locked[strings.ToLower(strings.TrimPrefix(path.Clean("/"+name), "/"))] = true
		}
	}
	for _, name := range chapters {
		if locked[strings.ToLower(name)] {
			return fmt.Errorf("%s: %w", name, parse.ErrEncrypted)
		}
	}
	return nil
}
