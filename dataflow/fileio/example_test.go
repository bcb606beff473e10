package fileio_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"ragserver/dataflow"
	"ragserver/dataflow/fileio"
)

type order struct {
	Product string `json:"product"`
	Qty     int    `json:"qty"`
}

type sold struct {
	Product string `csv:"product"`
	Qty     int    `csv:"qty"`
}

// Example copies the orders of more than one piece to a CSV file. Without Static
// it would go on when files change, and Backend would have it go on after a kill.
func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	text := `{"product": "tea", "qty": 2}` + "\n" + `{"product": "cup", "qty": 1}` + "\n" + `{"product": "tea", "qty": 3}` + "\n"
	if err := os.WriteFile(filepath.Join(dir, "orders.jsonl"), []byte(text), 0o600); err != nil {
		log.Fatal(err)
	}

	g := dataflow.New("orders")
	feed := dataflow.NewFeed[order](g, "orders")
	reader, err := fileio.ReadJSON(feed, fileio.Config{Path: filepath.Join(dir, "*.jsonl"), Static: true})
	if err != nil {
		log.Fatal(err)
	}
	sink, err := fileio.SnapshotCSV[sold](fileio.Output{Path: filepath.Join(dir, "sold.csv")})
	if err != nil {
		log.Fatal(err)
	}
	large := dataflow.Filter(feed.Stream(), func(o order) bool { return o.Qty > 1 })
	rows := dataflow.Map(large, func(o order) sold { return sold(o) })
	dataflow.To(rows, "sold", dataflow.Sink[sold](sink))

	group, ctx := errgroup.WithContext(context.Background())
	group.Go(func() error { return g.Run(ctx, dataflow.Options{Static: true}) })
	group.Go(func() error { return reader.Run(ctx) })
	if err := group.Wait(); err != nil {
		log.Fatal(err)
	}
	out, err := os.ReadFile(filepath.Join(dir, "sold.csv"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(out))
	// Output:
	// product,qty
	// tea,2
	// tea,3
}
