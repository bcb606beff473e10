package main

import (
	"bufio"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// serveTexts starts a server on a new folder with these files.
func serveTexts(t *testing.T, config string, files map[string]string) (s *server, root string) {
	t.Helper()
	dir := t.TempDir()
	root = filepath.Join(dir, "docs")
	put(t, root, files)
	args := []string{"--data", filepath.Join(dir, "data")}
	file := filepath.Join(dir, "config.yaml")
	config = fmt.Sprintf("sources:\n  - {kind: fs, path: %s, name: docs}\n%s", root, config)
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	return begin(t, append(args, "--config", file)...), root
}

func put(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func lakes() map[string]string {
	return map[string]string{
		"lake.md":  "# The lake\n\nThe lake is 84 metres deep at its deepest place.\n",
		"hill.txt": "The hill is covered with pines.\n",
	}
}

func TestRequestsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	s, _ := serveTexts(t, "", lakes())
	s.ready()
	ask := func(k string) string { return `{"query":"lake","k":` + k + `}` }
	for _, k := range []string{"-1", "1e9", "1000000000", `"abc"`, "[]", "10001"} {
		s.refused("POST", "/v1/retrieve", ask(k), http.StatusBadRequest, `"field":"k"`, "from 0 to 10000")
	}
	s.refused("POST", "/v1/retrieve", `{"query":"lake"}`, http.StatusBadRequest, "`k` is required")
	s.refused("POST", "/v1/retrieve", `not JSON`, http.StatusBadRequest, "`query` is required")
	for _, filter := range []string{"((", "path ==", "contains(path)", "size", "no_such_function(path)"} {
		s.refused("POST", "/v1/retrieve", map[string]any{"query": "lake", "k": 3, "metadata_filter": filter},
			http.StatusBadRequest, `"field":"metadata_filter"`)
	}
	s.refused("POST", "/v1/retrieve", map[string]any{"query": "lake", "k": 3, "filepath_globpattern": "[a"},
		http.StatusBadRequest, `"field":"filepath_globpattern"`)
	s.refused("POST", "/v1/answer", `{"prompt":"  "}`, http.StatusBadRequest, "prompt")
	s.refused("GET", "/v1/documents?status=odd", nil, http.StatusBadRequest, `"field":"status"`)
	s.refused("GET", "/v1/documents/get?uri=docs:none", nil, http.StatusNotFound, "not_found")
	s.refused("GET", "/v1/nothing", nil, http.StatusNotFound, "not_found")
	s.refused("PUT", "/v1/retrieve", nil, http.StatusMethodNotAllowed, "method")
	s.refused("DELETE", "/v1/documents?uri=docs:lake.md", nil, http.StatusConflict, "read_only")
	s.refused("POST", "/v1/retrieve", strings.Repeat("x", 64<<20), http.StatusRequestEntityTooLarge, "too_large")

	if status, body, err := s.request("POST", "/v1/retrieve", ask("0")); err != nil || status != http.StatusOK || body != "[]" {
		t.Errorf("k of 0: status %d, %v, body %q, want an empty list", status, err, body)
	}
	for _, k := range []string{"10000", `"2"`, "2.0", "null"} {
		status, body, err := s.request("POST", "/v1/retrieve", ask(k))
		if want := map[bool]int{true: http.StatusBadRequest, false: http.StatusOK}[k == "null"]; err != nil || status != want {
			t.Errorf("k of %s: status %d, %v, want %d: %s", k, status, err, want, body)
		}
	}
}

func TestQueriesOfAnyForm(t *testing.T) {
	t.Parallel()
	s, _ := serveTexts(t, "", lakes())
	s.ready()
	odd := []string{
		`"lake`, `lake"`, `'lake'`, "title:lake", "lake:", ":lake", "+lake -deep", "(lake", "lake)", "[lake TO deep]", "{lake}",
		"lake~2", "lake^3", "lake*", "*", "?", `\`, `lake \`, "lake && || !", "/lake/", "AND", "lake AND", "NOT", "", "   ", "\x00lake", "lake\x7f",
		"🙂", "👩‍👩‍👧‍👦 lake 🏳️‍🌈", "l\u0301ake", "\ufeff", "\u202elake", "湖", "\xff\xfe", strings.Repeat("lake ", 20_000), strings.Repeat("x", 100_000),
		strings.Repeat("(", 1000), strings.Repeat("🙂", 25_000),
	}
	for _, q := range odd {
		for _, leg := range []string{"hybrid", "vector", "bm25"} {
			hits := s.search(q, 5, leg)
			if strings.Contains(q, "lake ") && leg == "bm25" && len(hits) == 0 {
				t.Errorf("%s finds nothing for %.40q", leg, q)
			}
		}
		status, body, err := s.request("POST", "/v1/answer", map[string]string{"prompt": q})
		want := http.StatusOK
		if strings.TrimSpace(q) == "" {
			want = http.StatusBadRequest
		}
		if err != nil || status != want {
			t.Errorf("answer to %.40q: status %d, %v, want %d: %.200s", q, status, err, want, body)
		}
	}
}

func TestUploadsAreSearchableAfterTheirToken(t *testing.T) {
	t.Parallel()
	s, _ := serveTexts(t, "", lakes())
	s.ready()
	search := func(token string) string {
		t.Helper()
		status, body, err := s.request("POST", "/v1/retrieve", map[string]any{"query": "penguins", "k": 5, "leg": "bm25", "after": token})
		if err != nil || status != http.StatusOK {
			t.Fatalf("status %d, %v: %s", status, err, body)
		}
		return body
	}
	for i := range 10 {
		text := fmt.Sprintf("Penguins number %d swim.\n", i)
		var put struct{ Token string }
		s.call("POST", "/v1/documents?path=birds/penguin.txt", text, &put)
		if body := search(put.Token); !strings.Contains(body, fmt.Sprintf("number %d", i)) || strings.Contains(body, fmt.Sprintf("number %d", i-1)) {
			t.Fatalf("after upload %d: %s", i, body)
		}
		if i%3 != 2 {
			continue
		}
		var gone struct{ Token string }
		s.call("DELETE", "/v1/documents?uri=uploads:birds/penguin.txt", nil, &gone)
		if body := search(gone.Token); body != "[]" {
			t.Fatalf("after deletion: %s", body)
		}
	}
	s.refused("POST", "/v1/retrieve", `{"query":"x","k":1,"after":"nonsense"}`, http.StatusBadRequest, `"field":"after"`)
}

func TestUploadsStayInTheirFolder(t *testing.T) {
	t.Parallel()
	s, root := serveTexts(t, "", lakes())
	s.ready()
	outside := filepath.Dir(root)
	before := tree(t, outside)
	for _, path := range []string{"", "..", "../x.txt", "a/../../x.txt", "/etc/x.txt", `..\x.txt`, `C:\x.txt\..\..\..`, ".hidden", "a/.git/x", "a\x00b", "a\nb",
		strings.Repeat("a/", 600) + "x", strings.Repeat("a", 300)} {
		s.refused("POST", "/v1/documents?path="+url.QueryEscape(path), "text", http.StatusBadRequest, `"field":"path"`)
	}
	s.call("POST", "/v1/documents?path=a/b.txt", "text", nil)
	s.refused("POST", "/v1/documents?path=a", "text", http.StatusBadRequest, "in the way")
	s.refused("POST", "/v1/documents?path=a/b.txt/c", "text", http.StatusBadRequest, "in the way")
	s.refused("DELETE", "/v1/documents?uri=uploads:../docs/lake.md", nil, http.StatusNotFound)
	s.refused("DELETE", "/v1/documents?uri=uploads:a", nil, http.StatusNotFound)
	s.refused("DELETE", "/v1/documents?uri=uploads:none.txt", nil, http.StatusNotFound)
	for name := range tree(t, outside) {
		if !before[name] && !strings.HasPrefix(name, filepath.Join(outside, "data")+"/") {
			t.Errorf("an upload made %s", name)
		}
	}
}

// tree returns the files below dir.
func tree(t *testing.T, dir string) map[string]bool {
	t.Helper()
	files := make(map[string]bool)
	if err := eachFile(dir, func(file string) error { files[file] = true; return nil }); err != nil {
		t.Fatal(err)
	}
	return files
}

// TestAnswerIsStreamed reads the events of an answer.
func TestAnswerIsStreamed(t *testing.T) {
	t.Parallel()
	s, _ := serveTexts(t, "", lakes())
	s.ready()
	response, err := s.client.Post(s.url+"/v1/answer", "application/json", strings.NewReader(`{"prompt":"How deep is the lake?","stream":true}`))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got := response.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/event-stream") {
		t.Errorf("Content-Type is %q", got)
	}
	var events []string
	last := ""
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			events = append(events, name)
		} else if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			last = data
		}
	}
	all := strings.Join(events, " ")
	if !strings.HasPrefix(all, "passages delta") || !strings.HasSuffix(all, " done") || !strings.Contains(last, "84 metres") {
		t.Errorf("events %q, the last of which says %s", all, last)
	}
}
