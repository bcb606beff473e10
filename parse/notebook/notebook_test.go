package notebook_test

import (
	"errors"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/notebook"
	"ragserver/parse/parsetest"
)

const v4 = `{"cells": [
 {"cell_type": "markdown", "metadata": {}, "source": ["# A *study*\n", "\n", "Intro é.\n", "\n", "- one\n", "- two\n", "\n", "| a | b |\n", "|---|---|\n", "| 1 | 2 |\n"]},
 {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": "x = 1\nprint(x)", "outputs": [
  {"output_type": "stream", "name": "stdout", "text": ["1\n", "10%\r\u001b[31m100%\u001b[0m\n"]},
  {"output_type": "execute_result", "data": {"text/plain": "   a\n0  1", "text/html": "<div><style>td{}</style><table><tr><th></th><th>a</th></tr><tr><th>0</th><td>1</td></tr></table></div>"}},
  {"output_type": "display_data", "data": {"image/png": "iVBOR", "text/plain": ["<Figure size 640x480>"]}},
  {"output_type": "error", "ename": "ValueError", "evalue": "bad x", "traceback": ["\u001b[0;31mTraceback\u001b[0m", "ValueError: bad x"]}]},
 {"cell_type": "markdown", "source": "## Part two"},
 {"cell_type": "raw", "source": "raw words"},
 {"cell_type": "code", "source": "s = '` + "```" + `'", "outputs": []}],
 "metadata": {"kernelspec": {"language": "python"}, "language_info": {"name": "Python"}, "authors": [{"name": "Ann"}, {"name": "Bo"}]}, "nbformat": 4, "nbformat_minor": 5}`

const v3 = `{"metadata": {"name": "Old"}, "nbformat": 3, "worksheets": [{"cells": [
 {"cell_type": "heading", "level": 2, "source": "Top"},
 {"cell_type": "code", "language": "python", "input": ["y = 2"], "outputs": [{"output_type": "pyout", "text": "2"}, {"output_type": "pyerr", "ename": "E", "evalue": "v", "traceback": []}, {"output_type": "display_data", "png": "iVBOR"}]}]}]}`

func TestParserKeepsTheContract(t *testing.T) {
	parsetest.Run(t, notebook.New(), parse.Input{Name: "a.ipynb", Data: []byte(v4)}, parse.Input{Name: "b.ipynb", Data: []byte(v3)})
}

func read(t *testing.T, source string) (rag.Text, []string) {
	t.Helper()
	got, err := notebook.New().Parse(t.Context(), parse.Input{Data: []byte(source)})
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, s := range got.Sections {
		list = append(list, string(s.Kind)+"|"+strings.Join(s.Heading, "/")+"|"+got.Text[s.Start:s.End])
	}
	return got, list
}

func equal(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n--\n") != strings.Join(want, "\n--\n") {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestCellsAndOutputs(t *testing.T) {
	got, list := read(t, v4)
	equal(t, list,
		"heading|A study|A study", "paragraph|A study|Intro é.", "list|A study|- one\n- two", "table|A study|| a | b |\n|---|---|\n| 1 | 2 |",
		"code|A study|```python\nx = 1\nprint(x)\n```", "code|A study|```\n1\n100%\n```", "table|A study||  | a |\n| --- | --- |\n| 0 | 1 |",
		"caption|A study|Picture (image/png) <Figure size 640x480>", "code|A study|```\nTraceback\nValueError: bad x\n```",
		"heading|A study/Part two|Part two", "paragraph|A study/Part two|raw words", "code|A study/Part two|````python\ns = '```'\n````")
	if got.Title != "A study" || got.Author != "Ann, Bo" || got.Meta["programming_language"] != "python" {
		t.Errorf("got %q by %q, %q", got.Title, got.Author, got.Meta)
	}
}

func TestOldNotebooks(t *testing.T) {
	_, list := read(t, v3)
	equal(t, list, "heading|Top|Top", "code|Top|```python\ny = 2\n```", "code|Top|```\n2\n```", "code|Top|```\nE: v\n```", "caption|Top|Picture (image/png)")
}

func TestLongOutputsAreCut(t *testing.T) {
	got, _ := read(t, `{"nbformat": 4, "cells": [{"cell_type": "code", "source": "x", "outputs": [{"output_type": "stream", "text": "`+strings.Repeat("word ", 20_000)+`"}]}]}`)
	if len(got.Text) > 40<<10 || len(got.Warnings) != 1 {
		t.Errorf("%d bytes, warnings %q", len(got.Text), got.Warnings)
	}
}

func TestEmptyAndBrokenNotebooks(t *testing.T) {
	if _, err := notebook.New().Parse(t.Context(), parse.Input{Data: []byte(`{"cells": [], "nbformat": 4}`)}); !errors.Is(err, parse.ErrNoText) {
		t.Errorf("got error %v", err)
	}
	if _, err := notebook.New().Parse(t.Context(), parse.Input{Data: []byte(v4[:300])}); err == nil || !strings.Contains(err.Error(), "reading the notebook") {
		t.Errorf("got error %v", err)
	}
}

func TestOddFieldsCostThemselves(t *testing.T) {
	_, list := read(t, `{"metadata": [], "nbformat": "4", "cells": [{"cell_type": 7, "source": {}}, {"cell_type": "raw", "source": "words"}]}`)
	equal(t, list, "paragraph||words")
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(v4))
	f.Add([]byte(v3))
	f.Fuzz(func(t *testing.T, data []byte) {
		parsetest.Survives(t, notebook.New(), parse.Input{Data: data})
	})
}
