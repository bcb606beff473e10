// Command fake serves the pages with an API that answers from a few made-up
// documents, so that the pages can be tested in a browser without a server.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"

	"ragserver/web"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "where to listen")
	flag.Parse()
	l, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s\n", l.Addr()) // the test waits for this line
	log.Fatal(http.Serve(l, routes(newCorpus())))
}

// routes returns what the pages ask for.
func routes(c *corpus) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/retrieve", c.retrieve)
	mux.HandleFunc("POST /v1/answer", c.answer)
	mux.HandleFunc("GET /v1/documents", c.list)
	mux.HandleFunc("GET /v1/documents/get", c.get)
	mux.HandleFunc("POST /v1/documents", c.put)
	mux.HandleFunc("DELETE /v1/documents", c.delete)
	mux.HandleFunc("GET /v1/pages", c.page)
	mux.HandleFunc("GET /v1/wait", c.wait)
	mux.HandleFunc("GET /v1/events", c.events)
	mux.Handle("GET /", web.Handler())
	return mux
}
