package hybrid

import (
	"fmt"
	"slices"

	rag "ragserver"
)

// A NotHeld says that the index as of an epoch is not there any more.
type NotHeld struct {
	Epoch          rag.Epoch
	Oldest, Newest rag.Epoch // that can be asked for
}

func (e *NotHeld) Error() string {
	return fmt.Sprintf("epoch %d is not held any more: the oldest is %d, the newest %d", e.Epoch, e.Oldest, e.Newest)
}

// At returns the newest state of an epoch up to this one that is held: of the
// last Config.History+1 states since the start. Its Epoch says which it is; for
// an epoch that is still to come it is the newest. The error is a *NotHeld.
func (x *Index) At(epoch rag.Epoch) (*Snapshot, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	states := append(x.past[:len(x.past):len(x.past)], x.current)
	for _, s := range slices.Backward(states) {
		if s.epoch <= epoch {
			s.refs++
			return &Snapshot{index: x, state: s}, nil
		}
	}
	return nil, &NotHeld{Epoch: epoch, Oldest: states[0].epoch, Newest: x.current.epoch}
}

// retire keeps old, which was the newest state, or lets it go. It is called with
// x.mu held.
func (x *Index) retire(old *state) {
	if x.config.History == 0 || old.version == x.current.version || old.version == 0 {
		x.release(old) // nothing but the legs' snapshots is newer, or it was before Restore
		return
	}
	x.past = append(x.past, old)
	if len(x.past) > x.config.History {
		first := x.past[0]
		x.past = slices.Clone(x.past[1:])
		x.release(first)
	}
}

// heldTexts are shared by the states of one version. Index.mu guards refs.
type heldTexts struct {
	Texts
	refs int
}

// openTexts gives s the texts as they are now, or those that its version has.
func (x *Index) openTexts(s *state) {
	if x.config.History == 0 || x.config.Texts == nil {
		return
	}
	if s.texts == nil {
		s.texts = &heldTexts{Texts: x.config.Texts()}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	s.texts.refs++
}

// closeTexts is called with x.mu held.
func (x *Index) closeTexts(t *heldTexts) {
	if t == nil {
		return
	}
	if t.refs--; t.refs > 0 {
		return
	}
	if err := t.Close(); err != nil {
		x.config.Logger.Warn("the texts of an old state could not be closed", "error", err)
	}
}

// Texts returns the passages of the snapshot's own epoch, until it is closed;
// nil if the index holds none.
func (s *Snapshot) Texts() Texts {
	if s.state.texts == nil {
		return nil
	}
	return s.state.texts.Texts
}
