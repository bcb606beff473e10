package pebblestore

import (
	"log/slog"
	"testing"

	"ragserver/store"
	"ragserver/store/storetest"
)

// quiet returns a Config for dir that logs nothing.
func quiet(dir string) Config { return Config{Dir: dir, Logger: slog.New(slog.DiscardHandler)} }

func mustOpen(t testing.TB, c Config) *Store {
	t.Helper()
	s, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStore(t *testing.T) {
	storetest.Run(t,
		func(t *testing.T) store.Store { return mustOpen(t, quiet(t.TempDir())) },
		func(t *testing.T, s store.Store) store.Store {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			return mustOpen(t, quiet(s.(*Store).dir))
		})
}
