package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A folder is a real folder and what is in it. Every content has a stamp, a
// word of its own and always of the same length.
type folder struct {
	t      testing.TB
	random *rand.Rand
	root   string
	files  map[string]string // text by path
	dead   map[string]bool   // stamps of contents that are gone
	stamps int
	words  []string
	parts  []string // paragraphs that documents share
}

func newFolder(t testing.TB, random *rand.Rand, root string) *folder {
	f := &folder{t: t, random: random, root: root, files: make(map[string]string), dead: make(map[string]bool)}
	for i := range 12 {
		f.words = append(f.words, fmt.Sprintf("wort%d", i))
	}
	for range 12 {
		f.parts = append(f.parts, f.paragraph())
	}
	f.must(os.MkdirAll(root, 0o755))
	return f
}

func (f *folder) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *folder) paragraph() string {
	var s []string
	for range 6 + f.random.IntN(20) {
		s = append(s, f.words[f.random.IntN(len(f.words))])
	}
	return strings.Join(s, " ") + "."
}

func (f *folder) real(name string) string { return filepath.Join(f.root, filepath.FromSlash(name)) }

// stampOf returns the stamp of a text.
func stampOf(text string) string {
	i := strings.Index(text, "stamp")
	if i < 0 {
		return ""
	}
	return text[i : i+len("stamp000000")]
}

func (f *folder) stamp() string {
	f.stamps++
	return fmt.Sprintf("stamp%06d", f.stamps)
}

// document has its stamp in the first paragraph or in all, and shares the rest
// with other documents.
func (f *folder) document() string {
	stamp := f.stamp()
	all := f.random.IntN(2) == 0
	var parts []string
	for i := range 1 + f.random.IntN(5) {
		part := f.parts[f.random.IntN(len(f.parts))]
		if i == 0 || all {
			part = stamp + " " + part
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "\n\n") + "\n"
}

// names returns the paths of all files, in order.
func (f *folder) names() []string {
	names := make([]string, 0, len(f.files))
	for n := range f.files {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func (f *folder) pick(list []string) string { return list[f.random.IntN(len(list))] }

// place returns a path for a file; its folder exists.
func (f *folder) place() string {
	name := fmt.Sprintf("d%d.%s", f.random.IntN(6), f.pick([]string{"md", "txt"}))
	dir := f.pick([]string{"", "", "", "sub", "other", "sub/deep", "new/er"})
	f.must(os.MkdirAll(f.real(dir), 0o755))
	return path.Join(dir, name)
}

// now notes that name has this text, or is gone.
func (f *folder) now(name, text string, there bool) {
	if old := stampOf(f.files[name]); old != "" {
		f.dead[old] = true
	}
	delete(f.files, name)
	if there {
		f.files[name] = text
	}
	for _, t := range f.files { // a copy or a move keeps it alive
		delete(f.dead, stampOf(t))
	}
}

// edit changes the folder once, in one of the ways that people and programs do.
func (f *folder) edit() {
	f.t.Helper()
	names := f.names()
	if len(names) == 0 {
		f.write(f.place(), f.document())
		return
	}
	name := f.pick(names)
	switch f.random.IntN(12) {
	case 0:
		f.remove(name)
	case 1:
		f.sameSize(name, false)
	case 2:
		f.sameSize(name, true)
	case 3:
		f.move(name, f.place())
	case 4: // over another, if there is one
		f.move(name, f.pick(names))
	case 5:
		f.atomicSave(name, f.document())
	case 6:
		f.write(f.place(), f.files[name])
	case 7:
		f.moveFolder()
	case 8:
		f.editParagraph(name)
	default:
		f.write(f.place(), f.document())
	}
}

func (f *folder) write(name, text string) {
	f.must(os.WriteFile(f.real(name), []byte(text), 0o644))
	f.now(name, text, true)
}

func (f *folder) remove(name string) {
	f.must(os.Remove(f.real(name)))
	f.now(name, "", false)
}

// sameSize changes the stamp and nothing else; back also gives the file its old
// times back.
func (f *folder) sameSize(name string, back bool) {
	text := f.files[name]
	text = strings.ReplaceAll(text, stampOf(text), f.stamp())
	info, err := os.Stat(f.real(name))
	f.must(err)
	f.write(name, text)
	if back {
		f.must(os.Chtimes(f.real(name), time.Time{}, info.ModTime()))
	}
}

func (f *folder) move(from, to string) {
	if from == to {
		return
	}
	f.must(os.Rename(f.real(from), f.real(to)))
	text := f.files[from]
	f.now(to, text, true)
	f.now(from, "", false)
}

// atomicSave is how careful editors save: beside it, then over it.
func (f *folder) atomicSave(name, text string) {
	beside := f.real(path.Join(path.Dir(name), ".saving.tmp"))
	f.must(os.WriteFile(beside, []byte(text), 0o644))
	f.must(os.Rename(beside, f.real(name)))
	f.now(name, text, true)
}

// editParagraph replaces one shared paragraph, so that the others stay.
func (f *folder) editParagraph(name string) {
	parts := strings.Split(f.files[name], "\n\n")
	old := stampOf(f.files[name])
	at := f.random.IntN(len(parts))
	parts[at] = f.parts[f.random.IntN(len(f.parts))]
	if at == len(parts)-1 {
		parts[at] += "\n"
	}
	text := strings.ReplaceAll(strings.Join(parts, "\n\n"), old, f.stamp())
	if stampOf(text) == "" {
		text = f.stamp() + " " + text
	}
	f.write(name, text)
}

// moveFolder renames a folder to a name that is free.
func (f *folder) moveFolder() {
	from, to := f.pick([]string{"sub", "other", "sub/deep", "new", "moved"}), f.pick([]string{"moved", "sub/moved", "other"})
	if strings.HasPrefix(to+"/", from+"/") {
		return
	}
	if _, err := os.Stat(f.real(from)); err != nil {
		return
	}
	if _, err := os.Stat(f.real(to)); err == nil {
		return
	}
	f.must(os.MkdirAll(filepath.Dir(f.real(to)), 0o755))
	f.must(os.Rename(f.real(from), f.real(to)))
	for _, name := range f.names() {
		if rest, ok := strings.CutPrefix(name, from+"/"); ok {
			text := f.files[name]
			f.now(path.Join(to, rest), text, true)
			f.now(name, "", false)
		}
	}
}
