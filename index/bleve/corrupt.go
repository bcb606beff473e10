package bleve

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"sync"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"ragserver/index"
)

// recoverCorrupt turns a panic over the files in dir into an error. bleve maps
// files into memory and trusts them.
func recoverCorrupt(dir string, err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("bleve: reading %s: %w: %v", dir, index.ErrCorrupt, r)
	}
}

// verify compares the files that the index consists of with their checksums:
// bleve does not, and would find out in the middle of a query. It reads 1 GB in
// about a second.
func verify(snapshot *scorch.IndexSnapshot) error {
	for _, s := range snapshot.Segments() {
		file, ok := s.Segment().(segment.PersistedSegment)
		if !ok {
			continue
		}
		ok, err := intact(file.Path())
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("%s does not match its checksum", file.Path())
		}
	}
	return nil
}

// intact says whether the file ends with the checksum of what is before it.
func intact(name string) (bool, error) {
	f, err := os.Open(name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	if info.Size() < 4 {
		return false, nil
	}
	sum := crc32.NewIEEE()
	if _, err := io.CopyN(sum, f, info.Size()-4); err != nil {
		return false, err
	}
	var want [4]byte
	if _, err := io.ReadFull(f, want[:]); err != nil {
		return false, err
	}
	return sum.Sum32() == binary.BigEndian.Uint32(want[:]), nil
}

// slowDown makes bleve wait a second after a write that failed, as on a full
// disk: it tries again at once otherwise, and keeps a core busy with it. The
// callback has to stand in a table of bleve's that the whole process shares.
var slowDown = sync.OnceValue(func() string {
	const name = "ragserver-slow-down"
	scorch.RegistryAsyncErrorCallbacks[name] = func(error, string) { time.Sleep(time.Second) }
	return name
})
