package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"

	"ragserver/index"
)

// index indexes passages and waits until the leg rests.
func (p *program) index(ctx context.Context, r request) (reply, error) {
	texts, err := readPassages(r.Base, r.N)
	if err != nil {
		return reply{}, err
	}
	before := settledMemory()
	c := startClock()
	if p.leg, err = textLeg(r.Text, analyzerName(r.Stem), r.Dir); err != nil {
		return reply{}, err
	}
	for from := 0; from < len(texts); from += part {
		if err := p.commit(ctx, passages(texts, from, min(from+part, len(texts)))); err != nil {
			return reply{}, err
		}
	}
	if err := settle(ctx, p.leg); err != nil {
		return reply{}, err
	}
	a := c.reply()
	a.RSS = settledMemory().resident - before.resident
	runtime.KeepAlive(texts) // they are in both figures
	return a, nil
}

// passages adds the texts of some rows.
func passages(texts []string, from, to int) []index.Change {
	list := make([]index.Change, 0, to-from)
	for row := from; row < to; row++ {
		list = append(list, index.Change{Row: index.Row(row), ID: chunkID(row), Diff: 1, Text: index.Text{Body: texts[row]}})
	}
	return list
}

// readQueries reads the queries; with All every word of them is asked for.
func (p *program) readQueries(r request) error {
	lines, err := readLines(r.Query, r.N)
	if err != nil {
		return err
	}
	p.queries = nil
	for _, text := range lines {
		if r.All {
			text = "+" + strings.Join(strings.Fields(text), " +")
		}
		p.queries = append(p.queries, index.Query{Text: text})
	}
	return nil
}

// fresh adds passages one by one and asks for each until it is found.
func (p *program) fresh(ctx context.Context, r request) (reply, error) {
	var a reply
	for i := range r.N {
		word := fmt.Sprintf("zzfresh%d", i)
		change := index.Change{Row: index.Row(1<<24 + i), ID: chunkID(1<<24 + i), Diff: 1, Text: index.Text{Body: word + " is a new passage"}}
		from := time.Now()
		if err := p.commit(ctx, []index.Change{change}); err != nil {
			return reply{}, err
		}
		s := p.leg.Snapshot()
		found, err := s.Search(ctx, index.Query{Text: word, K: 1})
		s.Close()
		if err != nil {
			return reply{}, err
		}
		if len(found) != 1 || found[0].Row != change.Row {
			return reply{}, fmt.Errorf("what was applied in epoch %d is not found", p.epoch)
		}
		a.Times = append(a.Times, time.Since(from).Seconds())
	}
	return a, nil
}
