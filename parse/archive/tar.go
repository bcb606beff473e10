package archive

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"ragserver/parse"
)

// maxMembers bounds how many members are looked at.
const maxMembers = 200_000

// tarBlock is the size of a header of a TAR.
const tarBlock = 512

// isTar tells a TAR by its magic, or, before POSIX, by the sum in its header.
func isTar(head []byte) bool {
	if len(head) < tarBlock {
		return false
	}
	if string(head[257:262]) == "ustar" {
		return true
	}
	want, err := strconv.ParseInt(strings.Trim(string(head[148:156]), " \x00"), 8, 32)
	if err != nil || want == 0 || head[0] == 0 {
		return false
	}
	sum := int64(8 * ' ')
	for i, b := range head[:tarBlock] {
		if i < 148 || i >= 156 {
			sum += int64(b)
		}
	}
	return sum == want
}

// tar reads the members of a TAR that came out of packed bytes.
func (r *reader) tar(src io.Reader, packed int64) error {
	tr := tar.NewReader(src)
	for n := 0; ; n++ {
		h, err := tr.Next()
		switch {
		case err == io.EOF:
			return nil
		case r.ctx.Err() != nil:
			return r.ctx.Err()
		case errors.Is(err, tar.ErrInsecurePath):
			// The name leads out of the archive; as a part it leads nowhere.
		case err != nil && n == 0:
			return err
		case err != nil:
			r.warn("the archive is damaged after %d members: %v", n, err)
			return nil
		case n >= maxMembers:
			r.warn("the archive has more than %d members: the others were left out", maxMembers)
			return nil
		}
		if err := r.tarMember(tr, h, packed); err != nil {
			return err
		}
	}
}

func (r *reader) tarMember(tr *tar.Reader, h *tar.Header, packed int64) error {
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeCont, tar.TypeGNUSparse:
		return r.add(h.Name, h.Size, packed, tr)
	case tar.TypeLink, tar.TypeSymlink:
		r.list.add(fmt.Sprintf("%s -> %s", h.Name, h.Linkname), -1, "")
	case tar.TypeDir, tar.TypeXHeader, tar.TypeXGlobalHeader:
	default:
		r.list.add(h.Name, -1, fmt.Errorf("no file: %w", parse.ErrUnsupported).Error())
	}
	return r.ctx.Err()
}
