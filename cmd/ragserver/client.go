package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	rag "ragserver"
	"ragserver/api"
)

// A client calls a running server.
type client struct {
	server string
	raw    bool // print the server's JSON as it is
	std    streams
}

// flags adds what all client commands share.
func (c *client) flags(set *flag.FlagSet) {
	set.StringVar(&c.server, "server", "http://127.0.0.1:8000", "`URL` of the server")
	set.BoolVar(&c.raw, "json", false, "print the server's answer as JSON")
}

// call sends body as JSON, or nothing if it is nil, and decodes the answer into
// out; with --json it prints the answer instead, and done is true.
func (c *client) call(ctx context.Context, path string, body, out any) (done bool, err error) {
	method, reader := http.MethodGet, io.Reader(nil)
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return false, err
		}
		method, reader = http.MethodPost, bytes.NewReader(data)
	}
	url := strings.TrimSuffix(c.server, "/") + path
	request, err := http.NewRequestWithContext(ctx, method, url, reader)
	if err != nil {
		return false, misused("--server %q: %v", c.server, err)
	}
	request.Header.Set("Content-Type", "application/json")
	if key, ok := c.std.getenv("RAGSERVER_KEY"); ok {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false, fmt.Errorf("no answer from the server: %w", err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return false, fmt.Errorf("reading the answer of %s: %w", url, err)
	}
	if response.StatusCode >= 300 {
		return false, fmt.Errorf("%s: %s", response.Status, serverMessage(answer))
	}
	if c.raw {
		_, err := fmt.Fprintf(c.std.out, "%s\n", bytes.TrimSpace(answer))
		return true, err
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return false, fmt.Errorf("the answer of %s is not what was expected: %w", url, err)
	}
	return false, nil
}

// serverMessage takes the sentence out of the API's form of an error.
func serverMessage(answer []byte) string {
	var e struct {
		Error struct{ Message, Field string }
	}
	if json.Unmarshal(answer, &e) != nil || e.Error.Message == "" {
		return string(answer[:min(len(answer), 300)])
	}
	if e.Error.Field != "" {
		return e.Error.Field + ": " + e.Error.Message
	}
	return e.Error.Message
}

func query(ctx context.Context, std streams, args []string) error {
	c := client{std: std}
	set := flag.NewFlagSet("query", flag.ContinueOnError)
	c.flags(set)
	k := set.Int("k", 5, "`number` of hits")
	filter := set.String("filter", "", "JMESPath `condition` over the metadata")
	glob := set.String("glob", "", "`pattern` of the path")
	leg := set.String("leg", "", "hybrid, vector or bm25")
	words, err := parseFlags(set, std, args)
	if err != nil {
		return err
	}
	if len(words) == 0 {
		return misused("TEXT is missing")
	}
	request := map[string]any{"query": strings.Join(words, " "), "k": *k, "extended": true}
	for name, value := range map[string]string{"metadata_filter": *filter, "filepath_globpattern": *glob, "leg": *leg} {
		if value != "" {
			request[name] = value
		}
	}
	var result struct {
		Hits []struct {
			Path, Title, Text string
			Page              int
			Score             float64
			Scores            struct{ Cosine, BM25 float64 }
		}
		Degraded string
	}
	if done, err := c.call(ctx, "/v1/retrieve", request, &result); done || err != nil {
		return err
	}
	for i, h := range result.Hits {
		fmt.Fprintf(std.out, "%d. %s  %.3f (cosine %.3f, bm25 %.2f)\n%s\n\n", i+1, place(h.Path, h.Page), h.Score, h.Scores.Cosine, h.Scores.BM25, indent(h.Text))
	}
	if result.Degraded != "" {
		fmt.Fprintln(std.err, result.Degraded)
	}
	return nil
}

func place(path string, page int) string {
	if page > 0 {
		return fmt.Sprintf("%s, page %d", path, page)
	}
	return path
}

func indent(text string) string { return "   " + strings.ReplaceAll(text, "\n", "\n   ") }

func ask(ctx context.Context, std streams, args []string) error {
	c := client{std: std}
	set := flag.NewFlagSet("ask", flag.ContinueOnError)
	c.flags(set)
	k := set.Int("k", 0, "`number` of passages to read")
	words, err := parseFlags(set, std, args)
	if err != nil {
		return err
	}
	if len(words) == 0 {
		return misused("QUESTION is missing")
	}
	request := map[string]any{"prompt": strings.Join(words, " ")}
	if *k > 0 {
		request["k"] = *k
	}
	var result struct {
		Answer    string
		Citations []struct {
			N           int
			Path, Quote string
			Page        int
		}
	}
	if done, err := c.call(ctx, "/v1/answer", request, &result); done || err != nil {
		return err
	}
	fmt.Fprintln(std.out, result.Answer)
	for _, q := range result.Citations {
		fmt.Fprintf(std.out, "\n[%d] %s\n%s\n", q.N, place(q.Path, q.Page), indent(q.Quote))
	}
	return nil
}

func status(ctx context.Context, std streams, args []string) error {
	c := client{std: std}
	set := flag.NewFlagSet("status", flag.ContinueOnError)
	c.flags(set)
	rest, err := parseFlags(set, std, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return misused("takes no arguments, got %q", rest)
	}
	var s struct { // not api.Statistics: some of its times are numbers here
		Documents, Indexed, Failed, Pending, Chunks int
		Epoch                                       rag.Epoch
		CompleteUntil                               time.Time `json:"complete_until"`
		Trouble                                     []string
	}
	done, err := c.call(ctx, "/v1/statistics", map[string]bool{"extended": true}, &s)
	if err != nil {
		return err
	}
	var list struct{ Sources []api.SourceStatus }
	if raw, err := c.call(ctx, "/v1/sources", nil, &list); raw || err != nil || done {
		return err
	}
	fmt.Fprintf(std.out, "%d documents (%d indexed, %d failed, %d pending), %d chunks, epoch %d, complete until %s\n",
		s.Documents, s.Indexed, s.Failed, s.Pending, s.Chunks, s.Epoch, s.CompleteUntil.Format(time.RFC3339))
	for _, source := range list.Sources {
		fmt.Fprintf(std.out, "%-20s %-9s %6d documents, %d failed, %d pending %s\n",
			source.Name, source.State, source.Documents, source.Failed, source.Pending, source.Error+source.Note)
	}
	for _, t := range s.Trouble {
		fmt.Fprintln(std.out, "trouble:", t)
	}
	return nil
}
