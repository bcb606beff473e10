package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"ragserver/configs"
)

// Settings are what a configuration file can say. configs/sample.yaml explains
// each of them.
type settings struct {
	Addr    string
	Data    string
	Sources []configs.Block

	Embedder configs.Block
	Remote   remoteSettings // limits of calls to the embedder
	Chunk    chunkSettings
	Index    indexSettings
	Chat     configs.Block
	Answer   answerSettings

	Parse  []parseRule // the first that fits a document decides
	PDF    pdfSettings
	OCR    ocrSettings
	Limits limits
	HTTP   httpSettings
	Log    logSettings
}

type indexSettings struct {
	Vector     configs.Block
	Text       configs.Block
	Fusion     string
	Share      *float64 // of the cosine; nil: the embedder's own
	Candidates int
	History    int           // states before the newest that can be asked for
	SaveAfter  time.Duration // how long a change stays out of what is saved, at most
}

type remoteSettings struct {
	BatchSize         int
	Concurrent        int
	RequestsPerMinute int
}

type answerSettings struct{ K int }

type limits struct {
	MaxSize      int64         // of a document
	ParseTimeout time.Duration // of one document
	ParseMemory  int64         // of a parser's process
	Workers      int           // parsers at a time
	DiskReserve  int64         // left free on the disk
}

type httpSettings struct {
	Hosts          []string
	CORS           []string
	Keys           []string
	MaxUpload      int64
	RequestTimeout time.Duration
}

type logSettings struct {
	JSON  bool
	Level string
}

func defaults() settings {
	s := settings{Addr: "127.0.0.1:8000", Data: ".ragserver"}
	s.Embedder = configs.NewBlock("static", nil)
	s.Index.Vector = configs.NewBlock("hnsw", nil)
	s.Index.Text = configs.NewBlock("bm25", nil)
	s.Chat = configs.NewBlock("extractive", nil)
	s.Log.Level = "info"
	return s
}

// load reads the file, if there is one, over the defaults.
func load(file string, std streams) (settings, error) {
	s := defaults()
	if file == "" {
		return s, nil
	}
	if err := configs.Load(file, &s, std.getenv); err != nil {
		return s, err
	}
	if share := s.Index.Share; share != nil && (*share < 0 || *share > 1) {
		return s, &configs.Mistake{File: file, Key: "index.share", Message: fmt.Sprintf("%v is not between 0 and 1", *share)}
	}
	return s, nil
}

// config checks a file as serve would read it, without starting anything.
func config(_ context.Context, std streams, args []string) error {
	if len(args) != 2 || args[0] != "check" {
		return misused("want: config check FILE")
	}
	s, err := load(args[1], std)
	if err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s is valid: %d sources, embedder %s, vectors %s, text %s, chat %s\n",
		args[1], len(s.Sources), s.Embedder.Kind, s.Index.Vector.Kind, s.Index.Text.Kind, s.Chat.Kind)
	return nil
}

// check builds every back end that can be built without touching the disk or
// the network, and reports all that is wrong.
func (s settings) check() error {
	_, embedder := embedders().Build(s.Embedder)
	_, chat := chats().Build(s.Chat)
	errs := []error{embedder, chat, vectorLegs(nil).Known(s.Index.Vector), textLegs("").Known(s.Index.Text)}
	names := make(map[string]bool)
	for _, block := range s.Sources {
		source, err := sources(s.Data, nil).Build(block)
		if err == nil && names[source.Name] {
			err = fmt.Errorf("two sources are named %q: give one of them a name", source.Name)
		}
		names[source.Name] = true
		errs = append(errs, err)
	}
	_, _, rules := s.ruled(nil)
	errs = append(errs, rules)
	if embedder == nil {
		_, err := s.splitter()
		errs = append(errs, err)
	}
	if _, err := s.situator(nil); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// addPaths adds a folder source for every path of the command line; without any
// and without sources in the file, the folder docs is the source.
func (s *settings) addPaths(paths []string) error {
	if len(paths) == 0 && len(s.Sources) == 0 {
		if info, err := os.Stat("docs"); err != nil || !info.IsDir() {
			return misused("no PATH is given, and there is no folder docs here")
		}
		paths = []string{"docs"}
	}
	for _, p := range paths {
		s.Sources = append(s.Sources, configs.NewBlock("fs", map[string]string{"path": p, "name": sourceName(p)}))
	}
	return nil
}

// sourceName makes the name of a folder's source from its path. A colon cannot
// be in it.
func sourceName(path string) string {
	name := filepath.ToSlash(filepath.Clean(path))
	if name == "." {
		if dir, err := os.Getwd(); err == nil {
			name = filepath.Base(dir)
		}
	}
	clean := []rune(name)
	for i, r := range clean {
		if r == ':' {
			clean[i] = '_'
		}
	}
	return string(clean)
}

func buildVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
