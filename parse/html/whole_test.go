package html_test

import (
	"errors"
	"testing"

	"ragserver/parse"
	"ragserver/parse/html"
)

func TestWholeKeepsWhatAPageHasAroundItsContent(t *testing.T) {
	got, err := html.Whole(t.Context(), `<html lang="de"><title>Book</title><nav>Contents</nav><h2>One</h2><p>Words</p><p hidden>no</p><footer>End</footer></html>`)
	if err != nil || got.Text != "Contents\n\nOne\n\nWords\n\nEnd" || got.Language != "de" || got.Title != "Book" {
		t.Errorf("got %q, %+v, error %v", got.Text, got, err)
	}
	if _, err := html.Whole(t.Context(), "<p> </p>"); !errors.Is(err, parse.ErrNoText) {
		t.Errorf("error %v", err)
	}
}
