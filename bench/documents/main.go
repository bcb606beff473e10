// Command documents reads a collection of documents as the service would, and
// compares what was read with what must be found in them.
//
//	go run ./bench/documents --data DIR [--only pdf,docx/a.docx] [--misses] [--pdfium FILE]
//	go run ./bench/documents --data DIR --hostile
//	go run ./bench/documents --data DIR --peers VENV [--tika JAR] [--only pdf]
//	go run ./bench/documents --quick
//
// DIR holds the documents in folders by format, and expected.json: by file, the
// strings that its text must hold ("expect", with a page or a sheet), the lines
// of a web page that should be left out ("boilerplate"), its "pages", and whether
// it was made to do harm ("hostile"). A string is found strictly if it is there
// with each run of white space as one space, loosely if it is there without any
// white space.
//
// With --hostile the server itself gets all files that were made to do harm, and
// some good ones, and is watched. With --peers other programs read the same files
// as this one, in turns. --quick is a smoke test with documents of its own.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"ragserver/bench/measure"
	"ragserver/parse/formats"
	"ragserver/parse/isolate"
	"ragserver/parse/pdf"
)

type options struct {
	data, only, json string
	misses, hostile  bool
	strict           bool // all that must be found is found, or it is a failure
	peer             peerOptions
	parsers          formats.Options
}

func main() {
	isolate.Main(formats.Open)
	if len(os.Args) == 3 && os.Args[1] == selfWord {
		exit(serveSelf(context.Background(), os.Args[2], os.Stdin, os.Stdout))
	}
	var o options
	quick := flag.Bool("quick", false, "a smoke test with documents of its own")
	flag.StringVar(&o.data, "data", "", "`folder` of the documents")
	flag.StringVar(&o.only, "only", "", "`list` of formats or files to read")
	flag.StringVar(&o.json, "json", "", "also write the figures to this `file`")
	flag.BoolVar(&o.misses, "misses", false, "show what was not found")
	flag.BoolVar(&o.hostile, "hostile", false, "give the server the files that were made to do harm")
	flag.StringVar(&o.peer.venv, "peers", "", "compare with poppler's pdftotext and the Python libraries in this `folder`, a virtual environment")
	flag.StringVar(&o.peer.tika, "tika", "", "compare with Apache Tika: `path` of tika-app's jar")
	flag.DurationVar(&o.peer.limit, "limit", 20*time.Second, "how long another program may take for a file")
	flag.IntVar(&o.peer.rounds, "rounds", 2, "how often each file is read by each program; the best round counts")
	flag.StringVar(&o.parsers.PDFium, "pdfium", "", "`path` of pdfium.wasm, for PDF")
	flag.StringVar(&o.parsers.Cache, "cache", "", "`folder` for what is compiled from it")
	flag.Parse()
	if *quick {
		exit(runQuick(context.Background(), o))
	}
	exit(run(context.Background(), o))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "documents: %v\n", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func run(ctx context.Context, o options) (err error) {
	if o.peer.rounds < 1 {
		return fmt.Errorf("--rounds %d: it must be above 0", o.peer.rounds)
	}
	if o.parsers.PDFium != "" && o.parsers.Cache == "" {
		if o.parsers.Cache, err = os.MkdirTemp("", "ragserver-pdfium-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(o.parsers.Cache)) }()
	}
	if err := pdf.Prepare(ctx, pdf.Config{PDFium: o.parsers.PDFium, Cache: o.parsers.Cache, Killable: true}); err != nil {
		return err
	}
	all, err := readExpected(filepath.Join(o.data, "expected.json"))
	if err != nil {
		return err
	}
	report := measure.NewReport(o.goals())
	report.Reference = "other"
	report.Setting = fmt.Sprintf("%d files; %d processors, %s/%s, %s", len(all), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	switch {
	case o.peer.any():
		err = comparePeers(ctx, o, all, report)
	case o.hostile:
		err = besiege(ctx, o, all, report)
	default:
		err = readAll(ctx, o, all, report)
	}
	if err != nil {
		return err
	}
	return finish(report, o.json)
}

// finish prints the report, and fails if anything was wrong.
func finish(report *measure.Report, file string) (err error) {
	report.Print(os.Stdout)
	if file != "" {
		err = report.WriteJSON(file)
	}
	if n := len(report.Problems); n > 0 {
		err = errors.Join(err, fmt.Errorf("%d things are not as they should be", n))
	}
	return err
}

func (o options) wants(format, name string) bool {
	return o.only == "" || slices.ContainsFunc(strings.Split(o.only, ","), func(s string) bool { return s == format || s == name })
}
