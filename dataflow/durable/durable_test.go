package durable_test

import (
	"testing"

	"ragserver/dataflow"
	"ragserver/dataflow/dataflowtest"
	"ragserver/dataflow/durable"
	"ragserver/store/pebblestore"
)

func TestStoreServesTheEngine(t *testing.T) {
	dataflowtest.Backend(t, func(t *testing.T) (dataflow.Backend, func() dataflow.Backend) {
		dir := t.TempDir()
		open := func() *pebblestore.Store {
			s, err := pebblestore.Open(pebblestore.Config{Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		s := open()
		t.Cleanup(func() { closed(t, s) })
		return durable.On(s), func() dataflow.Backend {
			closed(t, s)
			s = open()
			return durable.On(s)
		}
	})
}

func closed(t *testing.T, s *pebblestore.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
