package json_test

import (
	"fmt"
	"strings"
	"testing"

	"ragserver/parse"
	"ragserver/parse/json"
	"ragserver/parse/parsetest"
)

func TestParsersKeepTheContract(t *testing.T) {
	parsetest.Run(t, json.New(),
		parse.Input{Name: "a.json", Data: []byte(`{"a": [1, 2, {"b": "é\u00e9\"}"}], "c": null}`)},
		parse.Input{Name: "b.json", Data: []byte(records(40))})
	parsetest.Run(t, json.Lines(), parse.Input{Name: "a.jsonl", Data: []byte("{\"a\":1}\n\n{\"b\":2}\nno json\n")})
}

func records(n int) string {
	var b strings.Builder
	b.WriteString("{\"meta\": {\"v\": 1},\n \"people\": [")
	for i := range n {
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, `{"id": %d, "name": "a person with a longish name", "tags": ["x", "y"]}`, i)
	}
	return b.String() + "]}"
}

func TestRecordsAreSections(t *testing.T) {
	got, err := json.New().Parse(t.Context(), parse.Input{Data: []byte(records(40))})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Sections) != 41 || got.Text != records(40) {
		t.Fatalf("got %d sections, want 41", len(got.Sections))
	}
	s := got.Sections[5]
	if text := got.Text[s.Start:s.End]; !strings.HasPrefix(text, `{"id": 4,`) || strings.Join(s.Heading, "/") != "people" {
		t.Errorf("got %q under %q", text, s.Heading)
	}
}

func TestEscapedLettersBecomeLetters(t *testing.T) {
	got, err := json.New().Parse(t.Context(), parse.Input{Data: []byte(`["\u4f60\u597d \ud83d\ude00 \\u00e9 \u0022 \u000a"]`)})
	if want := `["你好 😀 \\u00e9 \u0022 \u000a"]`; err != nil || got.Text != want {
		t.Errorf("got %s, error %v, want %s", got.Text, err, want)
	}
}

func TestInvalidJSONIsText(t *testing.T) {
	got, err := json.New().Parse(t.Context(), parse.Input{Data: []byte("{\n  \"a\": oops\n}")})
	if err != nil || got.MediaType != "text/plain" || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "line 2") {
		t.Errorf("got %q, warnings %q, error %v", got.MediaType, got.Warnings, err)
	}
}

func TestLinesUnderTheWrongNameAreFound(t *testing.T) {
	got, err := json.New().Parse(t.Context(), parse.Input{Data: []byte("{\"a\":1}\n{\"a\":2}\n")})
	if err != nil || got.MediaType != "application/x-ndjson" || len(got.Sections) != 2 {
		t.Errorf("got %q with %d sections, error %v", got.MediaType, len(got.Sections), err)
	}
}

func TestDeepNestingDoesNoHarm(t *testing.T) {
	for _, depth := range []int{5_000, 1_000_000} {
		data := strings.Repeat("[", depth) + strings.Repeat("]", depth)
		parsetest.Survives(t, json.New(), parse.Input{Data: []byte(data)})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(records(30)))
	f.Add([]byte(`{"a":[[],{},"\\",1e5,true]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		parsetest.Survives(t, json.New(), parse.Input{Data: data})
		parsetest.Survives(t, json.Lines(), parse.Input{Data: data})
	})
}
