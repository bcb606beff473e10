package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A collection is a retrieval test in the form of the BEIR benchmark (Thakur et
// al. 2021): corpus.jsonl, queries.jsonl and qrels/test.tsv.
type collection struct {
	documents []beirText
	queries   []beirText                // those that have judgements
	relevance map[string]map[string]int // query -> document -> grade
}

type beirText struct {
	ID    string `json:"_id"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

func readCollection(dir string) (*collection, error) {
	c := &collection{relevance: make(map[string]map[string]int)}
	var err error
	if c.documents, err = readJSONL(filepath.Join(dir, "corpus.jsonl")); err != nil {
		return nil, err
	}
	if err := c.readJudgements(filepath.Join(dir, "qrels", "test.tsv")); err != nil {
		return nil, err
	}
	queries, err := readJSONL(filepath.Join(dir, "queries.jsonl"))
	if err != nil {
		return nil, err
	}
	for _, q := range queries {
		if len(c.relevance[q.ID]) > 0 {
			c.queries = append(c.queries, q)
		}
	}
	if len(c.documents) == 0 || len(c.queries) == 0 {
		return nil, fmt.Errorf("%s: %d documents and %d judged queries are not enough", dir, len(c.documents), len(c.queries))
	}
	return c, nil
}

func readJSONL(file string) ([]beirText, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var list []beirText
	line := 0
	for text := range bytes.Lines(data) {
		line++
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		var t beirText
		if err := json.Unmarshal(text, &t); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, line, err)
		}
		list = append(list, t)
	}
	return list, nil
}

// readJudgements reads lines of query, document and grade, with a header.
func (c *collection) readJudgements(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		fields := strings.Split(strings.TrimSpace(lines.Text()), "\t")
		if n == 1 && len(fields) == 3 && fields[2] == "score" {
			continue
		}
		if len(fields) != 3 {
			return fmt.Errorf("%s:%d: want query, document and grade, separated by tabs", file, n)
		}
		grade, err := strconv.Atoi(fields[2])
		if err != nil {
			return fmt.Errorf("%s:%d: grade %q is not a number", file, n, fields[2])
		}
		if grade > 0 {
			if c.relevance[fields[0]] == nil {
				c.relevance[fields[0]] = make(map[string]int)
			}
			c.relevance[fields[0]][fields[1]] = grade
		}
	}
	return lines.Err()
}

// Scores are means over the queries.
type scores struct {
	NDCG10    float64 `json:"ndcg@10"`
	Recall10  float64 `json:"recall@10"`
	Recall100 float64 `json:"recall@100"`
	MRR       float64 `json:"mrr"` // reciprocal rank of the first relevant document of the first 10
	QPS       float64 `json:"qps"` // queries a second, one after the other
	Documents int     `json:"documents"`
	Queries   int     `json:"queries"`
}

// add scores one ranking, best first, of a query with these grades.
func (s *scores) add(ranking []string, grades map[string]int) {
	s.Queries++
	s.NDCG10 += ndcg(ranking, grades, 10)
	s.Recall10 += recall(ranking, grades, 10)
	s.Recall100 += recall(ranking, grades, 100)
	for i, id := range ranking[:min(10, len(ranking))] {
		if grades[id] > 0 {
			s.MRR += 1 / float64(i+1)
			break
		}
	}
}

func (s *scores) mean() {
	n := float64(max(s.Queries, 1))
	s.NDCG10, s.Recall10, s.Recall100, s.MRR = s.NDCG10/n, s.Recall10/n, s.Recall100/n, s.MRR/n
}

// ndcg is the normalised discounted cumulative gain (Järvelin and Kekäläinen
// 2002) with the grade as the gain, as trec_eval computes it.
func ndcg(ranking []string, grades map[string]int, k int) float64 {
	var gain, ideal float64
	for i, id := range ranking[:min(k, len(ranking))] {
		gain += float64(grades[id]) / math.Log2(float64(i+2))
	}
	best := make([]int, 0, len(grades))
	for _, g := range grades {
		best = append(best, g)
	}
	slices.SortFunc(best, func(a, b int) int { return b - a })
	for i, g := range best[:min(k, len(best))] {
		ideal += float64(g) / math.Log2(float64(i+2))
	}
	if ideal == 0 {
		return 0
	}
	return gain / ideal
}

func recall(ranking []string, grades map[string]int, k int) float64 {
	found := 0
	for _, id := range ranking[:min(k, len(ranking))] {
		if grades[id] > 0 {
			found++
		}
	}
	return float64(found) / float64(max(len(grades), 1))
}
