package bleve

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/indextest"
)

// damages are ways to damage a file of any kind.
var damages = map[string]func(data []byte) []byte{
	"cut":     func(d []byte) []byte { return d[:len(d)/2] },
	"flipped": func(d []byte) []byte { d[len(d)/3] ^= 0x40; return d },
	"zeroed":  func(d []byte) []byte { clear(d); return d },
	"grown":   func(d []byte) []byte { return append(d, "more"...) },
	"empty":   func(d []byte) []byte { return nil },
}

func TestDamagedFilesAreCorruptNotFatal(t *testing.T) {
	dir := made(t)
	for _, pattern := range []string{"*.zap", "root.bolt"} {
		for kind, damage := range damages {
			t.Run(pattern+" "+kind, func(t *testing.T) {
				to := copied(t, dir)
				names, err := filepath.Glob(filepath.Join(to, pattern))
				if err != nil || len(names) == 0 {
					t.Fatalf("no %s: %v", pattern, err)
				}
				write(t, names[0], damage(read(t, names[0])))
				if usable := usableOrCorrupt(t, to); usable && pattern == "*.zap" {
					t.Error("Open did not see it")
				}
			})
		}
	}
}

func TestAMissingFileIsCorruptNotFatal(t *testing.T) {
	dir := made(t)
	names, err := filepath.Glob(filepath.Join(dir, "*.zap"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, name := range names {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	if usableOrCorrupt(t, dir) {
		t.Error("Open did not see it")
	}
}

// TestDamagedRootIsCorruptNotFatal damages the file that bleve reads and writes on
// goroutines of its own, where nothing could recover.
func TestDamagedRootIsCorruptNotFatal(t *testing.T) {
	dir := made(t)
	root := read(t, filepath.Join(dir, "root.bolt"))
	size, pages := os.Getpagesize(), highWater(root)
	t.Logf("%d bytes, %d pages", len(root), pages)
	damage := make(map[string][]byte)
	for at := 0; at < len(root); at += size {
		for _, n := range []int{at, at + 1, at + size/2, at + size - 1} {
			damage[fmt.Sprintf("cut at %d", n)] = root[:n]
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for page := range pages {
		at := page * size
		zeroed := bytes.Clone(root)
		clear(zeroed[at : at+size])
		damage[fmt.Sprintf("page %d zeroed", page)] = zeroed
		half := bytes.Clone(root)
		clear(half[at+size/2 : at+size])
		damage[fmt.Sprintf("half of page %d zeroed", page)] = half
		other := bytes.Clone(root)
		copy(other[at:at+size], root[(page+1)%pages*size:])
		damage[fmt.Sprintf("page %d is another", page)] = other
		for range 8 { // where its numbers most likely are
			flipped, i := bytes.Clone(root), at+random.IntN(96)
			flipped[i] ^= 1 << random.IntN(8)
			damage[fmt.Sprintf("byte %d of page %d flipped", i-at, page)] = flipped
		}
	}
	for _, name := range slices.Sorted(maps.Keys(damage)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := copied(t, dir)
			write(t, filepath.Join(to, "root.bolt"), damage[name])
			usable := usableOrCorrupt(t, to)
			if n := len(damage[name]); n > 0 && n < len(root) && usable != (n >= pages*size) {
				t.Errorf("usable is %v, with %d bytes and %d pages that count", usable, n, pages)
			}
		})
	}
}

// TestWhatPassesIsSafeForBolt damages every byte of a large file, where trees are
// high, and does with what passes all that can be done.
func TestWhatPassesIsSafeForBolt(t *testing.T) {
	name := filepath.Join(t.TempDir(), "bolt")
	db := openBolt(t, name)
	random := rand.New(rand.NewPCG(3, 4))
	for range 40 {
		workload(t, db, random, 8)
	}
	closeBolt(t, db)
	data := read(t, name)
	size, used := os.Getpagesize(), highWater(data)*os.Getpagesize()
	passed := 0
	for i, kind := range []string{"flipped", "zeroed", "full"} {
		for at := i; at < used; at += 3 {
			if at%size > 512 && at%17 != 0 {
				continue // most are in keys and values
			}
			old := data[at]
			switch kind {
			case "flipped":
				data[at] ^= 1 << (at / 3 % 8)
			case "zeroed":
				data[at] = 0
			case "full":
				data[at] = 0xFF
			}
			if data[at] != old && checkBolt(data, size) == nil {
				if passed++; passed%200 == 0 {
					exercise(t, data)
				}
			}
			data[at] = old
		}
	}
	if t.Failed() || passed == 0 {
		t.Errorf("%d damages passed", passed)
	}
	t.Logf("%d pages, %d damages passed", used/size, passed)
}

func TestHealthyBoltPasses(t *testing.T) {
	for seed := range uint64(4) {
		name := filepath.Join(t.TempDir(), "bolt")
		db := openBolt(t, name)
		random := rand.New(rand.NewPCG(seed, 5))
		for range 60 {
			workload(t, db, random, 1+int(seed)*6)
			if err := checkBolt(read(t, name), os.Getpagesize()); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		closeBolt(t, db)
	}
}

// A boltParts is a file of bbolt's and some of what is in it.
type boltParts struct {
	data, meta, branch, leaf, inline, free []byte

	top uint64 // page
}

// partsOf makes a file in which a bucket is a branch with leaves, and another is
// inline.
func partsOf(t *testing.T) (p boltParts) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "bolt")
	db := openBolt(t, name)
	for i := range 3 { // so that pages get free
		err := db.Update(func(tx *bbolt.Tx) error {
			inline, err := tx.CreateBucketIfNotExists([]byte("inline"))
			if err != nil {
				return err
			}
			flat, err := tx.CreateBucketIfNotExists([]byte("flat"))
			if err != nil {
				return err
			}
			for n := range 1000 {
				if err := flat.Put(fmt.Appendf(nil, "%06d", n), fmt.Append(nil, i)); err != nil {
					return err
				}
			}
			return inline.Put([]byte("key"), []byte("value"))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	closeBolt(t, db)
	size := uint64(os.Getpagesize())
	p.data = read(t, name)
	page := func(id uint64) []byte { return p.data[id*size:][:size] }
	elements := func(page []byte) []element {
		elements, _, err := boltElements(page)
		if err != nil {
			t.Fatal(err)
		}
		return elements
	}
	meta, err := (&boltFile{data: p.data, pageSize: size}).meta()
	if err != nil {
		t.Fatal(err)
	}
	p.meta, p.top, p.free = meta, native.Uint64(meta[16:]), page(native.Uint64(meta[32:]))
	top := elements(page(p.top)) // flat and inline
	p.inline = top[1].value[boltRoot:]
	p.branch = page(native.Uint64(top[0].value))
	p.leaf = page(elements(p.branch)[1].child)
	return p
}

func TestWhatIsWrongWithBoltIsSaid(t *testing.T) {
	key := func(page []byte, i int) []byte {
		elements, _, err := boltElements(page)
		if err != nil {
			t.Fatal(err)
		}
		return elements[(i+len(elements))%len(elements)].key
	}
	for text, damage := range map[string]func(p boltParts){
		"page 0 is not a meta":         func(p boltParts) { p.data[0] = 1 },
		"page 1 is not a meta":         func(p boltParts) { p.data[os.Getpagesize()+8] = boltLeaf },
		"no meta is valid":             func(p boltParts) { p.data[boltHeader+4]++; p.data[os.Getpagesize()+boltHeader+40]++ },
		"says it is":                   func(p boltParts) { p.leaf[0]++ },
		"page 0 is not in the file":    func(p boltParts) { native.PutUint64(p.branch[boltHeader+8:], 0) },
		"page 12345 is not in the":     func(p boltParts) { native.PutUint64(p.branch[boltHeader+8:], 12345) },
		"is used twice":                func(p boltParts) { native.PutUint64(p.branch[boltHeader+8:], p.top) },
		"flags 0x3":                    func(p boltParts) { p.leaf[8] = 3 },
		"65535 elements":               func(p boltParts) { native.PutUint16(p.leaf[10:], 65535) },
		"element 0 has flags 0x2":      func(p boltParts) { p.leaf[boltHeader] = 2 },
		"element 0 is not where":       func(p boltParts) { p.leaf[boltHeader+4]++ },
		"element 1 is not where":       func(p boltParts) { p.leaf[boltHeader+8]-- },
		"element 2 is not where":       func(p boltParts) { p.leaf[boltHeader+boltElement+12]++ },
		"element 3 is not in order":    func(p boltParts) { copy(key(p.leaf, 3), key(p.leaf, 2)) },
		"has not the keys that its":    func(p boltParts) { key(p.leaf, 0)[5]-- },
		"keys that its parent says":    func(p boltParts) { key(p.leaf, -1)[0]++ },
		"branches":                     func(p boltParts) { native.PutUint16(p.branch[10:], 0) },
		`bucket "inline": not a leaf`:  func(p boltParts) { p.inline[0]++ },
		`"inline": not a leaf`:         func(p boltParts) { p.inline[12]++ },
		`"inline": element 0`:          func(p boltParts) { p.inline[boltHeader+8]++ },
		`bucket "key" in a leaf`:       func(p boltParts) { p.inline[boltHeader] = boltBucket },
		`bucket "inline": flags 0x5`:   func(p boltParts) { p.inline[8] = 5 },
		`inline": not a leaf`:          func(p boltParts) { p.inline[10] = 0 },
		"should list the free ones":    func(p boltParts) { p.free[8] = boltLeaf },
		"free: page 1 is not":          func(p boltParts) { native.PutUint64(p.free[boltHeader:], 1) },
		"free: page 54321 is not":      func(p boltParts) { native.PutUint64(p.free[boltHeader:], 54321) },
		"free: page":                   func(p boltParts) { native.PutUint64(p.free[boltHeader:], p.top) },
		"hold 2305843009213693952":     func(p boltParts) { native.PutUint16(p.free[10:], 0xFFFF); native.PutUint64(p.free[boltHeader:], 1<<61) },
		"does not hold 60000 free one": func(p boltParts) { native.PutUint16(p.free[10:], 60000) },
	} {
		p := partsOf(t)
		damage(p)
		if err := checkBolt(p.data, os.Getpagesize()); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v, want an error with %q", err, text)
		}
	}
}

func TestAnOlderMetaIsUsedIfTheNewerIsNotValid(t *testing.T) {
	p := partsOf(t)
	p.meta[boltSummed]++
	if err := checkBolt(p.data, os.Getpagesize()); err != nil {
		t.Error(err)
	}
	exercise(t, p.data)
}

func TestAFileThatIsCutWhileItIsReadIsNotFatal(t *testing.T) {
	dir := t.TempDir()
	l := open(t, Config{Dir: dir})
	var texts []string
	for i := range 500 {
		texts = append(texts, strings.Repeat(fmt.Sprint("word", i, " "), 3)+"common")
	}
	add(t, l, 1, texts...)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, Config{Dir: dir})
	defer l.Close()
	if _, err := l.Rebind(t.Context(), truth(len(texts))); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.zap"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, name := range names {
		if err := os.Truncate(name, 0); err != nil {
			t.Fatal(err)
		}
	}
	s := l.Snapshot()
	defer s.Close()
	if _, err := s.Search(t.Context(), index.Query{Text: "common", K: 10}); !errors.Is(err, index.ErrCorrupt) {
		t.Errorf("Search: %v, want ErrCorrupt", err)
	}
	if err := l.Apply(t.Context(), 2, []index.Change{{Row: 3, ID: indextest.ID(3), Diff: -1}}); err == nil {
		t.Error("Apply has deleted from a file that cannot be read")
	}
}

// made makes an index of which root.bolt has all kinds of pages.
func made(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	l := open(t, Config{Dir: dir})
	texts := []string{"one chunk", "another chunk", strings.Repeat("more words ", 500)}
	for i := range 6000 {
		texts = append(texts, fmt.Sprint("filler ", i%7))
	}
	add(t, l, 1, texts...)
	<-l.saved
	for epoch := rag.Epoch(2); epoch < 8; epoch++ {
		var changes []index.Change
		for i := 3 + int(epoch); i < len(texts); i += 8 {
			changes = append(changes, index.Change{Row: index.Row(i), ID: indextest.ID(i), Diff: -1})
		}
		if err := l.Apply(t.Context(), epoch, changes); err != nil {
			t.Fatal(err)
		}
		<-l.saved
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t testing.TB, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// truth is the chunks of rows 0 to n.
func truth(n int) func(yield func(rag.ChunkID, index.Row) bool) {
	return func(yield func(rag.ChunkID, index.Row) bool) {
		for i := range n {
			if !yield(indextest.ID(i), index.Row(i)) {
				return
			}
		}
	}
}

// usableOrCorrupt says that what Open lets pass is whole, or known to be lost, and
// can be changed. It reports whether Open did.
func usableOrCorrupt(t *testing.T, dir string) bool {
	t.Helper()
	l, err := Open(Config{Dir: dir})
	if err != nil {
		if !errors.Is(err, index.ErrCorrupt) {
			t.Errorf("Open: %v, want ErrCorrupt", err)
		}
		return false
	}
	defer l.Close()
	missing, err := l.Rebind(t.Context(), truth(3))
	if err != nil {
		if !errors.Is(err, index.ErrCorrupt) {
			t.Errorf("Rebind: %v, want ErrCorrupt", err)
		}
		return true
	}
	if found := search(t, l, "chunk"); len(found)+len(missing) < 2 {
		t.Errorf("found %v, and only %v are missing", found, missing)
	}
	if err := l.Apply(t.Context(), 100, []index.Change{{Row: 9, ID: indextest.ID(-1), Diff: 1, Text: index.Text{Body: "new"}}}); err != nil {
		t.Errorf("Apply: %v", err)
	}
	select {
	case <-l.saved: // to root.bolt, from which what is old was removed as well
	case <-time.After(time.Minute):
		t.Error("bleve does not write any more")
	}
	return true
}

// highWater is the number of pages that belong to a file of bbolt's.
func highWater(data []byte) int {
	f := &boltFile{data: data, pageSize: uint64(os.Getpagesize())}
	meta, err := f.meta()
	if err != nil {
		panic(err)
	}
	return int(native.Uint64(meta[40:]))
}

func openBolt(t testing.TB, name string) *bbolt.DB {
	t.Helper()
	db, err := bbolt.Open(name, 0o600, &bbolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func closeBolt(t testing.TB, db *bbolt.DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// workload makes and deletes buckets of buckets, as bleve does, and changes what is
// in them.
func workload(t testing.TB, db *bbolt.DB, random *rand.Rand, segments int) {
	t.Helper()
	number := func(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }
	err := db.Update(func(tx *bbolt.Tx) error {
		all, err := tx.CreateBucketIfNotExists([]byte("s"))
		if err != nil {
			return err
		}
		n, err := all.NextSequence()
		if err != nil {
			return err
		}
		snapshot, err := all.CreateBucket(number(int(n)))
		if err != nil {
			return err
		}
		for range random.IntN(segments * 8) {
			segment, err := snapshot.CreateBucketIfNotExists(number(random.IntN(1000)))
			if err != nil {
				return err
			}
			size := random.IntN(100)
			if random.IntN(10) == 0 {
				size = random.IntN(20_000)
			}
			if err := segment.Put([]byte("d"), make([]byte, size)); err != nil {
				return err
			}
		}
		flat, err := tx.CreateBucketIfNotExists([]byte("flat"))
		if err != nil {
			return err
		}
		for range segments * 20 {
			key := number(random.IntN(400 * segments))
			if random.IntN(5) < 2 {
				err = flat.Put(key, make([]byte, random.IntN(200)))
			} else if next, _ := flat.Cursor().Seek(key); next != nil {
				err = flat.Delete(next)
			}
			if err != nil {
				return err
			}
		}
		for int(n) > 3 {
			key, _ := all.Cursor().First()
			if int(binary.BigEndian.Uint32(key)) > int(n)-3 {
				break
			}
			if err := all.DeleteBucket(key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// exercise reads all that is in a file of bbolt's, changes it, and deletes it.
func exercise(t *testing.T, data []byte) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "bolt")
	write(t, name, data)
	db := openBolt(t, name)
	defer closeBolt(t, db)
	err := db.View(func(tx *bbolt.Tx) error {
		for err := range tx.Check() {
			if !strings.Contains(err.Error(), "unreachable unfreed") {
				t.Error(err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	random := rand.New(rand.NewPCG(8, 9))
	for range 3 {
		err := db.Update(func(tx *bbolt.Tx) error {
			return tx.ForEach(func(_ []byte, b *bbolt.Bucket) error { return shuffle(b, random) })
		})
		if err != nil {
			t.Error(err)
		}
		if err := checkBolt(read(t, name), os.Getpagesize()); err != nil {
			t.Errorf("after a change: %v", err)
		}
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		var names [][]byte
		err := tx.ForEach(func(name []byte, _ *bbolt.Bucket) error {
			names = append(names, bytes.Clone(name))
			return nil
		})
		for _, name := range names {
			err = errors.Join(err, tx.DeleteBucket(name))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// shuffle deletes half of what is in b, and puts something else there.
func shuffle(b *bbolt.Bucket, random *rand.Rand) error {
	var keys [][]byte
	err := b.ForEach(func(key, _ []byte) error {
		keys = append(keys, bytes.Clone(key))
		return nil
	})
	for _, key := range keys {
		if inner := b.Bucket(key); inner != nil {
			err = errors.Join(err, shuffle(inner, random))
		} else if random.IntN(2) == 0 {
			err = errors.Join(err, b.Delete(key), b.Put(append(key, byte(random.IntN(256))), nil))
		}
	}
	return err
}
