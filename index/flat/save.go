package flat

import (
	"context"
	"fmt"

	rag "ragserver"
	"ragserver/index"
)

// Save implements index.Saver.
func (l *Leg) Save(ctx context.Context, s index.Snapshot, dir, last string) error {
	view, ok := s.(*Snapshot)
	if !ok {
		return fmt.Errorf("flat: a snapshot of another leg, %T", s)
	}
	if err := l.store.Save(ctx, view.table, dir, last); err != nil {
		return fmt.Errorf("flat: %w", err)
	}
	return nil
}

// Load implements index.Saver.
func (l *Leg) Load(ctx context.Context, dir string, epoch rag.Epoch) error {
	if _, err := l.store.Load(ctx, dir); err != nil {
		return fmt.Errorf("flat: %w", err)
	}
	l.epoch = epoch
	return nil
}
