package dataflow

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// A liveRecord is what is kept of a key's output.
type liveRecord struct {
	seq    Epoch // version of the input
	n      int   // how many times the key is in the input
	in     []byte
	memo   string // name of the memo that has the result; "" if result has it
	result []byte
}

// A pendingRecord is the version of a key that is to be computed.
type pendingRecord struct {
	seq       Epoch
	n         int
	seen      time.Time // zero: nothing that is not visible already
	partition string
	in        []byte
}

func (r *liveRecord) encode() []byte {
	b := make([]byte, 0, 24+len(r.in)+len(r.memo)+len(r.result))
	b = binary.AppendUvarint(b, uint64(r.seq))
	b = binary.AppendUvarint(b, uint64(r.n))
	b = appendField(b, r.in)
	b = appendField(b, r.memo)
	return appendField(b, r.result)
}

func decodeLive(b []byte) (*liveRecord, error) {
	d := decoder{rest: b}
	r := &liveRecord{
		seq:    Epoch(d.uvarint()),
		n:      int(d.uvarint()),
		in:     d.field(),
		memo:   string(d.field()),
		result: d.field(),
	}
	return r, d.end()
}

func (r *pendingRecord) encode() []byte {
	var nanos int64
	if !r.seen.IsZero() {
		nanos = r.seen.UnixNano()
	}
	b := make([]byte, 0, 32+len(r.partition)+len(r.in))
	b = binary.AppendUvarint(b, uint64(r.seq))
	b = binary.AppendUvarint(b, uint64(r.n))
	b = binary.AppendUvarint(b, uint64(nanos))
	b = appendField(b, r.partition)
	return appendField(b, r.in)
}

func decodePending(b []byte) (*pendingRecord, error) {
	d := decoder{rest: b}
	r := &pendingRecord{seq: Epoch(d.uvarint()), n: int(d.uvarint())}
	if nanos := int64(d.uvarint()); nanos != 0 {
		r.seen = time.Unix(0, nanos)
	}
	r.partition = string(d.field())
	r.in = d.field()
	return r, d.end()
}

func appendField[B ~string | ~[]byte](b []byte, field B) []byte {
	b = binary.AppendUvarint(b, uint64(len(field)))
	return append(b, field...)
}

// A decoder reads a record from its start. After the first thing that is not
// there, everything is empty.
type decoder struct {
	rest   []byte
	broken bool
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 {
		d.broken, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) field() []byte {
	n := d.uvarint()
	if n > uint64(len(d.rest)) {
		d.broken, d.rest = true, nil
		return nil
	}
	f := d.rest[:n:n]
	d.rest = d.rest[n:]
	return f
}

var errBroken = errors.New("record is damaged")

func (d *decoder) end() error {
	if d.broken || len(d.rest) > 0 {
		return errBroken
	}
	return nil
}

// records returns what there is of a key; nil where there is nothing.
func (o *async[In, R]) records(x *turn, key string) (*pendingRecord, *liveRecord, error) {
	p, err := o.pending(x, key)
	if err != nil {
		return nil, nil, err
	}
	live, err := read(x, x.g.keys.live(o.Name, key), decodeLive)
	return p, live, err
}

// pending asks the store only about a key that has an item: nothing else is pending
// there.
func (o *async[In, R]) pending(x *turn, key string) (*pendingRecord, error) {
	o.mu.Lock()
	known := o.items[key] != nil
	o.mu.Unlock()
	at := x.g.keys.pending(o.Name, key)
	if !known && !x.tx.staged(at) {
		return nil, nil
	}
	return read(x, at, decodePending)
}

func read[T any](x *turn, key []byte, decode func([]byte) (*T, error)) (*T, error) {
	b, err := x.tx.Get(key)
	if b == nil || err != nil {
		return nil, err
	}
	r, err := decode(b)
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", key, err)
	}
	return r, nil
}

// decode returns the output that live stands for.
func (o *async[In, R]) decode(x *turn, live *liveRecord) (d Done[In, R], err error) {
	if d.In, err = o.In.Decode(live.in); err != nil {
		return d, fmt.Errorf("decoding the stored input: %w", err)
	}
	b := live.result
	if live.memo != "" {
		if b, err = x.tx.Get(x.g.keys.memo(o.Name, live.memo)); err != nil {
			return d, err
		}
		if b == nil {
			return d, fmt.Errorf("result %q is not in the store", live.memo)
		}
	}
	if d.Result, err = o.Result.Decode(b); err != nil {
		return d, fmt.Errorf("decoding the stored result: %w", err)
	}
	return d, nil
}

// scan emits the live outputs.
func (o *async[In, R]) scan(x *turn, emit func(*turn, Delta[Done[In, R]])) error {
	return o.scanLive(x, func(key string, live *liveRecord) error {
		d, err := o.decode(x, live)
		if err != nil {
			return fmt.Errorf("%s: key %q: %w", o.node, key, err)
		}
		emit(x, Delta[Done[In, R]]{d, +1})
		return nil
	})
}

func (o *async[In, R]) scanLive(x *turn, fn func(key string, live *liveRecord) error) error {
	prefix := x.g.keys.live(o.Name, "")
	return x.g.backend.Scan(prefix, func(k, b []byte) error {
		live, err := decodeLive(b)
		if err != nil {
			return fmt.Errorf("%s: reading %q: %w", o.node, k, err)
		}
		return fn(string(k[len(prefix):]), live)
	})
}
