package external_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/external"
)

// needle is what a document must hold for the servers to read it.
const needle = "needle"

// uploaded returns the file and the fields of a form.
func uploaded(r *http.Request) (data, name, mediaType string, fields map[string][]string) {
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		return "", "", "", nil
	}
	f, head, err := r.FormFile("files")
	if err != nil {
		return "", "", "", nil
	}
	defer f.Close()
	body, err := io.ReadAll(f)
	if err != nil {
		return "", "", "", nil
	}
	return string(body), head.Filename, head.Header.Get("Content-Type"), r.MultipartForm.Value
}

// tika answers as Apache Tika's server does: 422 for what it cannot read, 204 for
// what holds no text.
func tika(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	switch {
	case err != nil || r.Method != http.MethodPut || r.URL.Path != "/rmeta/html":
		http.NotFound(w, r)
	case len(data) == 0:
		w.WriteHeader(http.StatusNoContent)
	case !strings.Contains(string(data), needle):
		w.WriteHeader(http.StatusUnprocessableEntity)
	default:
		fmt.Fprint(w, `[{"Content-Type":"application/pdf","dc:title":"The needle","dc:creator":["Ann","Bob"],"dcterms:created":"2024-03-01T10:00:00Z","xmpTPg:NPages":"3","X-TIKA:content":"<html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>x</title><meta name=\"a\"/></head><body><div class=\"page\"><h1>One</h1><p>A needle &amp; hay.</p></div><div class=\"page\"><ul><li>first</li><li>second</li></ul><table><tr><th>a|b</th><th>c</th></tr><tr><td></td><td>2</td></tr></table></div></body></html>"},`+
			`{"Content-Type":"text/plain","X-TIKA:embedded_resource_path":"/../in/a.txt","X-TIKA:content":"<body><p>inside</p></body>"},`+
			`{"Content-Type":"image/png","resourceName":"in/a.txt","X-TIKA:EXCEPTION:embedded_exception":"org.x.Bad: no\n\tat y"},`+
			`{"Content-Type":"application/zip","X-TIKA:EXCEPTION:embedded_exception":"org.apache.tika.exception.EncryptedDocumentException: z"}]`)
	}
}

// docling answers as docling-serve does: 200 with a status.
func docling(w http.ResponseWriter, r *http.Request) {
	data, name, mediaType, fields := uploaded(r)
	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/v1/convert/file" || r.Header.Get("X-Api-Key") != "secret":
		http.NotFound(w, r)
	case len(fields["to_formats"]) != 2 || fields["do_ocr"][0] != "false" || name != "a.txt" || mediaType != "text/plain":
		w.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprint(w, `{"detail":[{"loc":["body"],"msg":"wrong form","type":"value_error"}]}`)
	case strings.Contains(data, "markdown"):
		fmt.Fprint(w, `{"document":{"filename":"a","md_content":"# T\n\nneedle\n"},"status":"partial_success","errors":[{"component_type":"x","error_message":"page 2 is bad"}]}`)
	case !strings.Contains(data, needle):
		fmt.Fprint(w, `{"document":{},"status":"failure","errors":[{"component_type":"document_backend","module_name":"m","error_message":"not a document"}],"processing_time":0.1}`)
	default:
		fmt.Fprint(w, `{"document":{"md_content":"x","json_content":{"body":{"children":[{"$ref":"#/texts/0"},{"$ref":"#/texts/1"},{"$ref":"#/groups/0"},{"$ref":"#/tables/0"},{"$ref":"#/texts/9"},{"$ref":"#/texts/4"}]},
"groups":[{"label":"list","children":[{"$ref":"#/texts/2"},{"$ref":"#/texts/3"},{"$ref":"#/groups/0"}]}],
"texts":[{"label":"page_header","text":"running"},{"label":"section_header","level":1,"text":"Head","prov":[{"page_no":2,"bbox":{"l":10,"t":90,"r":60,"b":80,"coord_origin":"BOTTOMLEFT"}}]},{"label":"list_item","text":"one","enumerated":true,"marker":"1."},{"label":"list_item","text":"two"},{"label":"text","text":"A needle."}],
"tables":[{"label":"table","prov":[{"page_no":3}],"data":{"grid":[[{"text":"h"}],[{"text":"c"}]]}}],
"pages":{"1":{"page_no":1},"2":{"page_no":2,"size":{"width":100,"height":100}},"4":{"page_no":4}}}},"status":"success","errors":[]}`)
	}
}

// unstructured answers as Unstructured's API does.
func unstructured(w http.ResponseWriter, r *http.Request) {
	data, _, _, _ := uploaded(r)
	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/general/v0/general" || r.Header.Get("unstructured-api-key") != "secret":
		http.NotFound(w, r)
	case !strings.Contains(data, needle):
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"detail":"File type is not supported."}`)
	default:
		fmt.Fprint(w, `[{"type":"Header","text":"running","metadata":{"page_number":1}},
{"type":"Title","element_id":"a","text":"Head","metadata":{"page_number":1,"languages":["eng"],"page_name":"First","coordinates":{"points":[[10,20],[10,40],[50,40],[50,20]],"system":"PixelSpace","layout_width":100,"layout_height":200}}},
{"type":"NarrativeText","text":"A needle.","metadata":{"page_number":2,"parent_id":"a","link_urls":["http://x/"]}},
{"type":"ListItem","text":"item","metadata":{"page_number":2,"category_depth":1}},
{"type":"Table","text":"h c","metadata":{"page_number":3,"text_as_html":"<table><thead><tr><th>h</th></tr></thead><tbody><tr><td>c</td></tr></tbody></table>"}}]`)
	}
}

// serve returns a parser that asks a server which h is.
func serve(t *testing.T, h http.HandlerFunc, open func(external.ServiceConfig) (*external.Service, error)) *external.Service {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	s, err := open(external.ServiceConfig{URL: server.URL + "/", APIKey: "secret", Options: map[string]string{"do_ocr": "false"}, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func input(data string) parse.Input { return parse.Input{Name: "dir/a.txt", Data: []byte(data)} }

// outline returns what the sections are, one on a line.
func outline(t rag.Text) string {
	var b strings.Builder
	for _, s := range t.Sections {
		fmt.Fprintf(&b, "%s p%d %q %q\n", s.Kind, s.Page, strings.Join(s.Heading, ">"), t.Text[s.Start:s.End])
	}
	return b.String()
}
