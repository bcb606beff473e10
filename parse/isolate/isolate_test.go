package isolate_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/isolate"
	"ragserver/parse/parsetest"
)

func TestMain(m *testing.M) {
	isolate.Main(func(string) (parse.Parser, error) { return obedient{}, nil })
	os.Exit(m.Run())
}

// obedient is a parser that does what the document says.
type obedient struct{}

func (obedient) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	switch s := string(in.Data); s {
	case "panic":
		panic("as told")
	case "overflow":
		return rag.Text{Text: fmt.Sprint(deep(1))}, nil
	case "hang":
		for {
			if ctx.Err() != nil {
				return rag.Text{}, ctx.Err()
			}
		}
	case "swell":
		var all [][]byte
		for {
			all = append(all, make([]byte, 32<<20))
			for i := range all[len(all)-1] {
				all[len(all)-1][i] = 1
			}
		}
	case "exit":
		os.Exit(3)
	case "pid":
		return rag.Text{Text: fmt.Sprint(os.Getpid())}, nil
	case "print":
		fmt.Println("noise on standard output")
	case "long":
		return rag.Text{Text: strings.Repeat("x", 2<<20)}, nil
	case "encrypted":
		return rag.Text{}, fmt.Errorf("locked: %w", parse.ErrEncrypted)
	case "environment":
		return rag.Text{Text: strings.Join(os.Environ(), "\n")}, nil
	}
	text := strings.ToValidUTF8(string(in.Data), "?")
	t := rag.Text{Text: text, MediaType: in.MediaType + "x", Parser: "obedient", Title: in.Name, Warnings: []string{"w"}}
	if text != "" {
		t.Sections = []rag.Section{{Kind: rag.Paragraph, Start: 0, End: len(text), Heading: []string{"h"}, Page: 2}}
	}
	return t, nil
}

// Draw draws what the document says.
func (obedient) Draw(_ context.Context, in parse.Input, page, width int) ([]byte, error) {
	switch string(in.Data) {
	case "hang":
		select {}
	case "exit":
		os.Exit(3)
	case "short":
		return nil, fmt.Errorf("%w: it has 1", parse.ErrNoPage)
	}
	return fmt.Appendf(nil, "\x89%s %s %s %d %d", in.Name, in.MediaType, in.Data, page, width), nil
}

func TestPagesAreDrawnInAnotherProcess(t *testing.T) {
	p := open(t, isolate.Config{Workers: 1, Timeout: 300 * time.Millisecond})
	draw := func(s string, page int) (string, error) {
		got, err := p.Draw(t.Context(), parse.Input{Name: "n", MediaType: "m/", Data: []byte(s)}, page, 640)
		return string(got), err
	}
	if got, err := draw("data", 3); err != nil || got != "\x89n m/ data 3 640" {
		t.Errorf("got %q, error %v", got, err)
	}
	for doc, want := range map[string]string{"exit": "parser crashed: exit status 3", "short": "no such page: it has 1", "hang": "not drawn within 300ms: limit exceeded"} {
		if _, err := draw(doc, 1); err == nil || err.Error() != want {
			t.Errorf("%s: got error %v, want %s", doc, err, want)
		}
		if got, err := ask(t, p, "next"); err != nil || got.Text != "next" {
			t.Errorf("after %s: got %q, error %v", doc, got.Text, err)
		}
	}
	for doc, page := range map[string]int{"data": 0, "short": 2} {
		if _, err := draw(doc, page); !errors.Is(err, parse.ErrNoPage) {
			t.Errorf("page %d of %s: got %v, want %v", page, doc, err, parse.ErrNoPage)
		}
	}
}

func deep(n int) int {
	if n < 0 {
		return 0
	}
	var pad [1024]int
	pad[n%1024] = deep(n + 1)
	return pad[0] + pad[n%1024]
}

// open runs a pool until the test ends.
func open(t *testing.T, c isolate.Config) *isolate.Pool {
	t.Helper()
	p := isolate.New(c)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- p.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run returned %v", err)
		}
	})
	return p
}

func ask(t *testing.T, p *isolate.Pool, s string) (rag.Text, error) {
	t.Helper()
	return p.Parse(t.Context(), parse.Input{Name: "n", MediaType: "m/", Data: []byte(s)})
}

func TestPoolIsAParser(t *testing.T) {
	p := open(t, isolate.Config{Workers: 2})
	parsetest.Run(t, p, parse.Input{Name: "a", Data: []byte("Some text")})
	got, err := ask(t, p, "hello")
	if err != nil || got.Text != "hello" || got.Title != "n" || got.MediaType != "m/x" || got.Sections[0].Page != 2 || got.Warnings[0] != "w" {
		t.Errorf("got %+v, error %v", got, err)
	}
}

func TestFailureCostsOneDocument(t *testing.T) {
	p := open(t, isolate.Config{Workers: 1, Timeout: 20 * time.Second, MaxText: 1 << 20, Memory: 512 << 20})
	for doc, want := range map[string]string{
		"panic": "parser crashed: as told", "exit": "parser crashed: exit status 3",
		"long": "limit exceeded", "encrypted": "locked: encrypted",
	} {
		if _, err := ask(t, p, doc); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got error %v, want %s", doc, err, want)
		}
		if got, err := ask(t, p, "next"); err != nil || got.Text != "next" {
			t.Errorf("after %s: got %q, error %v", doc, got.Text, err)
		}
	}
	if _, err := ask(t, p, "encrypted"); !errors.Is(err, parse.ErrEncrypted) {
		t.Errorf("got error %v, want %v", err, parse.ErrEncrypted)
	}
}

func TestHangIsEnded(t *testing.T) {
	p := open(t, isolate.Config{Workers: 1, Timeout: 300 * time.Millisecond})
	if _, err := ask(t, p, "hang"); !errors.Is(err, parse.ErrLimit) {
		t.Errorf("got error %v, want %v", err, parse.ErrLimit)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := p.Parse(ctx, parse.Input{Data: []byte("hang")}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got error %v, want %v", err, context.DeadlineExceeded)
	}
}

func TestProcessIsKeptAndReplaced(t *testing.T) {
	p := open(t, isolate.Config{Workers: 1, Recycle: 2})
	var pids []string
	for range 3 {
		got, err := ask(t, p, "pid")
		if err != nil {
			t.Fatal(err)
		}
		pids = append(pids, got.Text)
	}
	if pids[0] != pids[1] || pids[1] == pids[2] {
		t.Errorf("got processes %v, want the first two equal and the third another", pids)
	}
}

func TestPrintingDoesNotBreakTheProtocol(t *testing.T) {
	p := open(t, isolate.Config{Workers: 1})
	if got, err := ask(t, p, "print"); err != nil || got.Text != "print" {
		t.Errorf("got %q, error %v", got.Text, err)
	}
}

func TestChildHasNoSecrets(t *testing.T) {
	t.Setenv("SECRET_TOKEN", "hush")
	p := open(t, isolate.Config{Workers: 1})
	if got, err := ask(t, p, "environment"); err != nil || strings.Contains(got.Text, "hush") {
		t.Errorf("got %q, error %v", got.Text, err)
	}
}

func TestManyAskAtOnce(t *testing.T) {
	p := open(t, isolate.Config{Workers: 3})
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			doc := fmt.Sprint("document ", i)
			if i%6 == 5 {
				doc = "exit"
			}
			got, err := p.Parse(context.Background(), parse.Input{Data: []byte(doc)})
			if (doc == "exit") != (err != nil) || err == nil && got.Text != doc {
				t.Errorf("%s: got %q, error %v", doc, got.Text, err)
			}
		})
	}
	wg.Wait()
}

func TestNothingRunsAfterRun(t *testing.T) {
	p := isolate.New(isolate.Config{Workers: 1})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Run returned %v", err)
	}
	if _, err := ask(t, p, "hello"); err == nil {
		t.Error("a closed pool parsed a document")
	}
}

func TestMissingProgramIsAnError(t *testing.T) {
	p := open(t, isolate.Config{Workers: 1, Program: "/no/such/program"})
	if _, err := ask(t, p, "hello"); err == nil || !strings.Contains(err.Error(), "starting a parser process") {
		t.Errorf("got error %v", err)
	}
}
