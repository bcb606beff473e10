// Orders keeps the revenue of each category of products: orders are joined with
// products, and a price that changes corrects the revenue of what was ordered.
package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"slices"

	"golang.org/x/sync/errgroup"

	"ragserver/dataflow"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

type product struct {
	ID       string
	Category string
	Price    int // in cents
}

type order struct {
	ID       int
	Product  string
	Quantity int
}

// A sale is what an order brings in.
type sale struct {
	Category string
	Cents    int
}

// revenue is the program: orders joined with products, summed by category.
func revenue(orders dataflow.Stream[order], products dataflow.Stream[product]) dataflow.Stream[dataflow.Keyed[string, int]] {
	sales := dataflow.Join(
		dataflow.KeyBy(orders, func(o order) string { return o.Product }),
		dataflow.KeyBy(products, func(p product) string { return p.ID }),
		"sales", func(_ string, o order, p product) sale { return sale{p.Category, o.Quantity * p.Price} })
	byCategory := dataflow.KeyBy(sales, func(s sale) string { return s.Category })
	return dataflow.Reduce(byCategory, "revenue", dataflow.Sum(func(s sale) int { return s.Cents }))
}

func run(ctx context.Context, w io.Writer) error {
	g := dataflow.New("orders")
	orders := dataflow.NewFeed[order](g, "orders")
	// An Input knows what a product was, so that a new price is all that is sent.
	products := dataflow.NewInput(g, "products", func(p product) string { return p.ID }, dataflow.CBOR[product]())
	dataflow.Subscribe(revenue(orders.Stream(), products.Stream()), "print", printer(w))

	running, ctx := errgroup.WithContext(ctx)
	running.Go(func() error { return g.Run(ctx, dataflow.Options{}) })
	running.Go(func() error {
		defer orders.Close()
		defer products.Close()
		return business(ctx, g, w, orders, products)
	})
	return running.Wait()
}

// business is what happens in the shop.
func business(ctx context.Context, g *dataflow.Graph, w io.Writer, orders *dataflow.Feed[order], products *dataflow.Input[product]) error {
	steps := []struct {
		what string
		send func() (dataflow.Ticket, error)
	}{
		{"four products, which nobody has ordered", func() (dataflow.Ticket, error) {
			return upsert(ctx, products, product{"kettle", "kitchen", 2999}, product{"pan", "kitchen", 4500},
				product{"lamp", "living", 6900}, product{"rug", "living", 12000})
		}},
		{"five orders, one of them for something unknown", func() (dataflow.Ticket, error) {
			return orders.Insert(ctx, order{1, "kettle", 1}, order{2, "lamp", 2}, order{3, "kettle", 3}, order{4, "sofa", 1}, order{5, "rug", 1})
		}},
		{"the kettle costs 24.99", func() (dataflow.Ticket, error) {
			return upsert(ctx, products, product{"kettle", "kitchen", 2499})
		}},
		{"order 2 is cancelled", func() (dataflow.Ticket, error) {
			return orders.Send(ctx, dataflow.Batch[order]{Deltas: []dataflow.Delta[order]{{Value: order{2, "lamp", 2}, Diff: -1}}})
		}},
		{"the sofa of order 4 comes into the catalogue", func() (dataflow.Ticket, error) {
			return upsert(ctx, products, product{"sofa", "living", 89900})
		}},
	}
	for _, s := range steps {
		fmt.Fprintln(w, s.what)
		sent, err := s.send()
		if err != nil {
			return err
		}
		if err := g.Wait(ctx, sent); err != nil {
			return err
		}
	}
	return nil
}

func upsert(ctx context.Context, products *dataflow.Input[product], list ...product) (dataflow.Ticket, error) {
	var b dataflow.Batch[product]
	for _, p := range list {
		b.Deltas = append(b.Deltas, dataflow.Delta[product]{Value: p, Diff: +1})
	}
	return products.Send(ctx, b)
}

// printer prints the differences of every epoch.
func printer(w io.Writer) func(dataflow.Epoch, []dataflow.Delta[dataflow.Keyed[string, int]]) error {
	return func(_ dataflow.Epoch, batch []dataflow.Delta[dataflow.Keyed[string, int]]) error {
		slices.SortFunc(batch, func(a, b dataflow.Delta[dataflow.Keyed[string, int]]) int {
			return cmp.Or(cmp.Compare(a.Value.Key, b.Value.Key), cmp.Compare(a.Diff, b.Diff))
		})
		for _, d := range batch {
			if _, err := fmt.Fprintf(w, "  %+d  %-8s %7.2f\n", d.Diff, d.Value.Key, float64(d.Value.Value)/100); err != nil {
				return err
			}
		}
		return nil
	}
}
