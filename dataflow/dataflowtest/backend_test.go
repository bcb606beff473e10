package dataflowtest_test

import (
	"testing"

	"ragserver/dataflow"
	"ragserver/dataflow/dataflowtest"
)

func TestMemory(t *testing.T) {
	dataflowtest.Backend(t, func(*testing.T) (dataflow.Backend, func() dataflow.Backend) {
		b := dataflow.Memory()
		return b, func() dataflow.Backend { return b }
	})
}
