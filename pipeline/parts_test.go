package pipeline

import (
	"context"
	"errors"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse"
)

// boxes reads documents that begin with "box" as boxes: parts are divided by
// lines of "---" and begin with their names. A part "bad" cannot be read, and one
// that begins with "box" is a box again.
type boxes struct{ parse.Parser }

func (p boxes) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	t, err := p.Parser.Parse(ctx, in)
	if err == nil && strings.HasPrefix(t.Text, "box") {
		return unpack(t.Text, "---\n"), nil
	}
	return t, err
}

func unpack(s, mark string) rag.Text {
	list := strings.Split(s, mark)
	t := rag.Text{Text: list[0], MediaType: "text/plain"}
	for _, s := range list[1:] {
		name, body, _ := strings.Cut(s, "\n")
		part := rag.Part{Name: name, Size: int64(len(body)), Digest: body}
		switch {
		case name == "bad":
			part.Problem = "cannot be read"
		case strings.HasPrefix(body, "box"):
			part.Text = unpack(body, "+++\n")
		default:
			part.Text = rag.Text{Text: body, MediaType: "text/plain"}
		}
		t.Parts = append(t.Parts, part)
	}
	return t
}

func openBoxes(c *Config) { c.Parser = boxes{c.Parser} }

const (
	box    = "box of things\n---\na.txt\nthe quick zebra\n---\nbad\nxx\n---\ninner\nbox\n+++\nb.txt\na lazy lion\n"
	zebras = rag.URI("mem:x.txt//a.txt")
	lions  = rag.URI("mem:x.txt//inner//b.txt")
)

// unpacked waits until all that is in the box is known.
func (r *running) unpacked() {
	r.await("the box is unpacked", func() bool {
		return r.Pipeline.Status().Counts.Documents == 5 && r.graph.Status().Pending == 0 && r.visible()
	})
}

func TestPartsAreDocuments(t *testing.T) {
	w := newWorld(t)
	r := w.start(openBoxes)
	w.source.put("x.txt", box)
	r.unpacked()
	for uri, want := range map[rag.URI]string{zebras: "the quick zebra\n", lions: "a lazy lion\n", "mem:x.txt": "box of things\n"} {
		d, text, ok, err := r.Document(uri)
		if err != nil || !ok || text != want || d.Status != rag.Indexed {
			t.Errorf("%s: %q, %v, %+v, error %v, want %q", uri, text, ok, d, err, want)
		}
	}
	d, _, _, err := r.Document(zebras)
	if check(t, err); d.Object.Path != "x.txt/a.txt" || d.Metadata()["container"] != "mem:x.txt" || d.Object.Size != 16 {
		t.Errorf("the part is %+v", d)
	}
	if d, _, _, _ := r.Document("mem:x.txt//bad"); d.Status != rag.Failed || d.Reason != "cannot be read" {
		t.Errorf("the part that cannot be read is %+v", d)
	}
	if !r.finds("zebra", "quick zebra") || !r.finds("lion", "lazy lion") {
		t.Error("parts are not found")
	}
	check(t, r.stop())
}

func TestPartsGoWithWhatTheyAreIn(t *testing.T) {
	w := newWorld(t)
	r := w.start(openBoxes)
	w.source.put("x.txt", box)
	r.unpacked()
	check(t, r.stop())

	r = w.start(openBoxes)
	r.unpacked()
	before := w.model.texts.Load()
	w.source.put("x.txt", strings.Replace(box, "quick zebra", "slow zebra", 1))
	r.await("the edit is found", func() bool { return r.finds("zebra", "slow zebra") })
	if got := w.model.texts.Load() - before; got > 2 { // the part and the question
		t.Errorf("an edit of one part embedded %d texts", got)
	}
	w.source.put("x.txt", "box of nothing\n")
	r.await("the parts are gone", func() bool { return !r.finds("zebra", "slow zebra") && !r.finds("lion", "lazy lion") })
	if n := r.Pipeline.Status().Counts.Documents; n != 1 {
		t.Errorf("%d documents, want 1", n)
	}
	w.source.remove("x.txt")
	r.await("all is gone", func() bool { return r.Pipeline.Status().Counts.Documents == 0 })
	check(t, r.stop())
}

func TestOriginalsAndPartsOfADocument(t *testing.T) {
	w := newWorld(t)
	r := w.start(openBoxes)
	w.source.put("x.txt", box)
	r.unpacked()
	d, _, err := r.Record("mem:x.txt")
	check(t, err)
	if data, err := r.Original(t.Context(), d); err != nil || string(data) != box {
		t.Errorf("got %q, error %v", data, err)
	}
	part, _, err := r.Record(zebras)
	check(t, err)
	if _, err := r.Original(t.Context(), part); !errors.Is(err, ErrInside) {
		t.Errorf("got %v, want %v", err, ErrInside)
	}
	d.Object.Problem = "a link"
	if _, err := r.Original(t.Context(), d); err == nil || err.Error() != "x.txt: a link" {
		t.Errorf("got %v", err)
	}
	for limit, want := range map[int]string{
		9: "mem:x.txt//a.txt mem:x.txt//bad mem:x.txt//inner mem:x.txt//inner//b.txt", 1: "mem:x.txt//a.txt",
	} {
		list, err := r.Parts("mem:x.txt", limit)
		var names []string
		for _, d := range list {
			names = append(names, string(d.Object.URI))
		}
		if got := strings.Join(names, " "); err != nil || got != want {
			t.Errorf("got %q, error %v, want %q", got, err, want)
		}
	}
	if list, err := r.Parts("mem:x", 9); err != nil || len(list) > 0 {
		t.Errorf("got %v, error %v", list, err)
	}
	check(t, r.stop())
}

// TestPartsAreReadOnceForAll asks for parts one by one, some of them twice, and
// for one that has changed.
func TestPartsAreReadOnceForAll(t *testing.T) {
	w := newWorld(t)
	r := w.start(openBoxes)
	w.source.put("x.txt", box)
	r.unpacked()
	for _, uri := range []rag.URI{zebras, lions, zebras, zebras} {
		want, _, err := r.text(string(uri))
		check(t, err)
		got, ok, err := r.textOnce(string(uri), want.Digest)
		if err != nil || !ok || got.Text.Text != want.Text.Text || got.Text.Text == "" {
			t.Errorf("%s: %q, %v, error %v, want %q", uri, got.Text.Text, ok, err, want.Text.Text)
		}
	}
	r.shelf.root, r.shelf.parts = "mem:x.txt", map[string]parsed{string(zebras): {Digest: "old"}, string(lions): {}}
	got, ok, err := r.textOnce(string(zebras), "the quick zebra\n")
	if err != nil || !ok || got.Digest != "the quick zebra\n" {
		t.Errorf("the new state is %+v, %v, error %v", got, ok, err)
	}
	if _, ok, err := r.textOnce("mem:x.txt//nothing", ""); ok || err != nil {
		t.Errorf("a part that is not there: %v, error %v", ok, err)
	}
	check(t, r.stop())
}
