package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"ragserver/pipeline"
)

// showProgress draws a bar on a terminal while the first listing is being
// indexed. Elsewhere it prints nothing: the log tells enough.
func showProgress(ctx context.Context, w io.Writer, p *pipeline.Pipeline) error {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for p.Ready() != nil {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			s := p.Status()
			fmt.Fprintf(w, "\r%s", bar(s.Counts.Documents, s.Counts.Documents+s.Pending, s.Counts.Chunks))
		}
	}
	s := p.Status()
	fmt.Fprintf(w, "\r%s\n", bar(s.Counts.Documents, s.Counts.Documents, s.Counts.Chunks))
	return nil
}

const barWidth = 30

func bar(done, all, chunks int) string {
	filled := barWidth
	if all > 0 {
		filled = barWidth * done / all
	}
	return fmt.Sprintf("[%s%s] %d of %d documents, %d chunks ",
		strings.Repeat("#", filled), strings.Repeat(".", barWidth-filled), done, all, chunks)
}
