package main

import (
	rag "ragserver"
	"ragserver/index"
)

// A request asks an engine for one thing, as a line of JSON. Which fields matter
// depends on Op; files hold little-endian float32 vectors one after the other,
// int32 rows, a byte for each row, or lines of text.
//
//	open    Base, Query, Dim, N (0: all)   reads the vectors
//	build   M, EfC                         indexes them, and waits until all is done
//	search  K, Ef (0: default), IDs        asks every query; without IDs Passes times, for the least time
//	filter  Rows (bytes), N, K, Ef         asks the first N queries among the rows that are 1
//	churn   Rows (int32)                   removes these rows and adds them again
//
// The text engines:
//
//	index   Base (lines {"text": …}), N, Dir, Stop, Stem    indexes N passages
//	search  Query (lines), N, K, All, IDs                   asks N queries as above; All: every word must occur
//	fresh   N                                               adds N passages one by one
//
// Ours alone answers these, with Figures:
//
//	self    K                        asks for every row by its own vector
//	apply   N, Dim                   fills an index with N chunks, and replaces one after the other
//	mixed   N, Dim, Seconds          8 readers alone, then beside a writer
//	load    Base, Query, Dim, N      fills the vector leg from the file and asks meanwhile
//	save    Dir                      writes that leg to a folder
//	start   Dir, Query, Dim, Epoch   reads it back and asks
//	curve   N, Dim                   asks and changes an index of N chunks
type request struct {
	Op    string   `json:"op"`
	Leg   string   `json:"leg,omitempty"`
	Text  string   `json:"text,omitempty"` // kind of the text leg beside Leg
	Base  string   `json:"base,omitempty"`
	Query string   `json:"query,omitempty"`
	Rows  string   `json:"rows,omitempty"`
	Dir   string   `json:"dir,omitempty"`
	Dim   int      `json:"dim,omitempty"`
	N     int      `json:"n,omitempty"`
	M     int      `json:"m,omitempty"`
	EfC   int      `json:"efc,omitempty"`
	K     int      `json:"k,omitempty"`
	Ef    int      `json:"ef,omitempty"`
	IDs   bool     `json:"ids,omitempty"`
	All   bool     `json:"all,omitempty"`
	Stem  bool     `json:"stem,omitempty"`
	Stop  []string `json:"stop,omitempty"`

	Passes  int       `json:"passes,omitempty"`
	Seconds float64   `json:"seconds,omitempty"`
	Epoch   rag.Epoch `json:"epoch,omitempty"`
}

// A reply is the answer to a request, as a line of JSON.
type reply struct {
	Error string    `json:"error,omitempty"`
	CPU   float64   `json:"cpu"`  // seconds of the processor, of all threads of the engine
	Wall  float64   `json:"wall"` // seconds
	RSS   float64   `json:"rss"`  // bytes by which the memory grew
	IDs   [][]int   `json:"ids,omitempty"`
	Times []float64 `json:"times,omitempty"` // seconds, of each change

	// How the first query was answered; of our vector legs.
	Plan index.Plan `json:"plan"`

	Figures []figure  `json:"figures,omitempty"`
	Asked   []asked   `json:"asked,omitempty"` // while an index was filled
	Epoch   rag.Epoch `json:"epoch,omitempty"`
}

// An asked is a query while an index was filled, with its answer.
type asked struct {
	Rows  int   `json:"rows"` // how many were applied
	Query int   `json:"query"`
	IDs   []int `json:"ids"`
}

// A figure is one thing that an engine has measured by itself.
type figure struct {
	What  string  `json:"what"`
	Unit  string  `json:"unit"`
	Value float64 `json:"value"`
}
