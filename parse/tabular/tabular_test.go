package tabular_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ragserver/parse"
	"ragserver/parse/parsetest"
	"ragserver/parse/tabular"
)

const table = "name,city\r\n\"Doe, Jane\",\"New\nYork\"\r\nBob,Bern,extra\r\n\r\n\"stray,Rome\n"

func TestParserKeepsTheContract(t *testing.T) {
	parsetest.Run(t, tabular.New(), parse.Input{Name: "a.csv", Data: []byte(table)})
}

func rows(t *testing.T, source string) (out []string, headings [][]string, warnings []string) {
	t.Helper()
	got, err := tabular.New().Parse(t.Context(), parse.Input{Data: []byte(source)})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range got.Sections {
		out, headings = append(out, got.Text[s.Start:s.End]), append(headings, s.Heading)
	}
	return out, headings, got.Warnings
}

func TestRowsKnowTheirColumns(t *testing.T) {
	got, headings, warnings := rows(t, table)
	if want := []string{"name,city", "\"Doe, Jane\",\"New\nYork\"", "Bob,Bern,extra", "\"stray,Rome"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if want := []string{"name, city"}; headings[0] != nil || !slices.Equal(headings[1], want) || !slices.Equal(headings[3], want) {
		t.Errorf("got headings %q", headings)
	}
	if len(warnings) != 1 {
		t.Errorf("got warnings %q, want one about the quote", warnings)
	}
}

func TestDelimiterIsSniffed(t *testing.T) {
	for _, d := range []string{",", ";", "\t", "|"} {
		src := strings.ReplaceAll("id;text;price\n1;\"a;b\";2,50\n2;c;3,10\n", ";", d)
		if _, headings, _ := rows(t, src); !slices.Equal(headings[1], []string{"id, text, price"}) {
			t.Errorf("%q: got heading %q", d, headings[1])
		}
	}
}

func TestTableOfNumbersHasNoHeader(t *testing.T) {
	if _, headings, _ := rows(t, "1,2\n3,4\n"); headings[1] != nil {
		t.Errorf("got heading %q", headings[1])
	}
}

func TestLongTableHasBoundedSections(t *testing.T) {
	var b strings.Builder
	for i := range 250_000 {
		fmt.Fprintf(&b, "%d,x\n", i)
	}
	if got, _, _ := rows(t, b.String()); len(got) > 100_000 {
		t.Errorf("got %d sections", len(got))
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(table))
	f.Add([]byte("a;\"b\"\"\n;\r\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		parsetest.Survives(t, tabular.New(), parse.Input{Name: "a.csv", Data: data})
	})
}
