package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"

	"github.com/RoaringBitmap/roaring/v2"

	rag "ragserver"
	"ragserver/index"
)

// open reads the vectors.
func (p *program) open(_ context.Context, r request) (reply, error) {
	var err error
	if p.base, err = readVectors(r.Base, r.Dim, r.N); err != nil {
		return reply{}, err
	}
	queries, err := readVectors(r.Query, r.Dim, 0)
	if err != nil {
		return reply{}, err
	}
	p.queries = nil
	for _, v := range queries {
		p.queries = append(p.queries, index.Query{Vector: v})
	}
	return reply{}, nil
}

// build indexes the vectors, row by row, and waits until the leg rests.
func (p *program) build(ctx context.Context, r request) (reply, error) {
	before := settledMemory()
	c := startClock()
	var err error
	if p.leg, err = vectorLeg(r.Leg, r.M, r.EfC); err != nil {
		return reply{}, err
	}
	for from := 0; from < len(p.base); from += part {
		if err := p.commit(ctx, additions(p.base, from, min(from+part, len(p.base)))); err != nil {
			return reply{}, err
		}
	}
	if err := settle(ctx, p.leg); err != nil {
		return reply{}, err
	}
	a := c.reply()
	a.RSS = settledMemory().resident - before.resident
	return a, nil
}

// additions adds the vectors of some rows.
func additions(base []rag.Vector, from, to int) []index.Change {
	list := make([]index.Change, 0, to-from)
	for row := from; row < to; row++ {
		list = append(list, index.Change{Row: index.Row(row), ID: chunkID(row), Diff: 1, Vector: base[row]})
	}
	return list
}

// filter asks the first queries among some rows.
func (p *program) filter(ctx context.Context, r request) (reply, error) {
	flags, err := os.ReadFile(r.Rows)
	if err != nil {
		return reply{}, err
	}
	allowed := roaring.New()
	for row, flag := range flags {
		if flag != 0 {
			allowed.Add(index.Row(row))
		}
	}
	setWidth(p.leg, r.Ef)
	queries := append([]index.Query(nil), p.queries[:min(r.N, len(p.queries))]...)
	for i := range queries {
		queries[i].K, queries[i].Rows = r.K, allowed
	}
	return p.ask(ctx, queries, true)
}

// churn removes rows and adds them again, under the same numbers.
func (p *program) churn(ctx context.Context, r request) (reply, error) {
	data, err := os.ReadFile(r.Rows)
	if err != nil {
		return reply{}, err
	}
	var rows []index.Row
	for ; len(data) >= 4; data = data[4:] {
		rows = append(rows, binary.LittleEndian.Uint32(data))
	}
	c := startClock()
	for _, diff := range []int{-1, 1} {
		for from := 0; from < len(rows); from += part {
			var changes []index.Change
			for _, row := range rows[from:min(from+part, len(rows))] {
				ch := index.Change{Row: row, ID: chunkID(int(row)), Diff: diff}
				if diff > 0 {
					ch.Vector = p.base[row]
				}
				changes = append(changes, ch)
			}
			if err := p.commit(ctx, changes); err != nil {
				return reply{}, err
			}
		}
		if err := settle(ctx, p.leg); err != nil {
			return reply{}, err
		}
	}
	return c.reply(), nil
}

// self asks for every row by its own vector and counts those that are not among
// the results, equal vectors standing for each other.
func (p *program) self(ctx context.Context, r request) (reply, error) {
	s := p.leg.Snapshot()
	defer s.Close()
	setWidth(p.leg, r.Ef)
	lost := 0
	for row, v := range p.base {
		found, err := s.Search(ctx, index.Query{Vector: v, K: r.K})
		if err != nil {
			return reply{}, fmt.Errorf("row %d: %w", row, err)
		}
		if len(found) == 0 || found[0].Row != index.Row(row) && found[0].Score < float64(dot(v, v))-tie {
			lost++
		}
	}
	return reply{Figures: []figure{{"rows not found by their own vectors", "", float64(lost)}}}, nil
}
