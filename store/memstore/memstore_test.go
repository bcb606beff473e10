package memstore_test

import (
	"testing"

	"ragserver/store"
	"ragserver/store/memstore"
	"ragserver/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store { return memstore.New() }, nil)
}
