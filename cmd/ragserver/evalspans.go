package main

import (
	"context"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	rag "ragserver"
	"ragserver/chunk"
	"ragserver/retrieve"
)

// SpanScores say how much of the places that answer is found, and how much else:
// means over the questions, by character, as in Smith and Troynikov, Evaluating
// Chunking Strategies for Retrieval (Chroma, 2024). They read the best 5 passages
// for each question.
type spanScores struct {
	Splitter string `json:"splitter"`
	Chunks   int    `json:"chunks"`
	Size     int    `json:"mean_size"` // tokens of a chunk

	// IoU is what is in both the answers and the passages, as a share of what
	// is in either. What two passages both have counts twice.
	IoU       float64 `json:"iou"`
	Precision float64 `json:"precision"` // share of the passages that answers
	Recall    float64 `json:"recall"`    // share of the answers that is in the passages
	// Recall1K is the recall of the best passages of 1,024 tokens together:
	// what a model reads at the same cost, however large they are.
	Recall1K float64 `json:"recall@1024"`
}

const (
	spanHits   = 5
	spanBudget = 1024
)

// evalSpans measures the configured splitter, or many.
func evalSpans(ctx context.Context, std streams, s settings, dir string, leg retrieve.Leg, compare, asJSON bool) error {
	set, err := readSpanSet(ctx, dir)
	if err != nil {
		return err
	}
	variants := []chunkSettings{s.Chunk}
	if compare {
		variants = compared()
	}
	if !asJSON {
		fmt.Fprintf(std.out, "%-46s %7s %6s %7s %10s %7s %12s\n", "splitter", "chunks", "tokens", "IoU", "precision", "recall", "recall@1024")
	}
	for _, s.Chunk = range variants {
		result, err := measureSpans(ctx, s, set, leg)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Chunk, err)
		}
		if asJSON {
			err = json.NewEncoder(std.out).Encode(result)
		} else {
			_, err = fmt.Fprintf(std.out, "%-46s %7d %6d %6.2f%% %9.2f%% %6.2f%% %11.2f%%\n", result.Splitter, result.Chunks, result.Size,
				100*result.IoU, 100*result.Precision, 100*result.Recall, 100*result.Recall1K)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// compared are the splitters of the table in docs/chunking.md.
func compared() []chunkSettings {
	var list []chunkSettings
	for _, size := range []int{64, 96, 128, 160, 192, 208, 256, 384, 512} {
		list = append(list, chunkSettings{By: chunk.Recursive, Size: size})
	}
	for _, size := range []int{128, 256} {
		list = append(list,
			chunkSettings{By: chunk.Recursive, Size: size, Overlap: size / 4},
			chunkSettings{By: chunk.Recursive, Size: size, Overlap: size / 2},
			chunkSettings{By: chunk.Heading, Size: size},
			chunkSettings{By: chunk.Page, Size: size},
			chunkSettings{By: chunk.Sentence, Size: size},
			chunkSettings{By: chunk.Sentence, Size: size, Overlap: size / 4},
		)
	}
	return append(list,
		chunkSettings{By: chunk.Sentence, Size: 128, MinSize: 32},
		chunkSettings{By: chunk.Sentence, Size: 128, MinSize: 64},
		chunkSettings{By: chunk.Recursive, Size: 128, Parent: 256},
		chunkSettings{By: chunk.Recursive, Size: 128, Parent: 512},
		chunkSettings{By: chunk.Sentence, Size: 128, Parent: 256},
	)
}

func (c chunkSettings) String() string {
	s := fmt.Sprintf("%s size=%d", orElse(c.By, chunk.Recursive), c.Size)
	for _, option := range []struct {
		name  string
		value int
	}{{"overlap", c.Overlap}, {"min_size", c.MinSize}, {"parent", c.Parent}} {
		if option.value != 0 {
			s += fmt.Sprintf(" %s=%d", option.name, option.value)
		}
	}
	return s
}

func measureSpans(ctx context.Context, s settings, set *spanSet, leg retrieve.Leg) (spanScores, error) {
	e, closeAll, err := newEvaluation(s)
	if err != nil {
		return spanScores{}, err
	}
	defer closeAll()
	s.Chunk.Size = e.splitter.Size
	result := spanScores{Splitter: s.Chunk.String()}
	if err := e.add(ctx, set.texts); err != nil {
		return result, err
	}
	tokens := 0
	for _, c := range e.chunks {
		tokens += e.splitter.Count(c.Text)
	}
	result.Chunks, result.Size = len(e.chunks), tokens/max(1, len(e.chunks))
	r := e.retriever()
	for _, q := range set.questions {
		found, err := r.Retrieve(ctx, retrieve.Query{Text: q.Text, K: 50, Leg: leg})
		if err != nil {
			return result, fmt.Errorf("question %s: %w", q.ID, err)
		}
		result.add(q, e, e.passages(set, found.Hits))
	}
	n := float64(len(set.questions))
	result.IoU, result.Precision, result.Recall, result.Recall1K = result.IoU/n, result.Precision/n, result.Recall/n, result.Recall1K/n
	return result, nil
}

// A spanPassage is what is read of a document.
type spanPassage struct {
	document string
	text     string
	span     rag.Span
}

// passages returns what hits are read as: their parents, once each, or
// themselves.
func (e *evaluation) passages(set *spanSet, hits []retrieve.Hit) []spanPassage {
	var list []spanPassage
	seen := make(map[spanPassage]bool)
	for _, h := range hits {
		p := spanPassage{e.ids[h.Chunk.URI], h.Chunk.Text, rag.Span{Start: h.Chunk.Start, End: h.Chunk.End}}
		if parent := h.Chunk.Parent; parent != (rag.Span{}) {
			p.text, p.span = characters(set.texts[p.document].Text, parent), parent
		}
		if !seen[p] {
			seen[p] = true
			list = append(list, p)
		}
	}
	return list
}

// characters returns the given stretch of text.
func characters(text string, s rag.Span) string {
	at := func(text string, n int) int {
		for i := range text {
			if n == 0 {
				return i
			}
			n--
		}
		return len(text)
	}
	text = text[at(text, s.Start):]
	return text[:at(text, s.End-s.Start)]
}

// add scores one question by what was found, best first.
func (s *spanScores) add(q spanQuestion, e *evaluation, found []spanPassage) {
	answers := q.answers()
	both, read := q.read(answers, found[:min(len(found), spanHits)])
	s.Recall += float64(both) / float64(length(answers))
	if read > 0 {
		s.Precision += float64(both) / float64(read)
	}
	s.IoU += float64(both) / float64(read+length(answers)-both)
	left := spanBudget
	for i, p := range found {
		tokens := e.splitter.Count(p.text)
		if tokens > left { // what has no room is cut, as in a prompt
			p.span.End = p.span.Start + utf8.RuneCountInString(p.text)*left/tokens
			found[i] = p
		}
		if left -= tokens; left <= 0 {
			found = found[:i+1]
			break
		}
	}
	both, _ = q.read(answers, found)
	s.Recall1K += float64(both) / float64(length(answers))
}

// read returns how many characters of answers are in passages, and how many
// characters these have.
func (q spanQuestion) read(answers []rag.Span, passages []spanPassage) (both, all int) {
	var spans []rag.Span
	for _, p := range passages {
		all += p.span.End - p.span.Start
		if p.document == q.Document {
			spans = append(spans, p.span)
		}
	}
	return shared(answers, union(spans)), all
}
