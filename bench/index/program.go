package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"

	rag "ragserver"
	"ragserver/index"
)

// part is how many chunks are applied in one epoch when a leg is filled.
const part = 1000

// A program is this project as an engine: it answers the requests described in
// protocol.go.
type program struct {
	leg     index.Leg
	epoch   rag.Epoch
	base    []rag.Vector
	queries []index.Query
}

// serve answers requests until in ends.
func (p *program) serve(in io.Reader, out io.Writer) error {
	r, w := bufio.NewReaderSize(in, 1<<20), json.NewEncoder(out)
	for {
		line, err := r.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		var q request
		if err := json.Unmarshal(line, &q); err != nil {
			return err
		}
		a, err := p.answer(context.Background(), q)
		if err != nil {
			a = reply{Error: err.Error()}
		}
		if err := w.Encode(a); err != nil {
			return err
		}
	}
}

func (p *program) answer(ctx context.Context, r request) (reply, error) {
	ops := map[string]func(context.Context, request) (reply, error){
		"open": p.open, "build": p.build, "search": p.search, "filter": p.filter, "churn": p.churn, "self": p.self,
		"index": p.index, "fresh": p.fresh,
		"apply": p.apply, "mixed": p.mixed, "load": p.load, "save": p.save, "start": p.start, "curve": p.curve,
	}
	op, ok := ops[r.Op]
	if !ok {
		return reply{}, fmt.Errorf("there is no request %q", r.Op)
	}
	return op(ctx, r)
}

// commit applies changes as one epoch.
func (p *program) commit(ctx context.Context, changes []index.Change) error {
	p.epoch++
	return p.leg.Apply(ctx, p.epoch, changes)
}

// search asks all queries, or the first N, and returns the least time that it took.
func (p *program) search(ctx context.Context, r request) (reply, error) {
	if r.Query != "" {
		if err := p.readQueries(r); err != nil {
			return reply{}, err
		}
	}
	setWidth(p.leg, r.Ef)
	for i := range p.queries {
		p.queries[i].K, p.queries[i].Rows, p.queries[i].Syntax = r.K, nil, r.All
	}
	least, err := p.ask(ctx, p.queries, r.IDs)
	for pass := 1; pass < r.Passes && err == nil; pass++ {
		var a reply
		if a, err = p.ask(ctx, p.queries, false); a.CPU < least.CPU {
			least.CPU, least.Wall = a.CPU, a.Wall
		}
	}
	return least, err
}

// ask asks queries one after the other.
func (p *program) ask(ctx context.Context, queries []index.Query, ids bool) (reply, error) {
	s := p.leg.Snapshot()
	defer s.Close()
	found := make([][]index.Scored, len(queries))
	var plan index.Plan
	if ids {
		queries[0].Plan = &plan
	}
	c := startClock()
	for i, q := range queries {
		var err error
		if found[i], err = s.Search(ctx, q); err != nil {
			return reply{}, fmt.Errorf("query %d: %w", i, err)
		}
	}
	a := c.reply()
	queries[0].Plan, a.Plan = nil, plan
	if ids {
		a.IDs = make([][]int, len(found))
		for i, list := range found {
			a.IDs[i] = rowsOf(list)
		}
	}
	return a, nil
}

// rowsOf returns the rows of a result, an empty list for none.
func rowsOf(list []index.Scored) []int {
	rows := make([]int, len(list))
	for i, s := range list {
		rows[i] = int(s.Row)
	}
	return rows
}

// chunkID is the ID of a row.
func chunkID(row int) rag.ChunkID { return rag.NewChunkID("bench:document", nil, fmt.Sprint(row), 0) }
