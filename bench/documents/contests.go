package main

import (
	_ "embed" // the programs of peers
	"os"
	"path/filepath"
	"time"
)

var (
	//go:embed peers/peer.py
	peerPython []byte
	//go:embed peers/Tika.java
	peerTika []byte
)

// peerOptions say which other programs there are.
type peerOptions struct {
	venv   string // folder of a Python environment with the libraries
	tika   string // path of tika-app's jar
	limit  time.Duration
	rounds int
}

func (o peerOptions) any() bool { return o.venv != "" || o.tika != "" }

// A contestant is a program with its name.
type contestant struct {
	name string
	program
}

// A contest is between this program's readers and others, over the files of one
// format.
type contest struct {
	format string
	unit   string // what is counted: "pages" or "documents"
	ours   []contestant
	others []contestant
	goals  map[string]float64 // by the name of another: how much of its speed is wanted
}

const tikaName = "Tika"

// contests returns what is compared. The programs of peers are written to work.
func (o options) contests(work string) ([]contest, error) {
	script, class := filepath.Join(work, "peer.py"), filepath.Join(work, "Tika.java")
	if err := os.WriteFile(script, peerPython, 0o644); err != nil {
		return nil, err
	}
	if err := os.WriteFile(class, peerTika, 0o644); err != nil {
		return nil, err
	}
	library := func(names ...string) (list []contestant) {
		for _, name := range names {
			if o.peer.venv != "" {
				list = append(list, contestant{name, &reader{args: []string{filepath.Join(o.peer.venv, "bin", "python"), script, name}}})
			}
		}
		return list
	}
	tika := func(list []contestant) []contestant {
		if o.peer.tika == "" {
			return list
		}
		return append(list, contestant{tikaName, &reader{args: []string{"java", "-cp", o.peer.tika, class}}})
	}
	pdf := contest{format: "pdf", unit: "pages", goals: map[string]float64{"pdftotext": 0.25, "pypdf": 1, "pdfminer.six": 1, "pdfplumber": 1, tikaName: 1}}
	pdf.others = append([]contestant{{"pdftotext", once{"pdftotext", []string{"-"}}}}, tika(library("pypdf", "pdfminer.six", "pdfplumber"))...)
	builtin, pdfium := o.parsers, o.parsers
	builtin.PDFium = ""
	pdf.ours = []contestant{{"builtin", self(builtin)}}
	if pdfium.PDFium != "" {
		pdf.ours = append(pdf.ours, contestant{"PDFium", self(pdfium)})
	}
	all := []contest{pdf}
	for _, c := range []contest{
		{format: "docx", others: library("python-docx", "docx2txt")},
		{format: "pptx", others: library("python-pptx")},
		{format: "xlsx", others: library("openpyxl")},
		{format: "odt", others: library("odfpy")},
		{format: "rtf"}, {format: "epub"},
	} {
		c.goals = map[string]float64{tikaName: 1}
		c.unit, c.ours, c.others = "documents", []contestant{{"ragserver", self(o.parsers)}}, tika(c.others)
		if len(c.others) > 0 {
			all = append(all, c)
		}
	}
	return all, nil
}
