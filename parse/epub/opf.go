package epub

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	rag "ragserver"
)

// A container names the package document, EPUB 3.3, 4.2.6.3.1.
type container struct {
	Roots []struct {
		Path string `xml:"full-path,attr"`
	} `xml:"rootfiles>rootfile"`
}

// A pack is the package document: what the book is, its files, and their order.
type pack struct {
	Language string `xml:"lang,attr"`
	Metadata struct {
		Titles       []value `xml:"title"`
		Creators     []value `xml:"creator"`
		Languages    []value `xml:"language"`
		Dates        []value `xml:"date"`
		Subjects     []value `xml:"subject"`
		Publishers   []value `xml:"publisher"`
		Descriptions []value `xml:"description"`
		Identifiers  []value `xml:"identifier"`
		Metas        []value `xml:"meta"`
	} `xml:"metadata"`
	Items []item `xml:"manifest>item"`
	Spine struct {
		Contents string `xml:"toc,attr"`
		Refs     []struct {
			ID     string `xml:"idref,attr"`
			Linear string `xml:"linear,attr"`
		} `xml:"itemref"`
	} `xml:"spine"`
}

// A value is one line of the metadata.
type value struct {
	ID       string `xml:"id,attr"`
	Role     string `xml:"role,attr"`
	Event    string `xml:"event,attr"`
	Property string `xml:"property,attr"`
	Refines  string `xml:"refines,attr"`
	Text     string `xml:",chardata"`
}

type item struct {
	ID         string `xml:"id,attr"`
	Href       string `xml:"href,attr"`
	Type       string `xml:"media-type,attr"`
	Properties string `xml:"properties,attr"`
	Fallback   string `xml:"fallback,attr"`
}

func (p *pack) byID() map[string]item {
	out := make(map[string]item, len(p.Items))
	for _, i := range p.Items {
		if _, ok := out[i.ID]; !ok {
			out[i.ID] = i
		}
	}
	return out
}

// refined returns what another line of the metadata says of the one with an id.
func (p *pack) refined(id, property string) string {
	for _, m := range p.Metadata.Metas {
		if id != "" && m.Refines == "#"+id && m.Property == property {
			return squeeze(m.Text)
		}
	}
	return ""
}

// describe takes what the book says about itself. What it says more than once is
// joined.
func (b *book) describe(t *rag.Text) {
	m := &b.pack.Metadata
	titles := b.titles()
	if len(titles) > 0 {
		t.Title = titles[0]
	}
	t.Author = strings.Join(b.authors(), ", ")
	languages := texts(m.Languages)
	if len(languages) > 0 {
		t.Language = strings.ReplaceAll(languages[0], "_", "-")
	}
	for _, d := range m.Dates {
		switch at := when(squeeze(d.Text)); {
		case d.Event == "modification":
			t.Modified = at
		case t.Created.IsZero() || d.Event == "publication":
			t.Created = at
		}
	}
	for _, v := range m.Metas {
		if v.Property == "dcterms:modified" {
			t.Modified = when(squeeze(v.Text))
		}
	}
	for _, x := range []struct {
		key  string
		list []string
	}{
		{"titles", more(titles)}, {"languages", more(languages)}, {"publisher", texts(m.Publishers)},
		{"keywords", texts(m.Subjects)}, {"description", texts(m.Descriptions)}, {"identifier", texts(m.Identifiers)},
	} {
		if len(x.list) > 0 {
			if t.Meta == nil {
				t.Meta = make(map[string]string)
			}
			t.Meta[x.key] = strings.Join(x.list, "; ")
		}
	}
}

// more returns a list if it has more than one value, which is shown elsewhere.
func more(list []string) []string {
	if len(list) < 2 {
		return nil
	}
	return list
}

// titles returns the titles, the main one first.
func (b *book) titles() []string {
	list := slices.Clone(b.pack.Metadata.Titles)
	slices.SortStableFunc(list, func(x, y value) int { return b.rank(x) - b.rank(y) })
	return texts(list)
}

func (b *book) rank(title value) int {
	switch b.pack.refined(title.ID, "title-type") {
	case "main":
		return 0
	case "":
		return 1
	}
	return 2
}

// authors returns the creators that wrote the book, or all if none is said to.
func (b *book) authors() []string {
	var wrote []value
	for _, c := range b.pack.Metadata.Creators {
		role := c.Role
		if role == "" {
			role = b.pack.refined(c.ID, "role")
		}
		if role == "" || role == "aut" {
			wrote = append(wrote, c)
		}
	}
	if len(wrote) == 0 {
		wrote = b.pack.Metadata.Creators
	}
	return texts(wrote)
}

// texts returns the values that are not empty, each once.
func texts(list []value) []string {
	var out []string
	for _, v := range list {
		if s := squeeze(v.Text); s != "" && len(out) < 100 && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func squeeze(s string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
}

func when(s string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", time.DateOnly, "2006-01", "2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// resolve returns the member that a reference in a file of a folder means.
func (*book) resolve(folder, href string) string {
	href, _, _ = strings.Cut(href, "#")
	if plain, err := url.PathUnescape(href); err == nil {
		href = plain
	}
	if href == "" {
		return ""
	}
	return strings.TrimPrefix(path.Join("/", folder, href), "/")
}
