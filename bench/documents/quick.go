package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"ragserver/bench/measure"
)

// runQuick reads documents that it makes itself, and gives them to the server.
// All that must be found has to be found.
func runQuick(ctx context.Context, o options) (err error) {
	if o.data, err = os.MkdirTemp("", "ragserver-documents-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(o.data)) }()
	all, err := writeSamples(o.data)
	if err != nil {
		return err
	}
	o.misses, o.strict = true, true
	report := measure.NewReport(o.goals())
	report.Reference = "other"
	report.Setting = fmt.Sprintf("%d documents of its own", len(all))
	if err := errors.Join(readAll(ctx, o, all, report), besiege(ctx, o, all, report)); err != nil {
		return err
	}
	return finish(report, o.json)
}

// writeSamples writes documents of many formats to a folder and returns what must
// be found in them.
func writeSamples(dir string) (map[string]expectation, error) {
	all := make(map[string]expectation)
	files := samples()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		s := files[name]
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, s.data, 0o644)); err != nil {
			return nil, err
		}
		all[name] = s.expectation
	}
	text, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	return all, os.WriteFile(filepath.Join(dir, "expected.json"), text, 0o644)
}
