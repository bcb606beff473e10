// Quotes gives every trade the quote that was good when it was made, and corrects
// the trades that a late quote belongs to, and no others.
package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"ragserver/dataflow"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// A quote is what somebody offers to buy and sell for. Prices are in cents.
type quote struct {
	At       dataflow.Time
	Symbol   string
	Bid, Ask int
}

type trade struct {
	At     dataflow.Time
	Symbol string
	Price  int
	Shares int
}

// An execution is a trade and the quote at that time, if there was one.
type execution struct {
	Trade trade
	Quote dataflow.Optional[quote]
}

// executions is the program: trades as of quotes.
func executions(trades dataflow.Stream[trade], quotes dataflow.Stream[quote]) dataflow.Stream[execution] {
	return dataflow.AsOfLeftJoin(
		dataflow.KeyBy(trades, func(t trade) string { return t.Symbol }), func(t trade) dataflow.Time { return t.At },
		dataflow.KeyBy(quotes, func(q quote) string { return q.Symbol }), func(q quote) dataflow.Time { return q.At },
		"executions", dataflow.Backward,
		func(_ string, t trade, q dataflow.Optional[quote]) execution { return execution{t, q} })
}

func run(ctx context.Context, w io.Writer) error {
	g := dataflow.New("quotes")
	quotes, trades := dataflow.NewFeed[quote](g, "quotes"), dataflow.NewFeed[trade](g, "trades")
	dataflow.Subscribe(executions(trades.Stream(), quotes.Stream()), "print", printer(w))

	running, ctx := errgroup.WithContext(ctx)
	running.Go(func() error { return g.Run(ctx, dataflow.Options{}) })
	running.Go(func() error {
		defer quotes.Close()
		defer trades.Close()
		return market(ctx, g, w, quotes, trades)
	})
	return running.Wait()
}

// market sends quotes and trades as they come in, which is not when they were made.
func market(ctx context.Context, g *dataflow.Graph, w io.Writer, quotes *dataflow.Feed[quote], trades *dataflow.Feed[trade]) error {
	fmt.Fprintln(w, "trades as of the quotes that are known")
	err := g.Together(func() error {
		_, err := quotes.Insert(ctx, quote{at(0), "MSFT", 5195, 5196}, quote{at(23), "MSFT", 5197, 5198}, quote{at(48), "GOOG", 72050, 72093})
		if err != nil {
			return err
		}
		_, err = trades.Insert(ctx, trade{at(23), "MSFT", 5198, 75}, trade{at(38), "MSFT", 5195, 155},
			trade{at(48), "GOOG", 72077, 100}, trade{at(40), "GOOG", 72090, 10}, trade{at(90), "MSFT", 5201, 20})
		return err
	})
	if err != nil {
		return err
	}
	if err := g.Drained(ctx); err != nil {
		return err
	}
	fmt.Fprintln(w, "a quote of 30 ms comes late")
	sent, err := quotes.Insert(ctx, quote{at(30), "MSFT", 5194, 5196})
	if err != nil {
		return err
	}
	return g.Wait(ctx, sent)
}

// at is a time of the day on which this happened.
func at(millisecond int) dataflow.Time {
	return dataflow.At(time.Date(2026, 5, 25, 13, 30, 0, millisecond*int(time.Millisecond), time.UTC))
}

// printer prints the differences of every epoch, by symbol and time.
func printer(w io.Writer) func(dataflow.Epoch, []dataflow.Delta[execution]) error {
	return func(_ dataflow.Epoch, batch []dataflow.Delta[execution]) error {
		slices.SortFunc(batch, func(a, b dataflow.Delta[execution]) int {
			x, y := a.Value.Trade, b.Value.Trade
			return cmp.Or(cmp.Compare(x.Symbol, y.Symbol), cmp.Compare(x.At, y.At), cmp.Compare(a.Diff, b.Diff))
		})
		for _, d := range batch {
			t, q := d.Value.Trade, d.Value.Quote
			bidAsk := "no quote"
			if q.OK {
				bidAsk = fmt.Sprintf("%.2f - %.2f at %s", dollars(q.Value.Bid), dollars(q.Value.Ask), clock(q.Value.At))
			}
			_, err := fmt.Fprintf(w, "  %+d  %s %s %3d for %6.2f   %s\n", d.Diff, clock(t.At), t.Symbol, t.Shares, dollars(t.Price), bidAsk)
			if err != nil {
				return err
			}
		}
		return nil
	}
}

func clock(t dataflow.Time) string { return t.Time().Format("15:04:05.000") }
func dollars(cents int) float64    { return float64(cents) / 100 }
