package fs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	rag "ragserver"
	"ragserver/ingest"
)

// A visit is one look at the folder, or at parts of it.
type visit struct {
	*Source
	ctx  context.Context
	look *ingest.Look
	at   place
	root *os.Root
	real string // the folder without links in its path
	all  bool
}

// List implements ingest.Lister.
func (s *Source) List(ctx context.Context, l *ingest.Look, scopes []string) error {
	at, err := s.locate()
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(at.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	real, err := filepath.EvalSymlinks(at.dir)
	if err != nil {
		return err
	}
	v := &visit{Source: s, ctx: ctx, look: l, at: at, root: root, real: real, all: len(scopes) == 0}
	switch {
	case at.only != "":
		s.watch.add(at, ".")
		return v.only()
	case v.all:
		return v.walk(".")
	}
	return v.scopes(scopes)
}

// only looks at the one file that counts.
func (v *visit) only() error {
	info, err := v.root.Lstat(v.at.only)
	if err != nil {
		return err
	}
	return v.file(v.at.only, info)
}

// scopes looks at the given keys: first at those that are gone, so that a
// folder that has moved is no longer watched under its old name.
func (v *visit) scopes(keys []string) error {
	var there []string
	for _, key := range keys {
		rel := unescape(key)
		if !filepath.IsLocal(filepath.FromSlash(rel)) {
			continue
		}
		if _, err := v.root.Lstat(rel); isGone(err) {
			v.gone(rel)
			continue
		}
		there = append(there, rel)
	}
	for _, rel := range there {
		if err := v.scope(rel); err != nil {
			return err
		}
	}
	return nil
}

func (v *visit) gone(rel string) {
	v.watch.remove(v.at, rel)
	v.filter.forget(rel)
}

// scope looks at rel, unless a folder above it does not belong to the
// collection or is no folder any more.
func (v *visit) scope(rel string) error {
	for i := 0; i <= len(rel); i++ {
		if i < len(rel) && rel[i] != '/' {
			continue
		}
		above := rel[:i]
		info, err := v.root.Lstat(above)
		if isGone(err) {
			v.gone(above)
			v.look.Covered(escape(above))
			return nil
		}
		if err != nil {
			v.look.Failed(escape(above), err)
			return nil
		}
		if !v.filter.selects(v.root, above, info.IsDir()) {
			return nil
		}
		if i == len(rel) {
			return v.entry(rel, info)
		}
		if !info.IsDir() {
			v.look.Covered(escape(above))
			return v.entry(above, info)
		}
	}
	return nil
}

// entry reports what is at rel, which belongs to the collection.
func (v *visit) entry(rel string, info os.FileInfo) error {
	switch mode := info.Mode(); {
	case mode.IsDir():
		return v.walk(rel)
	case mode.IsRegular():
		return v.file(rel, info)
	case mode&os.ModeSymlink != 0:
		return v.link(rel, info)
	default:
		return v.problem(rel, info, "not a regular file but "+modeName(mode))
	}
}

// walk reports the folder rel. It is watched before it is read, so that a file
// that comes meanwhile is either read or told of.
func (v *visit) walk(rel string) error {
	if err := v.ctx.Err(); err != nil {
		return err
	}
	v.watch.add(v.at, rel)
	dirs, err := v.read(rel)
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		if err := v.walk(dir); err != nil {
			return err
		}
	}
	return nil
}

// read reports the files of the folder rel and returns its folders.
func (v *visit) read(rel string) (dirs []string, err error) {
	f, err := v.root.Open(rel)
	if err != nil {
		return nil, v.unlisted(rel, err)
	}
	defer f.Close()
	v.filter.refresh(v.root, rel)
	for {
		entries, err := f.ReadDir(512)
		for _, e := range entries {
			name := path.Join(rel, e.Name())
			if !v.filter.selects(v.root, name, e.IsDir()) {
				continue
			}
			if e.IsDir() {
				dirs = append(dirs, name)
				continue
			}
			info, err := v.root.Lstat(name)
			if isGone(err) {
				continue
			}
			if err != nil {
				v.look.Failed(escape(name), err)
				continue
			}
			if err := v.entry(name, info); err != nil {
				return nil, err
			}
		}
		if errors.Is(err, io.EOF) {
			return dirs, nil
		}
		if err != nil {
			return dirs, v.unlisted(rel, err)
		}
		if err := v.ctx.Err(); err != nil {
			return nil, err
		}
	}
}

// unlisted deals with a folder that could not be read. Only the outermost one
// ends the listing.
func (v *visit) unlisted(rel string, err error) error {
	switch {
	case rel == ".":
		return err
	case isGone(err):
		v.gone(rel)
	default:
		v.look.Failed(escape(rel), fmt.Errorf("folder %s cannot be listed, what is known of it stays: %w", v.shownPath(escape(rel)), reason(err)))
	}
	return nil
}

// reason strips err of the path, which the caller tells in its own way.
func reason(err error) error {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		return p.Err
	}
	return err
}

// file reports the regular file rel if it has changed.
func (v *visit) file(rel string, info os.FileInfo) error {
	if info.Size() > v.config.MaxFileSize {
		return v.problem(rel, info, tooLarge(info.Size(), v.config.MaxFileSize))
	}
	key, version, now := escape(rel), stamp(info), time.Now()
	old, known := v.look.Known(key)
	if known && old == version {
		v.look.Keep(key, old)
		return nil
	}
	oldStamp, oldHash := splitVersion(old)
	fresh := isFresh(info, now)
	if known && !v.all && oldStamp != version {
		if until, held := v.pace.hold(key, now); held {
			v.look.Keep(key, old)
			v.poller.HintAt(key, until)
			return nil
		}
	}
	if fresh || known && oldStamp == version {
		hash := hashFile(v.root, rel, v.config.MaxFileSize)
		if known && oldStamp == version && hash == oldHash {
			return v.same(key, old, version, fresh, info, now)
		}
		if fresh {
			version += freshMark + hash
			v.again(key, info, now)
		}
	}
	v.pace.reported(key, info.Size(), now)
	return v.look.Found(v.object(rel, info, version))
}

// same keeps a file whose stamp could not be trusted and whose content is what
// it was. Once the stamp can be trusted the hash is no longer needed.
func (v *visit) same(key, old, stamp string, fresh bool, info os.FileInfo, now time.Time) error {
	if fresh {
		v.again(key, info, now)
		stamp = old
	}
	v.look.Keep(key, stamp)
	return nil
}

// again has a file looked at when its stamp can be trusted. One from the far
// future waits for the next complete listing.
func (v *visit) again(key string, info os.FileInfo, now time.Time) {
	if at := settles(info); at.Sub(now) <= 2*coarseGrain {
		v.poller.HintAt(key, at)
	}
}

// link reports a link that is refused. One that leads to another place of the
// folder is left out: what it leads to is listed there.
func (v *visit) link(rel string, info os.FileInfo) error {
	target, err := filepath.EvalSymlinks(filepath.Join(v.real, filepath.FromSlash(rel)))
	to, _ := v.root.Readlink(rel)
	to = escape(to)
	switch {
	case isGone(err):
		return v.problem(rel, info, fmt.Sprintf("link leads nowhere (%s)", to))
	case err != nil:
		return v.problem(rel, info, fmt.Sprintf("link cannot be followed (%s): it loops or is not readable", to))
	}
	inside, err := filepath.Rel(v.real, target)
	if err != nil || !filepath.IsLocal(inside) {
		return v.problem(rel, info, fmt.Sprintf("link leaves the folder (%s)", to))
	}
	if inside = filepath.ToSlash(inside); inside == "." || strings.HasPrefix(rel, inside+"/") {
		return v.problem(rel, info, fmt.Sprintf("link loops: it leads to a folder that holds it (%s)", to))
	}
	return nil
}

// problem reports a file that will not be opened.
func (v *visit) problem(rel string, info os.FileInfo, why string) error {
	o := v.object(rel, info, "!"+why)
	o.Problem = why
	return v.look.Found(o)
}

func (v *visit) object(rel string, info os.FileInfo, version string) rag.Object {
	key := escape(rel)
	o := rag.Object{
		URI: rag.NewURI(v.config.Name, key), Path: v.shownPath(key), Version: version, Size: info.Size(), Modified: info.ModTime(),
		Created: created(filepath.Join(v.real, filepath.FromSlash(rel)), info), Owner: v.owners.name(systemOf(info)),
	}
	if v.at.only != "" {
		o.Path = v.shown
	}
	return o
}
