package archive

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"

	"ragserver/parse"
)

// localHeader is the size of what stands before the name of a member, APPNOTE
// 4.3.7.
const localHeader = 30

// salvage reads the members of a ZIP file without a directory, as of one that was
// cut short: each begins with a header of its own. why is what is wrong with the
// directory.
func (r *reader) salvage(data []byte, why error) error {
	mark, found := []byte("PK\x03\x04"), 0
	for at := bytes.Index(data, mark); at >= 0 && found < maxMembers; found++ {
		used, err := r.salvageMember(data[at:])
		if err != nil {
			return err
		}
		next := bytes.Index(data[at+used:], mark)
		if next < 0 {
			at = -1
			break
		}
		at += used + next
	}
	if r.list.members == 0 {
		return fmt.Errorf("ZIP: %w", why)
	}
	r.warn("the archive is damaged (%v): read member by member", why)
	return nil
}

// salvageMember reads the member that data begins with and returns how much of
// data it is at least.
func (r *reader) salvageMember(data []byte) (used int, err error) {
	if len(data) < localHeader {
		return len(data), nil
	}
	flags, method := binary.LittleEndian.Uint16(data[6:]), binary.LittleEndian.Uint16(data[8:])
	size := int64(binary.LittleEndian.Uint32(data[18:]))
	nameLen, extra := int(binary.LittleEndian.Uint16(data[26:])), int(binary.LittleEndian.Uint16(data[28:]))
	if nameLen == 0 || localHeader+nameLen+extra > len(data) {
		return localHeader, nil
	}
	name := memberName(&zip.File{FileHeader: zip.FileHeader{Name: string(data[localHeader : localHeader+nameLen]), NonUTF8: flags&0x800 == 0}})
	used = localHeader + nameLen + extra
	body := data[used:]
	known := flags&8 == 0 // else the sizes follow the member
	if known {
		body = body[:min(size, int64(len(body)))]
	}
	switch {
	case name[len(name)-1] == '/':
		return used, r.ctx.Err()
	case flags&1 != 0:
		return used, r.refuse(name, -1, fmt.Errorf("needs a password: %w", parse.ErrEncrypted))
	case method == zip.Store && known:
		return used + len(body), r.add(name, -1, int64(len(body)), bytes.NewReader(body))
	case method != zip.Deflate:
		return used, r.refuse(name, -1, fmt.Errorf("compression method %d in a damaged archive: %w", method, parse.ErrUnsupported))
	}
	src := bytes.NewReader(body)
	err = r.add(name, -1, int64(len(body)), flate.NewReader(src))
	return used + len(body) - src.Len(), err
}
