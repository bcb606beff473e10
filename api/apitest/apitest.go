// Package apitest checks that an api.Documents keeps its promises.
package apitest

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	rag "ragserver"
	"ragserver/api"
)

// Patience is how long one change may take to become searchable.
const Patience = 30 * time.Second

// Run checks the documents that open returns, which must take uploads of plain
// text. Other documents may be there too.
func Run(t *testing.T, open func(t *testing.T) api.Documents) {
	for name, check := range map[string]func(*testing.T, api.Documents){
		"StoredDocumentIsListedAndRead": storedIsRead,
		"PutReplaces":                   putReplaces,
		"DeletedDocumentIsGone":         deletedIsGone,
		"PagesHoldEveryDocumentOnce":    pagesAreWhole,
		"PathsThatLeaveAreRefused":      pathsAreChecked,
		"BrokenBodyStoresNothing":       brokenStoresNothing,
		"BadTokenIsTheCallersMistake":   badToken,
	} {
		t.Run(name, func(t *testing.T) { check(t, open(t)) })
	}
}

// put stores text and waits until it is searchable.
func put(t *testing.T, d api.Documents, path, text string) rag.URI {
	t.Helper()
	uri, token, err := d.Put(t.Context(), path, strings.NewReader(text))
	if err != nil {
		t.Fatalf("Put %s: %v", path, err)
	}
	await(t, d, token)
	return uri
}

func await(t *testing.T, d api.Documents, token string) {
	t.Helper()
	if token == "" || strings.Contains(token, ",") {
		t.Fatalf("got token %q, want one without a comma", token)
	}
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	if err := d.Wait(ctx, token); err != nil {
		t.Fatalf("Wait: %v", err)
	}
}

func storedIsRead(t *testing.T, d api.Documents) {
	const text = "Foxes are quick. Ümläuts and 😀 count as one character each."
	uri := put(t, d, "apitest/fox.txt", text)
	doc, got, err := d.Get(t.Context(), uri)
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	if doc.Object.URI != uri || strings.TrimSpace(got) != text || len(doc.Chunks) == 0 {
		t.Errorf("got document %s with %d chunks and text %q, want %s with %q", doc.Object.URI, len(doc.Chunks), got, uri, text)
	}
	runes := []rune(got)
	for _, c := range doc.Chunks {
		if c.Start < 0 || c.End > len(runes) || c.Start > c.End || c.Text != string(runes[c.Start:c.End]) {
			t.Errorf("chunk %d has text %q, want characters %d to %d of the document", c.Ordinal, c.Text, c.Start, c.End)
		}
	}
	docs, _, err := d.List(t.Context(), api.ListQuery{Text: "APITEST/FOX"})
	if err != nil || len(docs) != 1 || docs[0].Object.URI != uri {
		t.Errorf("listed %v, %v; want %s", docs, err, uri)
	}
}

func putReplaces(t *testing.T, d api.Documents) {
	first := put(t, d, "apitest/same.txt", "The first version speaks of badgers.")
	second := put(t, d, "apitest/same.txt", "The second version speaks of otters.")
	if first != second {
		t.Errorf("the URI changed from %s to %s", first, second)
	}
	if _, text, err := d.Get(t.Context(), second); err != nil || !strings.Contains(text, "otters") {
		t.Errorf("got %q, %v; want the second version", text, err)
	}
}

func deletedIsGone(t *testing.T, d api.Documents) {
	uri := put(t, d, "apitest/gone.txt", "This will be deleted.")
	token, err := d.Delete(t.Context(), uri)
	if err != nil {
		t.Fatalf("Delete: %v", err)
	}
	await(t, d, token)
	if _, _, err := d.Get(t.Context(), uri); !errors.Is(err, api.ErrNotFound) {
		t.Errorf("Get returned %v, want %v", err, api.ErrNotFound)
	}
	if _, err := d.Delete(t.Context(), uri); !errors.Is(err, api.ErrNotFound) {
		t.Errorf("deleting again returned %v, want %v", err, api.ErrNotFound)
	}
}

func pagesAreWhole(t *testing.T, d api.Documents) {
	var want []rag.URI
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		want = append(want, put(t, d, "apitest/page/"+name+".txt", "Document "+name+" has a page."))
	}
	for limit := 1; limit <= len(want)+1; limit++ {
		var got []rag.URI
		q := api.ListQuery{Text: "apitest/page/", Limit: limit}
		for range len(want) + 1 {
			docs, next, err := d.List(t.Context(), q)
			if err != nil || len(docs) > limit {
				t.Fatalf("limit %d: got %d documents, %v", limit, len(docs), err)
			}
			for _, doc := range docs {
				got = append(got, doc.Object.URI)
			}
			if q.Cursor = next; next == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("limit %d: got %v, want %v", limit, got, want)
		}
	}
}

func pathsAreChecked(t *testing.T, d api.Documents) {
	for _, path := range []string{"", ".", "..", "../x.txt", "a/../../x.txt", "/etc/x.txt", "a/\x00.txt", "a/"} {
		_, _, err := d.Put(t.Context(), path, strings.NewReader("x"))
		if _, ok := errors.AsType[*api.BadRequest](err); !ok {
			t.Errorf("path %q: got %v, want a *BadRequest", path, err)
		}
	}
}

func brokenStoresNothing(t *testing.T, d api.Documents) {
	broken := errors.New("the line is cut")
	body := io.MultiReader(strings.NewReader("half of a document"), iotest.ErrReader(broken))
	if _, _, err := d.Put(t.Context(), "apitest/half.txt", body); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	put(t, d, "apitest/later.txt", "What came later is searchable, so half.txt would be too.")
	docs, _, err := d.List(t.Context(), api.ListQuery{Text: "apitest/half"})
	if err != nil || len(docs) > 0 {
		t.Errorf("listed %v, %v; want nothing", docs, err)
	}
}

func badToken(t *testing.T, d api.Documents) {
	for _, token := range []string{"\x00", "no such token!", "-1"} {
		ctx, cancel := context.WithTimeout(t.Context(), Patience)
		err := d.Wait(ctx, token)
		cancel()
		if _, ok := errors.AsType[*api.BadRequest](err); !ok {
			t.Errorf("token %q: got %v, want a *BadRequest", token, err)
		}
	}
}
