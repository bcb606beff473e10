package parse_test

import (
	"testing"

	rag "ragserver"
	"ragserver/parse"
)

func TestTableIsMarkdown(t *testing.T) {
	got := parse.Table([][]string{{"Item", "", "Price"}, {"", " ", ""}, {"Tea |\nblack", "", "2", ""}, {"Milk"}})
	want := "| Item | Price |\n| --- | --- |\n| Tea \\| black | 2 |\n| Milk |  |"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := parse.Table([][]string{{"", " "}, nil}); got != "" {
		t.Errorf("an empty table is %q", got)
	}
}

func TestPutKeepsPlaceAndLinks(t *testing.T) {
	var b parse.Builder
	b.Page(2)
	b.Put(rag.Section{Kind: rag.Heading, Level: 1, Box: rag.Box{Right: 1}}, " Top ")
	b.Put(rag.Section{Kind: rag.Note, Level: 3, Links: []string{"https://a.example"}}, "words")
	text, s := b.Result()
	if text != "Top\n\nwords" || len(s) != 2 {
		t.Fatalf("got %q, %+v", text, s)
	}
	if s[0].Box.Right != 1 || s[0].Page != 2 || s[0].Level != 1 || s[0].Heading[0] != "Top" {
		t.Errorf("heading %+v", s[0])
	}
	if len(s[1].Links) != 1 || s[1].Level != 0 || s[1].Heading[0] != "Top" || s[1].Kind != rag.Note {
		t.Errorf("note %+v", s[1])
	}
}
